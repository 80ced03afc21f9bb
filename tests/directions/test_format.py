"""Directions with a meaning as files beside a model's weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.directions.format import (
    DIRECTIONS,
    VECTORS,
    Direction,
    LeftOut,
    grows,
    moved,
    read_directions,
    remove_directions,
    write_directions,
)
from ganvae.errors import UserError
from ganvae.recipe.shipped import RECIPES

RECIPE = RECIPES["vae-3"]
WEAK = Direction(
    "width",
    "thicker",
    np.array([0, 0, 1], np.float32),
    "stroke width, pixels",
    (1, 1.5, 2, 2.5, 3, 3.5, 4),
    0.75,
)
STRONG = Direction(
    "digit-3",
    "more 3",
    np.array([0.4, 0.3, 0], np.float32),
    "probability of a 3, %",
    (0, 1, 2, 10, 30, 60, 90),
    2.5,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / checkpoint.WEIGHTS).write_bytes(b"these very weights")
    write_directions(tmp_path, [WEAK, STRONG], [LeftOut("more 8", "there is no 8")], 256, 7)
    return tmp_path


def change(folder: Path, **changes: Any) -> None:
    described = json.loads((folder / DIRECTIONS).read_text())
    first = described["directions"][0]
    for name, value in changes.items():
        (first if name in first else described)[name] = value
    (folder / DIRECTIONS).write_text(json.dumps(described))


def test_what_is_written_is_read_the_largest_effect_first(folder: Path) -> None:
    found = read_directions(folder, RECIPE)
    assert [one.key for one in found] == ["digit-3", "width"]
    for one, written in zip(found, (STRONG, WEAK), strict=True):
        assert (one.label, one.measured, one.effect) == (
            written.label,
            written.measured,
            written.effect,
        )
        assert one.values == written.values
        np.testing.assert_array_equal(one.vector, written.vector)
    described = json.loads((folder / DIRECTIONS).read_text())
    assert described["left_out"] == [{"label": "more 8", "why": "there is no 8"}]
    assert (described["samples"], described["seed"]) == (256, 7)


def test_a_model_without_directions_has_none(folder: Path, tmp_path: Path) -> None:
    remove_directions(folder)
    assert read_directions(folder, RECIPE) == []
    write_directions(folder, [], [LeftOut("more 8", "there is no 8")], 256, 7)
    assert not (folder / VECTORS).exists()
    assert read_directions(folder, RECIPE) == []


def test_directions_of_other_weights_are_refused(folder: Path) -> None:
    (folder / checkpoint.WEIGHTS).write_bytes(b"those of another training")
    with pytest.raises(UserError, match="found in other weights"):
        read_directions(folder, RECIPE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"directions": "none"}, "no list of at most 64"),
        ({"directions": [{}] * 65}, "no list of at most 64"),
        ({"directions": [3, 4]}, "not an object"),
        ({"steps": [-1, 0, 1]}, "other steps"),
        ({"weights": 5}, "other weights"),
        ({"key": "../width"}, "key is not a short word"),
        ({"key": "3"}, "key is not a short word"),
        ({"key": "width"}, "two directions of one key"),
        ({"label": "x" * 41}, "the label of digit-3 is not a text of 1 to 40"),
        ({"label": "a\nb"}, "the label of digit-3"),
        ({"measured": ""}, "the measured of digit-3"),
        ({"values": [1, 2]}, "the values of digit-3"),
        ({"values": [1, 2, 3, 4, 5, 6, True]}, "the values of digit-3"),
        ({"values": [1, 2, 3, 4, 5, 6, float("nan")]}, r"directions\.json"),
        ({"effect": "large"}, "the effect of digit-3"),
        ({"effect": float("inf")}, r"directions\.json"),
    ],
)
def test_files_that_are_not_valid_are_refused(
    folder: Path, changes: dict[str, Any], words: str
) -> None:
    change(folder, **changes)
    with pytest.raises(UserError, match=words):
        read_directions(folder, RECIPE)


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        (np.eye(3, dtype=np.float32)[:1], "has not 2 vectors of 3 dimensions"),
        (np.eye(4, dtype=np.float32)[:2], "has not 2 vectors of 3 dimensions"),
        (np.eye(3)[:2], "not finite float32"),
        (np.full((2, 3), np.nan, np.float32), "not finite float32"),
        (np.eye(3, dtype=np.float32)[:2] * 2, "length is not from 0.1 to 1"),
        (np.zeros((2, 3), np.float32), "length is not from 0.1 to 1"),
    ],
)
def test_vectors_that_do_not_fit_are_refused(folder: Path, vectors: np.ndarray, words: str) -> None:
    save_file({"vectors": vectors}, folder / VECTORS)
    with pytest.raises(UserError, match=words):
        read_directions(folder, RECIPE)


def test_vectors_cut_short_or_missing_are_refused(folder: Path) -> None:
    whole = (folder / VECTORS).read_bytes()
    (folder / VECTORS).write_bytes(whole[:-4])
    with pytest.raises(UserError, match="missing, cut short"):
        read_directions(folder, RECIPE)
    (folder / VECTORS).unlink()
    with pytest.raises(UserError, match="missing, cut short"):
        read_directions(folder, RECIPE)


def test_a_step_is_a_standard_deviation_of_the_prior() -> None:
    z = np.zeros((2, 100), np.float32)
    vector = np.zeros(100, np.float32)
    vector[4] = 1
    assert moved(z, vector, 2, RECIPES["gan-100"])[:, 4].tolist() == [2, 2]
    uniform = moved(z, vector, -3, RECIPES["mini-gan-100"])
    assert uniform[0, 4] == pytest.approx(-3 / np.sqrt(3))


def test_a_measure_grows_if_it_never_falls_but_near_its_limits() -> None:
    assert grows([1, 2, 3, 4, 5, 6, 7])
    assert grows([0.003, 0, 0.001, 5, 50, 99, 99.9])
    assert not grows([0, 1, 2, 3, 4, 5, 4.5])
    assert not grows([7, 6, 5, 4, 3, 2, 1])
    assert not grows([1, 1, 1, 1, 1, 1, 1])


def test_a_broken_file_leaves_its_model_usable(
    tmp_path: Path, tiny_weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert [one.key for one in Collection(tiny_weights).directions("vae-3")] == ["width"]
    shutil.copytree(tiny_weights / "vae-3", tmp_path / "vae-3")
    (tmp_path / "vae-3" / VECTORS).write_bytes(b"no")
    broken = Collection(tmp_path)
    assert broken.directions("vae-3") == []
    assert "vae-3 has axes only, no directions" in caplog.text
    assert len(broken.axes("vae-3").labels) == 3

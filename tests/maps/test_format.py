from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.maps.format import (
    MAP,
    MAP_FACTS,
    MAX_POINTS,
    LatentMap,
    quantised,
    read_latent_map,
    sampled_points,
)
from ganvae.recipe.shipped import RECIPES

VAE, GAN = RECIPES["vae-10"], RECIPES["gan-100"]
COUNT = 50


def a_map(latent: int = 10, seed: int | None = None) -> LatentMap:
    random = np.random.default_rng(0)
    z = random.standard_normal((COUNT, latent), dtype=np.float32)
    return LatentMap(
        "discriminant",
        0.5,
        random.standard_normal((3, latent), dtype=np.float32),
        np.array([1, 2, 3], np.float32),
        quantised(z) if seed is None else sampled_points(GAN, seed, COUNT),
        random.integers(0, 10, COUNT, np.uint8),
        None,
        seed,
    )


def test_a_byte_a_dimension_is_near_enough() -> None:
    z = np.random.default_rng(1).standard_normal((1000, 7)).astype(np.float32)
    z[:, 3] *= 1e-4
    z[:, 5] = 2.5
    near = quantised(z).z()
    assert near.dtype == np.float32
    spans = z.max(axis=0) - z.min(axis=0)
    assert (np.abs(near - z) <= spans / 255 * 0.501 + 1e-6).all()
    # A dimension in which all points are alike stays as it is.
    assert (near[:, 5] == 2.5).all()


def test_written_and_read(tmp_path: Path) -> None:
    assert read_latent_map(tmp_path, VAE) is None
    made = a_map()
    made.write(tmp_path)
    found = read_latent_map(tmp_path, VAE)
    assert found is not None
    assert (found.kind, found.share, found.seed) == ("discriminant", 0.5, None)
    np.testing.assert_array_equal(found.projection, made.projection)
    np.testing.assert_array_equal(found.points.z(), made.points.z())
    assert found.classes is not None
    np.testing.assert_array_equal(found.classes, made.classes)
    assert found.colours is None


def test_a_gans_points_are_the_samples_of_its_seed(tmp_path: Path) -> None:
    a_map(100, seed=8).write(tmp_path)
    assert set(load_file(tmp_path / MAP)) == {"projection", "offset", "classes"}
    found = read_latent_map(tmp_path, GAN)
    assert found is not None
    z = sample_z(8, 100, COUNT, GAN.prior)
    assert np.abs(found.points.z() - z).max() <= (z.max() - z.min()) / 255


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "round"},
        {"share": 2},
        {"share": float("inf")},
        {"count": COUNT + 1},
        {"count": MAX_POINTS + 1},
        {"count": True},
        {"seed": 3},
    ],
)
def test_facts_that_do_not_fit_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    a_map().write(tmp_path)
    facts = json.loads((tmp_path / MAP_FACTS).read_text())
    (tmp_path / MAP_FACTS).write_text(json.dumps(facts | change))
    with pytest.raises(UserError, match="map"):
        read_latent_map(tmp_path, VAE)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("projection", np.zeros((3, 9), np.float32), "is not the map that"),
        ("projection", np.full((3, 10), np.nan, np.float32), "not finite, in projection"),
        ("points", np.zeros((COUNT, 10), np.float32), "is not the map that"),
        ("classes", np.full(COUNT, 10, np.uint8), "classes other than 0 to 9"),
        ("colours", np.zeros((COUNT, 3), np.uint8), "is not the map that"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, value: np.ndarray, message: str
) -> None:
    a_map().write(tmp_path)
    save_file(load_file(tmp_path / MAP) | {name: value}, tmp_path / MAP)
    with pytest.raises(UserError, match=message):
        read_latent_map(tmp_path, VAE)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    a_map().write(tmp_path)
    path = tmp_path / MAP
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(UserError, match="cut short or not a safetensors file"):
        read_latent_map(tmp_path, VAE)
    with pytest.raises(UserError, match="does not describe a map of gan-100"):
        read_latent_map(tmp_path, GAN)


def test_every_model_that_ships_has_a_map() -> None:
    weights = Path(__file__).resolve().parents[2] / "weights"
    for name, recipe in RECIPES.items():
        # The stops of a bridge are not explored.
        if not recipe.shipped or recipe.adversarial is not None:
            continue
        found = read_latent_map(weights / name, recipe)
        assert found is not None, name
        assert len(found.points.steps) > 4000
        assert (found.classes is not None) == (recipe.dataset == "mnist")
        size = sum((weights / name / file).stat().st_size for file in (MAP, MAP_FACTS))
        assert size < 1_600_000
        if recipe.latent <= 3:
            np.testing.assert_array_equal(found.projection, np.eye(3, recipe.latent))

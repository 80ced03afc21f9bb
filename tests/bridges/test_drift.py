"""How far models of one latent space drifted apart, and the file that keeps it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ganvae import checkpoint, digests, files
from ganvae.bridges import drift, measure
from ganvae.bridges.__main__ import main
from ganvae.bridges.measure import drift_along
from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.metrics.scoring import SCORE_SEED
from ganvae.models import VAE
from ganvae.prior.format import read_fitted_prior
from tests.conftest import TINY_STOPS

NAMES = tuple(recipe.name for recipe in TINY_STOPS)


class Pixels:
    """A network whose features are the pixels themselves."""

    name = "pixels"
    fingerprint = "none"

    def features(self, images: Tensor) -> Tensor:
        return images.flatten(1)


class Flat(VAE):
    """Draws every z as its first number, plus an offset."""

    offset = 0.0

    def draw(self, z: Tensor) -> Tensor:
        return (z[:, :1] + self.offset)[:, :, None, None].expand(-1, *self.recipe.image_shape)


def flat(offset: float) -> Flat:
    model = Flat(TINY_STOPS[0])
    model.offset = offset
    return model


Z = sample_z(SCORE_SEED, TINY_STOPS[0].latent, 50)


def test_the_same_pictures_have_not_drifted() -> None:
    (step,) = drift_along([flat(0), flat(0)], ["a", "b"], Pixels(), Z)
    assert (step.first, step.second, step.same, step.ratio) == ("a", "b", 0.0, 0.0)
    assert step.different > 0


def test_distances_are_those_of_the_features() -> None:
    steps = drift_along([flat(0), flat(1), flat(3)], ["a", "b", "c"], Pixels(), Z)
    pixels = 28 * 28
    assert [(step.first, step.second) for step in steps] == [("a", "b"), ("b", "c"), ("a", "c")]
    assert [step.same for step in steps] == pytest.approx([pixels**0.5 * by for by in (1, 2, 3)])
    # Two numbers from N(0, 1) are 2 / sqrt(pi) apart on average.
    assert steps[0].different == pytest.approx(pixels**0.5 * 2 / torch.pi**0.5, rel=0.2)
    assert steps[2].ratio == pytest.approx(steps[2].same / steps[2].different)


def test_one_latent_space_is_needed() -> None:
    other = Flat(TINY_STOPS[0].replace(latent=3))
    with pytest.raises(UserError, match="one latent space"):
        drift_along([flat(0), other], ["a", "b"], Pixels(), Z)


@pytest.fixture
def weights(bridge_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES[:3]:
        shutil.copytree(bridge_weights / name, tmp_path / name)
    monkeypatch.setattr(measure, "feature_network", lambda dataset, folder: Pixels())
    monkeypatch.setattr(measure, "COUNT", 20)
    return tmp_path


def test_the_command_writes_what_is_read_again(
    weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digests.write(weights)
    assert main(["--weights", str(weights)]) == 0
    # The list of the folder's files knows the new one.
    listed = json.loads((weights / digests.DIGESTS).read_text())["files"]
    assert listed[drift.FILE] == files.sha256(weights / drift.FILE)
    assert f"{NAMES[0]} to {NAMES[1]}" in capsys.readouterr().out
    found = drift.read(weights)["bridge-digits"]
    models = [checkpoint.load(weights / name) for name in NAMES[:3]]
    prior = read_fitted_prior(weights / NAMES[0], models[0].recipe)
    assert prior is not None
    z = prior.sample(SCORE_SEED, found.n)
    assert list(found.steps) == drift_along(models, NAMES[:3], Pixels(), z)
    assert (found.features, found.n) == ("pixels", 20)


def test_without_a_bridge_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--weights", str(tmp_path)]) == 2
    assert "no two stops" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", '{"bridges": [{"key": "a"}]}', '{"bridges": 3}'])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / drift.FILE).write_text(content)
    with pytest.raises(UserError, match=drift.FILE):
        drift.read(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"n": float("inf")},
        {"n": float("nan")},
        {"n": "2000"},
        {"n": True},
        {"seed": -1},
        {"seed": None},
        {"steps": [{"first": "a", "second": "b", "same": True, "different": 1.0}]},
        {"steps": [{"first": "a", "second": "b", "same": 10**400, "different": 1.0}]},
        {"steps": [{"first": "a", "second": "b", "same": 1.0, "different": float("inf")}]},
    ],
)
def test_numbers_that_are_none_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    step = {"first": "a", "second": "b", "same": 1, "different": 1.0}
    one = {"key": "a", "n": 1, "seed": 0, "features": "b", "steps": [step]}
    (tmp_path / drift.FILE).write_text(json.dumps({"bridges": [one]}))
    assert drift.read(tmp_path)["a"].n == 1
    (tmp_path / drift.FILE).write_text(json.dumps({"bridges": [{**one, **change}]}))
    with pytest.raises(UserError, match=drift.FILE):
        drift.read(tmp_path)

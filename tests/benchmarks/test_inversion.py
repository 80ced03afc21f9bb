"""The benchmark of inversions, and the table made of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.inversion import QUANTILES, measure
from ganvae import checkpoint
from ganvae.inversion.search import Effort, invert
from ganvae.models import GAN, VAE

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from tables import inversion as table


class Squares:
    """A judge that sees nothing but how bright a picture is."""

    name = "brightness"
    fingerprint = "0"

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1).mean(dim=1, keepdim=True)


def test_a_vae_is_measured_by_the_mean_of_its_posterior(tiny_weights: Path) -> None:
    vae = checkpoint.load(tiny_weights / "vae-10")
    assert isinstance(vae, VAE)
    images = torch.rand((3, *vae.recipe.image_shape), generator=torch.Generator().manual_seed(0))
    drawn = vae.reconstruct(images)
    expected = (drawn - images).square().flatten(1).mean(dim=1)
    found = measure(vae, images, Squares())
    assert found["errors"] == pytest.approx(expected.tolist(), rel=1e-4)
    assert found["mean"] == pytest.approx(expected.mean().item(), rel=1e-4)
    assert list(found["quantiles"]) == [f"{q:g}" for q in QUANTILES]
    assert found["quantiles"]["0.5"] == pytest.approx(float(np.median(expected)), rel=1e-4)
    apart = (drawn - images).flatten(1).mean(dim=1).abs()
    assert found["feature_distance"]["mean"] == pytest.approx(apart.mean().item(), rel=1e-3)
    assert "steps" not in found


def test_a_gan_is_measured_by_its_search(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganvae.inversion.search._SMALL_EFFORT", Effort(2, 6))
    gan = checkpoint.load(tiny_weights / "gan-100")
    assert isinstance(gan, GAN)
    images = torch.rand((2, *gan.recipe.image_shape), generator=torch.Generator().manual_seed(0))
    found = measure(gan, images, None)
    expected = [invert(gan, image).error for image in images]
    assert found["errors"] == pytest.approx(expected, rel=1e-3)
    assert (found["images"], found["starts"], found["steps"]) == (2, 2, 6)
    assert "feature_distance" not in found
    assert found["slowest_seconds"] >= found["median_seconds"] > 0


RESULT: dict[str, Any] = {
    "images": 100,
    "mean": 0.00123,
    "quantiles": {f"{q:g}": q / 100 for q in QUANTILES},
    "median_seconds": 1.234,
    "length": 0.987,
    "hardware": "A machine",
    "threads": 2,
}


def test_the_table_shows_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "RESULTS", tmp_path)
    assert table.inversion() == "Not measured yet."
    content = {
        "vae-100": RESULT | {"threads": 1},
        "gan-100": RESULT
        | {"starts": 8, "steps": 300, "feature_distance": {"mean": 4.56, "features": "x"}},
    }
    (tmp_path / "inversion.json").write_text(json.dumps(content))
    lines = table.inversion().splitlines()
    assert lines[2:4] == [
        "| `gan-100` | 0.0012 | 0.0005 | 0.0025 | 0.0050 | 0.0075 | 0.0095 | 4.6 | 0.99 | 1.23 |",
        "| `vae-100` | 0.0012 | 0.0005 | 0.0025 | 0.0050 | 0.0075 | 0.0095 | – | 0.99 | 1.23 |",
    ]
    assert lines[-2:] == [
        "- `gan-100`: 100 images, 8 starts, 300 steps; A machine, 2 threads.",
        "- `vae-100`: 100 images, encoded and decoded; A machine, 1 thread.",
    ]

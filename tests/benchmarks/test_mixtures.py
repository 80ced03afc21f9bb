"""benchmarks/mixtures.py: each place that samples come from, and the model left as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from benchmarks import mixtures
from ganvae.data.sets import Images
from ganvae.models import VAE, build
from ganvae.recipe.shipped import RECIPES


class Told:
    """Scores that say which z were drawn."""

    def __init__(self) -> None:
        self.seen: list[np.ndarray] = []

    def score_fully(self, model: VAE, z: np.ndarray) -> dict[str, Any]:
        self.seen.append(z)
        return {
            "distance": {"value": float(len(self.seen))},
            "precision_recall": {"recall": 0.5},
            "sharpness": {"ratio": 0.25},
        }


def test_rows_are_in_order_and_of_their_own_z(capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    recipe = RECIPES["mini-vae-20"].replace(latent=2)
    model = build(recipe)
    assert isinstance(model, VAE)
    images = torch.randint(0, 256, (60, *recipe.image_shape), dtype=torch.uint8)
    told = Told()
    rows = mixtures.compare(model, Images(images, images[:7]), told, (1, 3), 8)  # type: ignore[arg-type]
    assert [row["place"] for row in rows] == [
        mixtures.NORMAL,
        "1 Gaussian",
        "3 Gaussians",
        mixtures.ENCODINGS,
    ]
    assert [row["distance"] for row in rows] == [1, 2, 3, 4]
    assert ["seconds" in row for row in rows] == [False, True, True, False]
    assert [len(z) for z in told.seen] == [8, 8, 8, 7]
    assert all(z.dtype == np.float32 for z in told.seen)
    assert not any(
        (first[:7] == second[:7]).all()
        for first, second in zip(told.seen, told.seen[1:], strict=False)
    )
    assert model.recipe == recipe
    assert "3 Gaussians: 3.0" in capsys.readouterr().out

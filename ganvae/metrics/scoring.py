"""A model's samples against real test images: Fréchet distance and sharpness."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae.data import to_float
from ganvae.latents import sample_z
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.metrics.classifier import load_classifier
from ganvae.metrics.distance import FrechetDistance
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import GenerativeModel

# Scores draw other z than those a visitor is likely to look at.
SCORE_SEED = 20_000
_BATCH = 500


class Scorer:
    """Scores models of one image size against one real test set.

    Args:
        test: uint8 (N, C, H, W) at the model's size. Both sets go through the same resizing into
            the classifier: 28 to 32 and back alone is far away in feature space.
        weights: the folder that holds the digit classifier.

    Raises:
        UserError: the classifier is not there.
    """

    def __init__(self, test: Tensor, weights: Path) -> None:
        self.classifier = load_classifier(weights)
        real = to_float(test.cpu())
        self.reference_count = len(real)
        self.real_laplacian_variance = laplacian_variance(real).mean().item()
        self._distance = FrechetDistance(self.classifier.features(real))

    def score(self, model: GenerativeModel, count: int) -> dict[str, Any]:
        """Distance and sharpness of `count` samples from the prior, with how they were measured."""
        recipe = model.recipe
        z = torch.from_numpy(sample_z(SCORE_SEED, recipe.latent, count, recipe.prior))
        device = next(model.parameters()).device
        features, variances = [], []
        for part in z.split(_BATCH):
            images = model.generate(part.to(device)).cpu()
            features.append(self.classifier.features(images))
            variances.append(laplacian_variance(images))
        variance = torch.cat(variances).mean().item()
        return {
            "distance": {
                "value": self._distance(torch.cat(features)),
                "n": count,
                "features": CLASSIFIER,
                "reference": f"{self.reference_count} test images",
                "seed": SCORE_SEED,
            },
            "sharpness": {
                "ratio": variance / self.real_laplacian_variance,
                "laplacian_variance": variance,
                "real_laplacian_variance": self.real_laplacian_variance,
                "n": count,
                "seed": SCORE_SEED,
            },
        }

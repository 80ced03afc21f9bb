"""A model's samples against real test images: Fréchet distance and sharpness."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from ganvae.data import cache, digits, to_float
from ganvae.latents import sample_z
from ganvae.metrics import classifier, imagenet
from ganvae.metrics.distance import FrechetDistance
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import GenerativeModel

# Scores draw other z than those a visitor is likely to look at.
SCORE_SEED = 20_000
_BATCH = 500


class FeatureNetwork(Protocol):
    """What turns images into the features they are compared in."""

    name: str

    def features(self, images: Tensor) -> Tensor:
        """Features (N, size) of float images (N, C, H, W) in [0, 1]."""
        ...


def feature_network(dataset: str, weights: Path) -> FeatureNetwork | None:
    """The network that judges a data set: our classifier for digits, ImageNet's for photographs.

    None where the latter is not installed: a model can be trained without it.

    Raises:
        UserError: the digit classifier is not in the weights folder.
    """
    if dataset in digits.NAMES:
        return classifier.load_classifier(weights)
    return imagenet.ImageNetFeatures() if imagenet.is_installed() else None


class Scorer:
    """Scores models of one image size against one real test set.

    Args:
        test: uint8 (N, C, H, W) at the model's size. Both sets go through the same resizing into
            the feature network: 28 to 32 and back alone is far away in feature space.
        network: None leaves the distance out.
        fingerprint: of the data set; the features of its test images are then kept in the cache.
    """

    def __init__(
        self, test: Tensor, network: FeatureNetwork | None, fingerprint: str | None = None
    ) -> None:
        real = to_float(test.cpu())
        self.network = network
        self.reference_count = len(real)
        self.real_laplacian_variance = laplacian_variance(real).mean().item()
        self._distance = None
        if network is not None:
            self._distance = FrechetDistance(_real_features(real, network, fingerprint))

    def score(self, model: GenerativeModel, count: int) -> dict[str, Any]:
        """Distance and sharpness of `count` samples from the prior, with how they were measured."""
        recipe = model.recipe
        z = torch.from_numpy(sample_z(SCORE_SEED, recipe.latent, count, recipe.prior))
        device = next(model.parameters()).device
        features, variances = [], []
        for part in z.split(_BATCH):
            images = model.generate(part.to(device)).cpu()
            if self.network is not None:
                features.append(self.network.features(images))
            variances.append(laplacian_variance(images))
        variance = torch.cat(variances).mean().item()
        scores: dict[str, Any] = {
            "sharpness": {
                "ratio": variance / self.real_laplacian_variance,
                "laplacian_variance": variance,
                "real_laplacian_variance": self.real_laplacian_variance,
                "n": count,
                "seed": SCORE_SEED,
            },
        }
        if self.network is None or self._distance is None:
            return scores
        distance = {
            "value": self._distance(torch.cat(features)),
            "n": count,
            "features": self.network.name,
            "reference": f"{self.reference_count} test images",
            "seed": SCORE_SEED,
        }
        return {"distance": distance, **scores}


def _real_features(real: Tensor, network: FeatureNetwork, fingerprint: str | None) -> Tensor:
    """Features of the test images; from the cache where these very images were seen before."""
    if fingerprint is None:
        return network.features(real)
    path = cache.cache_folder() / f"features-{fingerprint}-{network.name}.npy"
    try:
        return torch.from_numpy(np.load(path))
    except (OSError, ValueError):
        features = network.features(real)
        cache.keep_array(path, features.numpy())
        return features

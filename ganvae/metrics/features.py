"""The networks in whose features pictures are compared, by data set."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ganvae.data import cache, digits
from ganvae.metrics import classifier, imagenet


class FeatureNetwork(Protocol):
    """What turns images into the features they are compared in."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Tells these weights from any others."""
        ...

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


def kept_features(images: Tensor, network: FeatureNetwork, fingerprint: str | None) -> Tensor:
    """Features of real images; from the cache where these very images were seen before.

    Args:
        images: float (N, C, H, W) in [0, 1].
        fingerprint: of the images; None keeps nothing.
    """
    if fingerprint is None:
        return network.features(images)
    name = f"features-{fingerprint}-{network.name}-{network.fingerprint}-{len(images)}.npy"
    path = cache.cache_folder() / name
    try:
        return torch.from_numpy(np.load(path))
    except (OSError, ValueError):
        features = network.features(images)
        cache.keep_array(path, features.numpy())
        return features

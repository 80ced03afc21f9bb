"""Fréchet distance between two sets of features, computed by torchmetrics."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganvae.vision import import_torchvision


class _AsIs(nn.Module):
    """A feature extractor for features: torchmetrics wants a module, ours are computed before."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.num_features = size

    def forward(self, features: Tensor) -> Tensor:
        return features


class FrechetDistance:
    """Distance of sets of features to one real set (Heusel et al. 2017).

    Args:
        real: features (N, size) of the real images; their mean and covariance are kept.
    """

    def __init__(self, real: Tensor) -> None:
        # Imported here: it takes seconds, and only scoring needs it. It imports torchvision.
        import_torchvision()
        from torchmetrics.image.fid import FrechetInceptionDistance

        self._metric = FrechetInceptionDistance(
            feature=_AsIs(real.shape[1]), reset_real_features=False
        ).set_dtype(torch.float64)
        self._metric.update(real.double(), real=True)

    def __call__(self, features: Tensor) -> float:
        """Distance, 0 or more, of features (N, size), N at least 2."""
        self._metric.reset()
        self._metric.update(features.double(), real=False)
        return self._metric.compute().item()

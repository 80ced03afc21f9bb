"""Fitting a VAE's prior to where its encoder puts the training images."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch import Tensor

from ganvae.data import to_float
from ganvae.fitted_prior import FittedPrior
from ganvae.models import VAE

COMPONENTS = 10
_SEED = 0
_BATCH = 1000
# Ten covariances of 100 dimensions need no more, and the time grows with their number.
_ENOUGH = 20_000
# Enough for a likelihood that changes in the fourth digit only; more rounds draw no better digits.
_ROUNDS = 100


def fit_prior(model: VAE, train: Tensor) -> FittedPrior:
    """A mixture of ten Gaussians over the posterior means of training images (uint8), seeded.

    Of more than 20,000 images a seeded draw is used.
    """
    # Imported here: only this needs it, and it takes a second.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    drawn = torch.randperm(len(train), generator=torch.Generator().manual_seed(_SEED))[:_ENOUGH]
    means = encode(model, train[drawn])
    mixture = GaussianMixture(
        min(COMPONENTS, len(means)), max_iter=_ROUNDS, random_state=_SEED, reg_covar=1e-5
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(means)
    return FittedPrior(
        mixture.weights_.astype(np.float32),
        mixture.means_.astype(np.float32),
        np.linalg.cholesky(mixture.covariances_).astype(np.float32),
    )


def encode(model: VAE, images: Tensor) -> np.ndarray:
    """Posterior means (N, latent) of uint8 images, float64."""
    device = next(model.parameters()).device
    parts = [model.encode(to_float(part).to(device))[0].cpu() for part in images.split(_BATCH)]
    return torch.cat(parts).double().numpy()

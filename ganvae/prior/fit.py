"""Fitting a VAE's prior to where its encoder puts the training images."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganvae.data import to_float
from ganvae.models import VAE
from ganvae.prior.format import FittedPrior, read_fitted_prior

_SEED = 0
_BATCH = 1000
# Ten covariances of 100 dimensions need no more, and the time grows with their number.
_ENOUGH = 20_000
# A covariance of fewer images than that would describe these very images.
_ENOUGH_EACH = 600
# Enough for a likelihood that changes in the fourth digit only; more rounds draw no better digits.
_ROUNDS = 100


def fit_prior(model: VAE, train: Tensor) -> FittedPrior:
    """A mixture of Gaussians over the posterior means of training images (uint8), seeded.

    Of more than 20,000 images a seeded draw is used, of more than 600 for each Gaussian where the
    recipe has many.
    """
    # Imported here: only this needs it, and it takes a second.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    components = model.recipe.components
    enough = max(_ENOUGH, components * _ENOUGH_EACH)
    drawn = torch.randperm(len(train), generator=torch.Generator().manual_seed(_SEED))[:enough]
    means = encode(model, train[drawn])
    mixture = GaussianMixture(
        min(components, len(means)), max_iter=_ROUNDS, random_state=_SEED, reg_covar=1e-5
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(means)
    return FittedPrior(
        mixture.weights_.astype(np.float32),
        mixture.means_.astype(np.float32),
        np.linalg.cholesky(mixture.covariances_).astype(np.float32),
    )


def prior_of(model: VAE, train: Tensor, start: Path | None) -> FittedPrior:
    """The prior that is fitted to a VAE's encodings.

    Args:
        start: folder of the VAE that this one started from. A stop on a bridge keeps its encoder,
            and with that its fitted prior.
    """
    if model.recipe.adversarial is not None and start is not None:
        prior = read_fitted_prior(start, model.recipe)
        if prior is not None:
            return prior
    return fit_prior(model, train)


def encode(model: VAE, images: Tensor) -> np.ndarray:
    """Posterior means (N, latent) of uint8 images, float64."""
    device = next(model.parameters()).device
    parts = [model.encode(to_float(part).to(device))[0].cpu() for part in images.split(_BATCH)]
    return torch.cat(parts).double().numpy()

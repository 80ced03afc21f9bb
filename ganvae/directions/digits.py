"""Directions of a model of digits: towards each class, thicker strokes, more slant."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganvae.data import to_float
from ganvae.directions.candidate import Candidate
from ganvae.latents import Array, sample_z
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.meanings import SLANT, WIDTH, class_probabilities, digit_meaning
from ganvae.metrics.scoring import generate
from ganvae.models import GAN, VAE

CLASSES = 10
# Other z than those that directions are measured with.
_SEED = 30_000
# Of a model's own pictures, and of training images.
_PICTURES, _IMAGES = 10_000, 20_000
# A sample counts as a digit where the classifier is so sure of it.
_SURE = 0.9
# Fewer give no mean to speak of.
_FEWEST = 20
# Weight of the ridge, as a share of the number of samples: z has variance 1 or 1/3.
_RIDGE = 1e-3
_BATCH = 1000

Floats = NDArray[np.float64]


def digit_candidates(
    model: VAE | GAN, train: Tensor, labels: Tensor, classifier: DigitClassifier
) -> list[Candidate]:
    """All that may be a direction with a meaning, with its measure.

    A VAE's classes are where its encoder puts the training images (uint8) of each label; a GAN has
    no encoder, so its are the samples that the classifier is sure of. Width and slant are
    regressed on the z of the model's own pictures.
    """
    recipe = model.recipe
    z = sample_z(_SEED, recipe.latent, _PICTURES, recipe.prior)
    images = torch.cat(list(generate(model, z)))
    if isinstance(model, VAE):
        points, classes, spread = _encoded(model, train, labels)
    else:
        probabilities = class_probabilities(images, classifier)
        surest, digits = probabilities.max(dim=1)
        sure = (surest >= _SURE).numpy()
        points, classes = z[sure].astype(np.float64), digits.numpy()[sure]
        spread = np.zeros(recipe.latent)
    found = []
    for digit in range(CLASSES):
        count = int((classes == digit).sum())
        what = digit_meaning(digit, classifier)
        why = f"the classifier is sure of it in only {count} samples" if count < _FEWEST else ""
        vectors = () if why else class_shifts(points, classes, digit, spread)
        found.append(Candidate(what, vectors, why, climbs=True))
    for meaning in (WIDTH, SLANT):
        vector = regression(z, meaning.of(images).numpy())
        found.append(Candidate(meaning, (vector,), climbs=True))
    return found


def class_shifts(
    points: Floats, classes: NDArray[np.int64], digit: int, spread: Floats | float = 0.0
) -> tuple[Array, ...]:
    """Unit vectors (latent,) from the mean of all points (N, latent) to that of one class.

    First the shift of the means itself, then the same whitened by the covariance within the
    classes (Fisher's discriminant, 1936), which asks less of dimensions that vary anyway.

    Args:
        spread: variance that each point has of its own, (latent,): a VAE's posterior variance.
    """
    means = np.stack([points[classes == each].mean(axis=0) for each in np.unique(classes)])
    place = np.searchsorted(np.unique(classes), classes)
    within = np.cov((points - means[place]).T, bias=True).reshape(points.shape[1], -1)
    within = within + np.diag(np.broadcast_to(spread, points.shape[1]))
    # Where nothing varies there is nothing to divide by.
    within = within + 1e-3 * np.trace(within) / len(within) * np.eye(len(within))
    shift = points[classes == digit].mean(axis=0) - points.mean(axis=0)
    return unit(shift), unit(np.linalg.solve(within, shift))


def regression(z: Array, values: NDArray[np.floating]) -> Array:
    """The unit vector (latent,) along which values (N,) grow, by ridge regression on z (N, latent).

    Hoerl and Kennard 1970.
    """
    centred = z.astype(np.float64) - z.mean(axis=0)
    target = values.astype(np.float64) - values.mean()
    squares = centred.T @ centred + _RIDGE * len(z) * np.eye(z.shape[1])
    return unit(np.linalg.solve(squares, centred.T @ target))


def unit(vector: Floats) -> Array:
    """A vector scaled to length 1, float32; one of length 0 stays as it is."""
    length = np.linalg.norm(vector)
    return (vector / (length if length > 0 else 1)).astype(np.float32)


def _encoded(model: VAE, train: Tensor, labels: Tensor) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Posterior means of a seeded draw of images, their classes, and the mean variance."""
    generator = torch.Generator().manual_seed(_SEED)
    drawn = torch.randperm(len(train), generator=generator)[:_IMAGES]
    device = next(model.parameters()).device
    pairs = [model.encode(to_float(part).to(device)) for part in train[drawn].split(_BATCH)]
    means = torch.cat([mean.cpu() for mean, _ in pairs]).double().numpy()
    variance = torch.cat([logarithm.cpu() for _, logarithm in pairs]).double().exp().mean(dim=0)
    return means, labels[drawn].numpy(), variance.numpy()

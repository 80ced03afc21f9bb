"""Making the map of a model's latent space: see `ganvae.maps.format`."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganvae.data import resize_float, to_float
from ganvae.latents import Array
from ganvae.maps.format import MAX_POINTS, Bytes, Kind, LatentMap, Points, quantised, sampled_points
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.subject import Subject
from ganvae.models import GAN, VAE

# Other z than those that are scored.
SEED = 40_000
_BATCH = 500
# Pictures are compared at this size: what changes most in them is coarse.
_COARSE = (16, 16)
_FEWEST_CLASSES = 4

Floats = NDArray[np.float64]


def write_latent_map(subject: Subject) -> None:
    """Write the map of a model into its folder.

    A VAE's points are where its encoder puts test images, a GAN's as many samples of its prior.
    """
    make_latent_map(subject).write(subject.folder)


def make_latent_map(subject: Subject) -> LatentMap:
    """The map of a model, the same every time.

    Its directions: the coordinates themselves where there are at most three; those that part the
    classes of digits best; else the principal components of a VAE's points, and the directions to
    which a GAN's pictures respond most.
    """
    model, recipe = subject.model, subject.model.recipe
    count = min(MAX_POINTS, len(subject.images.test))
    drawn: Array | None = None
    if isinstance(model, VAE):
        points, drawn = _encoded(model, subject.images.test[:count])
    else:
        points = sampled_points(recipe, SEED, count)
    z = points.z()
    classes, pictures = None, None
    if subject.labels is not None and isinstance(model, VAE):
        classes = subject.labels["test"][:count].numpy().astype(np.uint8)
    else:
        classifier = subject.network if subject.labels is not None else None
        classes, pictures = _looked_at(model, z, classifier)
    colours = _mean_colours(pictures) if classes is None and pictures is not None else None

    kind: Kind
    if recipe.latent <= 3:
        kind, share, directions = "coordinates", 1.0, np.eye(3, recipe.latent)
    elif classes is not None and len(np.unique(classes)) >= _FEWEST_CLASSES:
        kind = "discriminant"
        directions, share = discriminant(z if drawn is None else drawn, classes)
    elif pictures is None or isinstance(model, VAE):
        kind = "principal"
        directions, share = principal(z)
    else:
        kind = "response"
        directions, share = response(z, pictures)
    # True coordinates keep their origin; all other maps have the middle of their points there.
    middle = np.zeros(recipe.latent) if kind == "coordinates" else z.mean(axis=0, dtype=np.float64)
    return LatentMap(
        kind,
        share,
        directions.astype(np.float32),
        (-directions @ middle).astype(np.float32),
        points,
        classes,
        colours,
        SEED if isinstance(model, GAN) else None,
    )


def discriminant(z: Array, classes: Bytes) -> tuple[Floats, float]:
    """Fisher's linear discriminant: the three directions (3, latent) that part classes best.

    Within classes they have variance 1 and do not correlate. Also returns their share of the
    variance between classes.

    Args:
        z: (N, latent), latent at least 4.
        classes: (N,), at least 4 different ones.
    """
    # Imported here: only this needs it, and it takes a second.
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    fitted = LinearDiscriminantAnalysis(solver="svd")
    with warnings.catch_warnings():
        # Fewer points than dimensions: then those that they do not span count for nothing.
        warnings.simplefilter("ignore", UserWarning)
        fitted.fit(z.astype(np.float64), classes)
    found = np.zeros((3, z.shape[1]))
    best = fitted.scalings_.T[:3]
    found[: len(best)] = best
    share = float(fitted.explained_variance_ratio_[:3].sum())
    return _signed(found), min(1.0, max(0.0, share))


def principal(z: Array) -> tuple[Floats, float]:
    """The three principal directions (3, latent) of points, orthonormal, and their share."""
    centred = z.astype(np.float64) - z.mean(axis=0, dtype=np.float64)
    return _strongest(np.linalg.svd(centred, full_matrices=False))


def response(z: Array, pictures: Tensor) -> tuple[Floats, float]:
    """Three directions (3, latent), orthonormal, along which pictures change most on average.

    Those of the singular value decomposition of the covariance of z with pixels, which for a
    whitened z is that of the linear regression of pixels on z. Also returns their share of all that
    it explains.
    """
    pixels = pictures.flatten(1).double().numpy()
    centred = z.astype(np.float64) - z.mean(axis=0, dtype=np.float64)
    covariance = (pixels - pixels.mean(axis=0)).T @ centred / len(z)
    return _strongest(np.linalg.svd(covariance, full_matrices=False))


def _strongest(parts: tuple[Floats, Floats, Floats]) -> tuple[Floats, float]:
    _, strengths, directions = parts
    found = np.zeros((3, directions.shape[1]))
    found[: len(directions[:3])] = directions[:3]
    energy = strengths**2
    return _signed(found), float(energy[:3].sum() / max(energy.sum(), 1e-300))


def _signed(directions: Floats) -> Floats:
    """The sign of a direction is arbitrary: make its largest entry positive."""
    largest = np.take_along_axis(
        directions, np.abs(directions).argmax(axis=1, keepdims=True), axis=1
    )
    return directions * np.where(largest < 0, -1, 1)


def _encoded(model: VAE, test: Tensor) -> tuple[Points, Array]:
    """Where the encoder puts images (uint8): the means, and a z drawn from each posterior.

    The latter is what classes are parted by. A dimension that the encoder does not use has nearly
    the same mean for all images, and would count as much as any other, though it says nothing.
    """
    means, draws = [], []
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(SEED)
    for part in test.split(_BATCH):
        mean, log_variance = (t.cpu() for t in model.encode(to_float(part).to(device)))
        means.append(mean)
        noise = torch.randn(mean.shape, generator=generator)
        draws.append(mean + noise * (log_variance / 2).exp())
    return quantised(torch.cat(means).numpy()), torch.cat(draws).numpy()


def _looked_at(model: VAE | GAN, z: Array, classifier: object) -> tuple[Bytes | None, Tensor]:
    """What the classifier takes each picture for, and the pictures made small (N, C, h, w)."""
    device = next(model.parameters()).device
    classes, pictures = [], []
    for part in torch.from_numpy(z).split(_BATCH):
        images = model.generate(part.to(device)).cpu()
        pictures.append(resize_float(images, _COARSE).clamp(0, 1))
        if isinstance(classifier, DigitClassifier):
            with torch.no_grad():
                classes.append(classifier.head(classifier.features(images)).argmax(dim=1))
    found = torch.cat(classes).numpy().astype(np.uint8) if classes else None
    return found, torch.cat(pictures)


def _mean_colours(pictures: Tensor) -> Bytes:
    """The mean colour of each picture: (N, 3)."""
    mean = pictures.mean(dim=(2, 3)).expand(-1, 3)
    return (mean * 255).round().to(torch.uint8).numpy()

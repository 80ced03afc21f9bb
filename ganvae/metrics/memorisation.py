"""Whether a model draws what it was shown; see metrics/neighbours.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import cache, load_images, to_float
from ganvae.errors import UserError
from ganvae.metrics.features import FeatureNetwork, kept_features
from ganvae.metrics.neighbours import (
    TrainingFeatures,
    memorisation,
    nearest,
    read_training_features,
)
from ganvae.metrics.scoring import SCORE_SEED, generate, prior_z
from ganvae.metrics.subject import Subject
from ganvae.prior.format import read_fitted_prior

COUNT = 10_000
# A picture takes the network of photographs a hundred times as long as a digit ours.
PHOTOGRAPHS = 2000
# So many training images are looked through, drawn from all where there are more.
_MOST = 30_000
_BATCH = 500


def measure_memorisation(subject: Subject) -> None:
    """Write `memorisation` into a model's metrics.json; nothing where no network is at hand.

    Of samples of the prior and, below `fitted`, of those of a VAE's fitted prior.
    """
    recipe, network = subject.model.recipe, subject.network
    if network is None:
        return
    digits = recipe.dataset == "mnist"
    training = _digits(subject, network) if digits else _photographs(subject, network)
    count = COUNT if digits else PHOTOGRAPHS
    places = {"": prior_z(subject.model, count)}
    fitted = read_fitted_prior(subject.folder, recipe)
    if fitted is not None:
        # Where the training images themselves are: there a copy would be.
        places["fitted"] = fitted.sample(SCORE_SEED, count)
    # At the model's size and back: a sample comes the same way.
    real = to_float(subject.images.test[:count])
    test = training.distances(_features(network, list(real.split(_BATCH))))
    found: dict[str, Any] = {}
    for place, z in places.items():
        drawn = _features(network, list(generate(subject.model, z)))
        samples = training.distances(drawn)
        told = {
            **memorisation(samples, test),
            "n": len(samples),
            "test_n": len(test),
            "seed": SCORE_SEED,
            "features": network.name,
            "reference": f"{training.count} training images",
        }
        found |= {place: told} if place else told
    metrics = checkpoint.read_metrics(subject.folder) | {"memorisation": found}
    files.write_json(subject.folder / checkpoint.METRICS, metrics)


@dataclass(frozen=True)
class _Training:
    """Training images as the nearest of them is looked for.

    Attributes:
        count: of the images.
        distances: of features (M, size) to the nearest of them, (M,).
    """

    count: int
    distances: Callable[[Tensor], Tensor]


def _digits(subject: Subject, network: FeatureNetwork) -> _Training:
    images = load_images("mnist", "train", subject.data_dir)
    index = _index(subject.weights, images, network)
    return _Training(len(images), lambda features: index.nearest(features)[1])


def _photographs(subject: Subject, network: FeatureNetwork) -> _Training:
    """Nothing of them is kept in a weights folder: photographs are not ours to give away."""
    images = subject.images.train
    if len(images) > _MOST:
        drawn = torch.randperm(len(images), generator=torch.Generator().manual_seed(SCORE_SEED))
        images = images[drawn[:_MOST]]
    fingerprint = f"train-{cache.fingerprint_of(images.numpy())}"
    rows = kept_features(to_float(images), network, fingerprint)
    return _Training(len(images), lambda features: nearest(features, rows.split(_BATCH))[1])


def _index(weights: Path, images: Tensor, network: FeatureNetwork) -> TrainingFeatures:
    """The index in a weights folder, made anew where it is of another network or other images."""
    fingerprint = cache.fingerprint_of(images.numpy())
    try:
        index = read_training_features(weights)
        if (index.network, index.images) == (network.fingerprint, fingerprint):
            return index
    except UserError:
        pass
    features = kept_features(to_float(images), network, f"mnist-28-train-{fingerprint}")
    index = TrainingFeatures.of(features, network.fingerprint, fingerprint)
    index.write(weights)
    return index


def _features(network: FeatureNetwork, batches: list[Tensor]) -> Tensor:
    return torch.cat([network.features(batch.cpu()) for batch in batches])

"""Whether a model of digits draws what it was shown; see metrics/neighbours.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import cache, load_images, to_float
from ganvae.errors import UserError
from ganvae.metrics.features import FeatureNetwork, kept_features
from ganvae.metrics.neighbours import TrainingFeatures, memorisation, read_training_features
from ganvae.metrics.scoring import SCORE_SEED, generate, prior_z
from ganvae.metrics.subject import Subject
from ganvae.prior.format import read_fitted_prior

COUNT = 10_000
_BATCH = 500


def measure_memorisation(subject: Subject) -> None:
    """Write `memorisation` into a digit model's metrics.json; nothing for models of other data.

    Of samples of the prior and, below `fitted`, of those of a VAE's fitted prior.
    """
    recipe, network = subject.model.recipe, subject.network
    if recipe.dataset != "mnist" or network is None:
        return
    images = load_images("mnist", "train", subject.data_dir)
    index = _index(subject.weights, images, network)
    places = {"": prior_z(subject.model, COUNT)}
    fitted = read_fitted_prior(subject.folder, recipe)
    if fitted is not None:
        # Where the training images themselves are: there a copy would be.
        places["fitted"] = fitted.sample(SCORE_SEED, COUNT)
    # At the model's size and back: a sample comes the same way.
    _, test = index.nearest(_features(network, list(to_float(subject.images.test).split(_BATCH))))
    found: dict[str, Any] = {}
    for place, z in places.items():
        drawn = _features(network, list(generate(subject.model, z)))
        _, samples = index.nearest(drawn)
        told = {
            **memorisation(samples, test),
            "n": len(samples),
            "test_n": len(test),
            "seed": SCORE_SEED,
            "features": network.name,
            "reference": f"{len(images)} training images",
        }
        found |= {place: told} if place else told
    metrics = checkpoint.read_metrics(subject.folder) | {"memorisation": found}
    files.write_json(subject.folder / checkpoint.METRICS, metrics)


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

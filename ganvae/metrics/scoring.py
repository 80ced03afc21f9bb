"""A model's samples against real test images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from ganvae.latents import Array, sample_z
from ganvae.metrics.diversity import mean_pairwise_distance
from ganvae.metrics.features import FeatureNetwork
from ganvae.metrics.fidelity import (
    Statistics,
    frechet_distance,
    kernel_distance,
    precision_recall,
)
from ganvae.metrics.reference import Reference, appearance
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import GenerativeModel

# Scores draw other z than those a visitor is likely to look at.
SCORE_SEED = 20_000
_BATCH = 500


class Scorer:
    """Scores models of one data set and image size.

    Both sets of images go through the same resizing into the feature network: 28 to 32 and back
    alone is far away in feature space.

    Args:
        reference: of the test images.
        network: None leaves out what needs features.
    """

    def __init__(self, reference: Reference, network: FeatureNetwork | None) -> None:
        self.reference, self.network = reference, network

    def score(self, model: GenerativeModel, count: int) -> dict[str, Any]:
        """Distance, recall and sharpness of `count` samples of the prior, quick in training.

        Recall is of fewer samples than at the end, so lower than it is then.
        """
        batches = list(generate(model, prior_z(model, count)))
        variance = torch.cat([laplacian_variance(batch) for batch in batches]).double().mean()
        real = self.reference.facts["sharpness"]["laplacian_variance"]
        scores: dict[str, Any] = {"sharpness": {"ratio": variance.item() / real}}
        if self.network is not None and self.reference.statistics is not None:
            features = torch.cat([self.network.features(batch) for batch in batches])
            scores["distance"] = {
                "value": frechet_distance(Statistics.of(features), self.reference.statistics)
            }
            real_features = self.reference.features(self.network)
            scores["recall"] = {"value": precision_recall(features, real_features)["recall"]}
        return scores

    def score_fully(self, model: GenerativeModel, z: Array) -> dict[str, Any]:
        """Every measure of the images of z, each with how it was measured."""
        images = torch.cat(list(generate(model, z)))
        how: dict[str, Any] = {"n": len(images), "seed": SCORE_SEED}
        facts = self.reference.facts
        look, real = appearance(images.split(_BATCH)), facts["sharpness"]
        scores: dict[str, Any] = {
            "sharpness": {
                "ratio": look["laplacian_variance"] / real["laplacian_variance"],
                "laplacian_variance": look["laplacian_variance"],
                "real_laplacian_variance": real["laplacian_variance"],
                "high_frequency": {
                    "ratio": look["high_frequency_share"] / real["high_frequency_share"],
                    "share": look["high_frequency_share"],
                    "real_share": real["high_frequency_share"],
                },
                "histogram": look["histogram"],
                "spectrum": look["spectrum"],
                **how,
                "reference": self.reference.name,
            },
            "specks": {
                "per_image": look["specks"],
                "real_per_image": facts["specks"]["per_image"],
                **how,
                "reference": self.reference.name,
            },
        }
        if self.network is None or self.reference.statistics is None:
            return scores
        features = self.network.features(images)
        real_features = self.reference.features(self.network)
        how |= {"features": self.network.name, "reference": self.reference.name}
        distance = frechet_distance(Statistics.of(features), self.reference.statistics)
        spread = mean_pairwise_distance(features)
        real_spread = facts["diversity"]["mean_distance"]
        return {
            "distance": {"value": distance, **how},
            "kernel_distance": {**kernel_distance(features, real_features), **how},
            "precision_recall": {**precision_recall(features, real_features), **how},
            **scores,
            "diversity": {
                "ratio": spread / real_spread,
                "mean_distance": spread,
                "real_mean_distance": real_spread,
                **how,
            },
        }


def prior_z(model: GenerativeModel, count: int) -> Array:
    """The z that scores are drawn from: `count` rows of the model's own prior."""
    recipe = model.recipe
    return sample_z(SCORE_SEED, recipe.latent, count, recipe.prior)


def generate(model: GenerativeModel, z: Array) -> Iterator[Tensor]:
    """Images of z in batches, on the CPU."""
    device = next(model.parameters()).device
    for part in torch.from_numpy(z).split(_BATCH):
        yield model.generate(part.to(device)).cpu()

"""Whether models with one latent space still mean the same by a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.metrics.diversity import mean_pairwise_distance
from ganvae.metrics.features import FeatureNetwork
from ganvae.metrics.scoring import SCORE_SEED, generate
from ganvae.models import GenerativeModel


@dataclass(frozen=True)
class Drift:
    """How far two models are from each other, in a network's features.

    Attributes:
        first, second: their names.
        same: mean Euclidean distance of the pictures that they draw from the same z.
        different: mean distance of pictures of different z, the mean over both models: what
            `same` would be if the two had nothing to do with each other.
    """

    first: str
    second: str
    same: float
    different: float

    @property
    def ratio(self) -> float:
        """0 where both draw the same; about 1 where z has lost its meaning."""
        return self.same / self.different if self.different > 0 else float(self.same > 0)


def drift_along(
    models: Sequence[GenerativeModel], names: Sequence[str], network: FeatureNetwork, count: int
) -> list[Drift]:
    """The drift from each model to the next, then, if there are more than two, between the ends.

    Args:
        models: at least two, in their order.
        count: how many z are drawn from the prior, at least 2.

    Raises:
        UserError: the models have not one latent size and prior.
    """
    spaces = {(model.recipe.latent, model.recipe.prior) for model in models}
    if len(spaces) != 1 or len(models) < 2:
        raise UserError("Drift is measured between two models or more of one latent space.")
    ((latent, prior),) = spaces
    z = sample_z(SCORE_SEED, latent, count, prior)
    features = [network.features(torch.cat(list(generate(model, z)))) for model in models]
    spreads = [mean_pairwise_distance(each) for each in features]
    last = len(models) - 1
    steps = [(at, at + 1) for at in range(last)] + ([(0, last)] if last > 1 else [])
    return [
        Drift(names[a], names[b], _apart(features[a], features[b]), (spreads[a] + spreads[b]) / 2)
        for a, b in steps
    ]


def _apart(first: Tensor, second: Tensor) -> float:
    """Mean Euclidean distance of rows (N, size) with the same number."""
    return (first.double() - second.double()).norm(dim=1).mean().item()

"""Whether models with one latent space still mean the same by a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ganvae.metrics.diversity import mean_pairwise_distance


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


def drift_between(features: Sequence[Tensor], names: Sequence[str]) -> list[Drift]:
    """The drift from each model to the next, then, if there are more than two, between the ends.

    Args:
        features: of each model (N, size), at least two models in their order and N at least 2;
            row i of all of them is of one z.
        names: of the models.
    """
    spreads = [mean_pairwise_distance(each) for each in features]
    last = len(features) - 1
    steps = [(at, at + 1) for at in range(last)] + ([(0, last)] if last > 1 else [])
    return [
        Drift(names[a], names[b], _apart(features[a], features[b]), (spreads[a] + spreads[b]) / 2)
        for a, b in steps
    ]


def _apart(first: Tensor, second: Tensor) -> float:
    """Mean Euclidean distance of rows (N, size) with the same number."""
    return (first.double() - second.double()).norm(dim=1).mean().item()

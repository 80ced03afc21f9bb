"""Whether two models mean the same by a place in their latent space."""

from __future__ import annotations

import pytest
import torch

from ganvae.metrics.drift import Drift, drift_between


@pytest.mark.parametrize(
    ("same", "different", "ratio"),
    [(0.1, 0.4, 0.25), (3.0, 2.0, 1.5), (0.0, 0.4, 0.0), (0.0, 0.0, 0.0), (0.2, 0.0, 1.0)],
)
def test_the_ratio_is_of_what_chance_would_give(
    same: float, different: float, ratio: float
) -> None:
    assert Drift("a", "b", same, different).ratio == ratio


def test_steps_and_then_the_ends() -> None:
    features = [torch.tensor([[0.0, 0.0], [0.0, spread]]) for spread in (2.0, 4.0, 8.0)]
    steps = drift_between(features, ["a", "b", "c"])
    told = [(step.first, step.second, step.same, step.different) for step in steps]
    assert told == [("a", "b", 1.0, 3.0), ("b", "c", 2.0, 6.0), ("a", "c", 3.0, 5.0)]
    assert len(drift_between(features[:2], ["a", "b"])) == 1

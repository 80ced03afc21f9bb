"""Against closed forms: what the library is given, and what is made of its answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ganvae.metrics import fidelity
from ganvae.metrics.diversity import mean_pairwise_distance
from ganvae.metrics.fidelity import (
    Statistics,
    frechet_distance,
    kernel_distance,
    precision_recall,
)


@pytest.fixture
def few_subsets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the subsets: what they show, they show as well."""
    monkeypatch.setattr(fidelity, "SUBSETS", 10)


def gaussian(count: int, mean: float = 0.0, std: float = 1.0, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 6, generator=generator) * std + mean


def test_statistics_are_numpys() -> None:
    features = gaussian(50)
    statistics = Statistics.of(features)
    np.testing.assert_allclose(statistics.mean, features.double().mean(0))
    np.testing.assert_allclose(statistics.covariance, np.cov(features.double().numpy().T))


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (2.0, 1.0), (0.0, 3.0), (1.5, 0.5)])
def test_frechet_distance_of_two_gaussians(mean: float, std: float) -> None:
    eye = np.eye(6)
    first = Statistics(np.zeros(6), eye)
    second = Statistics(np.full(6, mean), eye * std**2)
    # |m1 - m2|^2 + tr(S1 + S2 - 2 sqrt(S1 S2)), and everything here is a multiple of I.
    expected = 6 * mean**2 + 6 * (1 + std**2 - 2 * std)
    assert frechet_distance(first, second) == pytest.approx(expected, abs=1e-9)
    assert frechet_distance(second, first) == pytest.approx(expected, abs=1e-9)


def test_frechet_distance_where_the_covariances_do_not_commute() -> None:
    a = np.array([[2.0, 0.6], [0.6, 1.0]])
    b = np.array([[1.0, -0.4], [-0.4, 3.0]])
    # In two dimensions tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)).
    product = a @ b
    root = math.sqrt(np.trace(product) + 2 * math.sqrt(np.linalg.det(product)))
    expected = np.trace(a) + np.trace(b) - 2 * root
    distance = frechet_distance(Statistics(np.zeros(2), a), Statistics(np.zeros(2), b))
    assert distance == pytest.approx(expected, abs=1e-9)


@pytest.mark.usefixtures("few_subsets")
def test_identical_sets_are_at_no_distance() -> None:
    features = gaussian(1500)
    statistics = Statistics.of(features)
    assert 0 <= frechet_distance(statistics, statistics) < 1e-6
    # The pairs of an image with itself take it below 0, by little beside that of a shift.
    assert (
        -0.1 * kernel_distance(features, features + 1)["mean"]
        < (kernel_distance(features, features)["mean"])
        <= 0
    )
    assert precision_recall(features, features) == {
        "precision": 1.0,
        "recall": 1.0,
        "neighbours": 3,
    }


@pytest.mark.usefixtures("few_subsets")
def test_kernel_distance_is_the_unbiased_mmd_and_repeats_itself() -> None:
    generated, real = gaussian(40, mean=0.5), gaussian(40, seed=1)

    def kernel(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x.double() @ y.double().T / 6 + 1) ** 3

    same = kernel(generated, generated), kernel(real, real)
    inside = sum((k.sum() - k.diagonal().sum()) / (40 * 39) for k in same)
    expected = (inside - 2 * kernel(generated, real).mean()).item()
    result = kernel_distance(generated, real)
    # Sets of 40 have one subset of 40 only.
    assert result["mean"] == pytest.approx(expected)
    assert result["std"] == pytest.approx(0, abs=1e-9)
    assert (result["subset_size"], result["subsets"]) == (40, fidelity.SUBSETS)
    big = gaussian(3000, 0.5), gaussian(3000, seed=1)
    first = kernel_distance(*big)
    assert first["std"] > 0
    assert first == kernel_distance(*big)
    assert first["mean"] != kernel_distance(*big, seed=1)["mean"]


@pytest.mark.usefixtures("few_subsets")
def test_two_draws_of_one_gaussian_have_no_kernel_distance() -> None:
    kernel = kernel_distance(gaussian(4000), gaussian(4000, seed=1))
    assert abs(kernel["mean"]) < kernel["std"]


@pytest.mark.usefixtures("few_subsets")
def test_distances_grow_with_the_shift() -> None:
    real = gaussian(1200, seed=1)
    statistics = Statistics.of(real)
    frechet = [frechet_distance(Statistics.of(gaussian(1200, m)), statistics) for m in (0, 1, 2)]
    kernel = [kernel_distance(gaussian(1200, m), real)["mean"] for m in (0, 1, 2)]
    assert frechet[0] < frechet[1] < frechet[2]
    assert kernel[0] < kernel[1] < kernel[2]


def test_precision_without_recall_and_recall_without_precision() -> None:
    real = torch.cat((gaussian(300, seed=1), gaussian(300, mean=20, seed=2)))
    # One of the two real clusters only: all that is drawn is real, half of what is real is missed.
    one = precision_recall(gaussian(300, seed=3), real)
    assert one["precision"] > 0.8
    assert 0.3 < one["recall"] < 0.5
    # Both clusters, and as much again where nothing real is.
    both = (
        gaussian(300, seed=3),
        gaussian(300, mean=20, seed=4),
        gaussian(600, mean=60, std=0.1, seed=5),
    )
    more = precision_recall(torch.cat(both), real)
    assert 0.4 < more["precision"] < 0.5
    assert more["recall"] > 0.8


def test_mean_pairwise_distance_of_known_points() -> None:
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 8.0]])
    assert mean_pairwise_distance(points) == pytest.approx((5 + 8 + 5) / 3)
    assert mean_pairwise_distance(torch.ones(3000, 4)) == pytest.approx(0, abs=1e-6)
    wide, narrow = gaussian(2500, std=2), gaussian(2500)
    ratio = mean_pairwise_distance(wide) / mean_pairwise_distance(narrow)
    assert ratio == pytest.approx(2, rel=1e-6)

"""Checks of what strangers send."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui import checks

# Python refuses to write out a number of so many digits, and JSON may hold one.
HUGE = pytest.param(10**5000, id="huge")


@pytest.fixture(scope="module")
def collection(tiny_weights: Path) -> Collection:
    return Collection(tiny_weights)


@pytest.mark.parametrize("value", [0, 1.0, 2**32 - 1])
def test_good_seeds(value: float) -> None:
    assert checks.seed(value) == value
    assert type(checks.seed(value)) is int


@pytest.mark.parametrize("value", [-1, 2**32, 1.5, math.nan, math.inf, True, None, "1", [1], HUGE])
def test_bad_seeds(value: Any) -> None:
    with pytest.raises(UserError, match="The seed must be a whole number from 0 to 4294967295"):
        checks.seed(value)


@pytest.mark.parametrize("value", [0, 101, 1e300, {}])
def test_bad_counts(value: Any) -> None:
    with pytest.raises(UserError, match="from 1 to 100"):
        checks.count(value)


@pytest.mark.parametrize("value", [-0.1, 2.01, math.nan, math.inf, False, "1", HUGE])
def test_bad_temperatures(value: Any) -> None:
    with pytest.raises(UserError, match="from 0 to 2"):
        checks.temperature(value)


@pytest.mark.parametrize("value", ["x" * 10**6, [[0] * 10**6], pytest.param([10**5000], id="in")])
def test_a_long_value_is_cut_short(value: Any) -> None:
    with pytest.raises(UserError) as caught:
        checks.seed(value)
    assert len(str(caught.value)) < 200


def test_models(collection: Collection) -> None:
    assert checks.model(collection, "vae-3") == "vae-3"
    assert checks.models(collection, ["vae-3", "gan-100"]) == ["vae-3", "gan-100"]
    with pytest.raises(UserError, match=r"there are: .*vae-3"):
        checks.model(collection, "vae-4")
    with pytest.raises(UserError, match="is a VAE, not a GAN"):
        checks.model(collection, "vae-3", "gan")
    for bad in ([], ["vae-3"] * 9, "vae-3", None, [3], ["../vae-3"]):
        with pytest.raises(UserError):
            checks.models(collection, bad)


def test_latent_rows() -> None:
    rows = checks.latent_rows([[0, 1.5, -2]], 3)
    assert rows.dtype == torch.float32
    assert rows.tolist() == [[0, 1.5, -2]]


@pytest.mark.parametrize(
    "value",
    [
        [],
        [[]],
        [[1, 2]],
        [[1, 2, 3], [1, 2]],
        [[1, 2, "3"]],
        [[1, 2, True]],
        [[1, 2, math.nan]],
        [[1, 2, math.inf]],
        [[1, 2, 1e39]],
        pytest.param([[1, 2, 10**5000]], id="huge"),
        [[0.0] * 3] * 101,
        "z",
        None,
        [1, 2, 3],
    ],
)
def test_bad_latent_rows(value: Any) -> None:
    with pytest.raises(UserError):
        checks.latent_rows(value, 3)

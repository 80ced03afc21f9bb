"""Checks of what a browser or a client sends: each returns the value or raises a UserError.

Server functions and endpoints are open to anyone, so no type is taken for granted.
"""

from __future__ import annotations

import reprlib
from typing import Any

import numpy as np
import torch

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.recipe import MAX_SEED, Family
from ganvae.ui.limits import MAX_COUNT, MAX_MODELS
from ganvae.untrusted import is_count, is_number, is_numeric

MAX_TEMPERATURE = 2.0
_LARGEST = float(np.finfo(np.float32).max)


def shown(value: Any) -> str:
    """A value as it may stand in a sentence: cut short, as it may be of any size."""
    try:
        text = reprlib.repr(value)
    except ValueError:  # Python refuses to write out a whole number of thousands of digits
        return "a number that long"
    return text if len(text) <= 60 else f"{text[:57]}..."


def whole(value: Any, what: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`; 3.0 is one, as JavaScript and JSON see it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not is_count(value, low, high):
        raise UserError(f"{what} must be a whole number from {low} to {high}, not {shown(value)}.")
    return value


def number(value: Any, what: str, low: float, high: float) -> float:
    """A finite number from `low` to `high`."""
    if not is_number(value, low, high):
        raise UserError(f"{what} must be a number from {low:g} to {high:g}, not {shown(value)}.")
    return float(value)


def seed(value: Any, what: str = "The seed") -> int:
    """A seed, 0 to 2**32 - 1."""
    return whole(value, what, 0, MAX_SEED)


def count(value: Any) -> int:
    """How many images, 1 to 100."""
    return whole(value, "The number of images", 1, MAX_COUNT)


def temperature(value: Any) -> float:
    """A temperature, 0 to 2."""
    return number(value, "The temperature", 0, MAX_TEMPERATURE)


def model(collection: Collection, value: Any, family: Family | None = None) -> str:
    """The name of a model of the collection, of that family if one is given."""
    if not isinstance(value, str):
        raise UserError(f"The model must be a name, not {shown(value)}.")
    recipe = collection.recipe(value if len(value) <= 80 else f"{value[:77]}...")
    if family is not None and recipe.family != family:
        raise UserError(f"{value} is a {recipe.family.upper()}, not a {family.upper()}.")
    return value


def models(collection: Collection, value: Any) -> list[str]:
    """Names of 1 to 8 models of the collection."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_MODELS:
        raise UserError(f"Between 1 and {MAX_MODELS} models must be named.")
    return [model(collection, name) for name in value]


def latent_rows(value: Any, latent: int, most: int = MAX_COUNT) -> torch.Tensor:
    """z as a float32 tensor (N, latent), N from 1 to `most`, from a list of lists of numbers."""
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise UserError(f"z must be a list of 1 to {most} rows of {latent} numbers.")
    for row in value:
        if not isinstance(row, list) or len(row) != latent:
            length = f"{len(row)} long" if isinstance(row, list) else shown(row)
            raise UserError(f"Each row of z must be a list of {latent} numbers; one is {length}.")
        for entry in row:
            if not is_numeric(entry):
                raise UserError(f"z must hold numbers only, not {shown(entry)}.")
            if not is_number(entry, -_LARGEST, _LARGEST):
                raise UserError("z must hold finite numbers only, no NaN and no infinity.")
    return torch.tensor(value, dtype=torch.float32)

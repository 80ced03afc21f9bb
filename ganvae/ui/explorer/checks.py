"""Checks of what a browser sends: each returns the clean value or raises UserError."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ganvae.errors import UserError
from ganvae.latents import Array

# Far outside any prior, far inside what a network can still compute with.
MAX_COORDINATE = 100.0


def fields(request: Any) -> dict[str, Any]:
    """The request itself, if it is a JSON object."""
    if not isinstance(request, dict):
        raise UserError("The request must be a JSON object.")
    return request


def whole(value: Any, what: str, low: int, high: int) -> int:
    """A whole number from low to high; 3.0 counts as 3, as JavaScript knows no difference."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UserError(f"{what} must be a whole number from {low} to {high}, not {_shown(value)}.")
    return value


def number(value: Any, what: str, low: float, high: float) -> float:
    """A number from low to high."""
    fine = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not fine or not math.isfinite(value) or not low <= value <= high:
        raise UserError(f"{what} must be a number from {low:g} to {high:g}, not {_shown(value)}.")
    return float(value)


def choice(value: Any, what: str, options: Sequence[str]) -> str:
    """One of the options."""
    if not isinstance(value, str) or value not in options:
        raise UserError(f"{what} must be {' or '.join(options)}, not {_shown(value)}.")
    return value


def text(value: Any, what: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise UserError(f"{what} must be a text, not {_shown(value)}.")
    return value


def names(value: Any, most: int) -> list[str]:
    """1 to `most` different texts."""
    if (
        not isinstance(value, list)
        or not 1 <= len(value) <= most
        or not all(isinstance(name, str) for name in value)
        or len(set(value)) != len(value)
    ):
        raise UserError(f"models must be a list of 1 to {most} different names.")
    return value


def points(value: Any, latent: int, most: int) -> Array:
    """Points in latent space, (N, latent) with N from 1 to `most`.

    Args:
        value: base64 of little-endian float32, or a list of lists of numbers.
    """
    if isinstance(value, str):
        # 4 characters of base64 are 3 bytes: refuse what is too long before it is decoded.
        if len(value) > most * latent * 4 * 4 // 3 + 4:
            raise UserError(f"z must hold at most {most} points.")
        try:
            data = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError("z must be base64 of float32 numbers.") from error
        if not data or len(data) % (4 * latent):
            raise UserError(f"z must hold {latent} float32 numbers for each point.")
        z = np.frombuffer(data, dtype="<f4").reshape(-1, latent).astype(np.float32)
    else:
        z = _from_lists(value, latent, most)
    if len(z) > most:
        raise UserError(f"z must hold at most {most} points.")
    if not np.isfinite(z).all() or np.abs(z).max() > MAX_COORDINATE:
        raise UserError(
            f"Every number of z must be from {-MAX_COORDINATE:g} to {MAX_COORDINATE:g}."
        )
    return z


def _from_lists(value: Any, latent: int, most: int) -> Array:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise UserError(f"z must be base64 or a list of 1 to {most} points.")
    for point in value:
        if not isinstance(point, list) or len(point) != latent:
            raise UserError(f"Each point of z must be a list of {latent} numbers.")
        for coordinate in point:
            number(coordinate, "Every number of z", -MAX_COORDINATE, MAX_COORDINATE)
    return np.asarray(value, dtype=np.float32)


def _shown(value: Any) -> str:
    """What was sent, short enough for a sentence."""
    text = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else "something"
    return text if len(text) <= 40 else text[:37] + "..."

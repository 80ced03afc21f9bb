"""Points in latent space as a browser sends them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np

from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.ui import checks

# Far outside any prior, far inside what a network can still compute with.
MAX_COORDINATE = 100.0


def points(value: Any, latent: int, most: int) -> Array:
    """Points in latent space, float32 (N, latent) with N from 1 to `most`.

    Args:
        value: base64 of little-endian float32, or a list of lists of numbers.

    Raises:
        UserError: it is something else, or a number is not finite or beyond 100 either way.
    """
    if isinstance(value, str):
        z = _from_base64(value, latent, most)
    else:
        z = checks.latent_rows(value, latent, most).numpy()
    if not np.isfinite(z).all() or np.abs(z).max() > MAX_COORDINATE:
        raise UserError(
            f"Every number of z must be from {-MAX_COORDINATE:g} to {MAX_COORDINATE:g}."
        )
    return z


def _from_base64(text: str, latent: int, most: int) -> Array:
    # 4 characters are 3 bytes: refuse what is too long before it is decoded.
    if len(text) > most * latent * 4 * 4 // 3 + 4:
        raise UserError(f"z must hold at most {most} points.")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UserError("z must be base64 of float32 numbers.") from error
    if not data or len(data) % (4 * latent):
        raise UserError(f"z must hold {latent} float32 numbers for each point.")
    return np.frombuffer(data, dtype="<f4").reshape(-1, latent).astype(np.float32)

"""Study C's "one sample with variations", as the page should draw it."""

from __future__ import annotations

import numpy as np

from ganvae.latents import Array


def variation_grid(z: Array, rows: Array, columns: Array) -> Array:
    """25 points (25, latent), row by row: whole steps of -2 to 2 along either direction."""
    steps = range(-2, 3)
    return np.stack([z + row * rows + column * columns for row in steps for column in steps])

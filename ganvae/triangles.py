"""Matrices of which one half says it all, stored as that half: covariances and their factors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt


def pack(matrices: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The lower triangles, diagonal included, row by row: (..., n, n) to (..., n (n + 1) / 2)."""
    rows, columns = np.tril_indices(matrices.shape[-1])
    return np.ascontiguousarray(matrices[..., rows, columns])


def unpack(packed: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Lower triangular matrices (..., n, n), 0 above the diagonal, of what `pack` gave.

    Raises:
        ValueError: no square matrix has that many entries in its lower triangle.
    """
    entries = packed.shape[-1]
    side = (math.isqrt(8 * entries + 1) - 1) // 2
    if side == 0 or side * (side + 1) // 2 != entries:
        raise ValueError(f"{entries} entries are no lower triangle")
    matrices = np.zeros((*packed.shape[:-1], side, side), packed.dtype)
    rows, columns = np.tril_indices(side)
    matrices[..., rows, columns] = packed
    return matrices


def mirror(lower: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Symmetric matrices (..., n, n) of their lower triangular halves."""
    return lower + np.tril(lower, -1).swapaxes(-1, -2)

from __future__ import annotations

import numpy as np
import pytest

from ganvae.triangles import mirror, pack, unpack


def test_a_lower_triangle_row_by_row() -> None:
    matrix = np.array([[1, 9, 9], [2, 3, 9], [4, 5, 6]], np.float32)
    packed = pack(matrix)
    assert packed.tolist() == [1, 2, 3, 4, 5, 6]
    assert packed.dtype == np.float32
    assert unpack(packed).tolist() == [[1, 0, 0], [2, 3, 0], [4, 5, 6]]
    assert mirror(unpack(packed)).tolist() == [[1, 2, 4], [2, 3, 5], [4, 5, 6]]


def test_many_at_once_bit_for_bit() -> None:
    drawn = np.random.default_rng(0).normal(size=(5, 2, 17, 17)).astype(np.float32)
    symmetric = drawn + drawn.swapaxes(-1, -2)
    assert pack(symmetric).shape == (5, 2, 17 * 18 // 2)
    np.testing.assert_array_equal(mirror(unpack(pack(symmetric))), symmetric)
    np.testing.assert_array_equal(unpack(pack(drawn)), np.tril(drawn))


@pytest.mark.parametrize("entries", [0, 2, 4, 5, 7])
def test_what_is_no_triangle(entries: int) -> None:
    with pytest.raises(ValueError, match=f"{entries} entries are no lower triangle"):
        unpack(np.zeros((3, entries), np.float32))

"""What the directions of the shipped models of faces do, by somebody who looked at them.

A name holds for exactly one file of weights, told by its SHA-256: after another training the same
number means something else. See face_directions.py for how to look and to name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganvae.metrics.meanings import Meaning
from ganvae.metrics.regions import Region


@dataclass(frozen=True)
class Name:
    """What one principal direction does.

    Attributes:
        key: of one of `MEANINGS`.
        component: its number, from 1.
        sign: -1 where it does so against the direction.
    """

    key: str
    component: int
    sign: Literal[-1, 1]


_MEANINGS: tuple[tuple[str, str, Region], ...] = ()
MEANINGS: dict[str, Meaning] = {
    key: Meaning(key, label, region.name, region) for key, label, region in _MEANINGS
}

NAMES: dict[str, tuple[Name, ...]] = {}

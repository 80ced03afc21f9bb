"""What the directions of the shipped models of faces do, by somebody who looked at them.

A name holds for exactly one file of weights, told by its SHA-256: after another training the same
number means something else. See faces.py for how to look and to name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganvae.metrics.meanings import Meaning
from ganvae.metrics.regions import Box, Region


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


# Where things are in CelebA's aligned pictures, all of them in the middle: (left, top, right,
# bottom) as shares of the picture.
_HAIR: Box = (0.3, 0.06, 0.7, 0.2)
_FOREHEAD: Box = (0.36, 0.24, 0.64, 0.38)
_FACE: Box = (0.34, 0.4, 0.66, 0.8)
_LEFT_CHEEK: Box = (0.28, 0.45, 0.45, 0.8)
_RIGHT_CHEEK: Box = (0.55, 0.45, 0.72, 0.8)
_CHIN: Box = (0.38, 0.82, 0.62, 0.94)
_TOP_LEFT: Box = (0.0, 0.0, 0.16, 0.3)
_TOP_RIGHT: Box = (0.84, 0.0, 1.0, 0.3)
_LEFT: Box = (0.0, 0.0, 0.16, 1.0)
_RIGHT: Box = (0.84, 0.0, 1.0, 1.0)
_ALL: Box = (0.0, 0.0, 1.0, 1.0)

_MEANINGS: tuple[tuple[str, str, Region], ...] = (
    (
        "background",
        "bright background",
        Region("brightness of the upper corners, %", (_TOP_LEFT, _TOP_RIGHT)),
    ),
    (
        "head",
        "brighter head",
        Region(
            "brightness of hair and face less that of the sides, %",
            (_HAIR, _FACE),
            (_LEFT, _RIGHT),
        ),
    ),
    (
        "left-side",
        "bright left side",
        Region("brightness of the left side less the right, %", (_LEFT,), (_RIGHT,)),
    ),
    (
        "face",
        "brighter face",
        Region("brightness of the face less that of the hair, %", (_FACE,), (_HAIR,)),
    ),
    (
        "light-left",
        "light from the left",
        Region("brightness of the left cheek less the right, %", (_LEFT_CHEEK,), (_RIGHT_CHEEK,)),
    ),
    (
        "hairline",
        "lower hairline",
        Region("brightness of the chin less that of the forehead, %", (_CHIN,), (_FOREHEAD,)),
    ),
    (
        "warmth",
        "warmer colours",
        Region("red less blue in the whole picture, %", (_ALL,), channel="warmth"),
    ),
)
MEANINGS: dict[str, Meaning] = {
    key: Meaning(key, label, region.name, region) for key, label, region in _MEANINGS
}

NAMES: dict[str, tuple[Name, ...]] = {
    # face-vae-128
    "e63944ca46ef20434ae2fd467c235eed19221736c17431d55decc983d56947e5": (
        Name("background", 1, -1),
        Name("head", 2, 1),
        Name("left-side", 3, 1),
        Name("face", 5, -1),
        Name("light-left", 6, -1),
        Name("hairline", 8, -1),
        Name("warmth", 10, 1),
    ),
    # face-gan-128
    "b807c8ac8d7777a14b945388839a99975c7e07c1327f560731660e70ffc20af3": (
        Name("background", 1, -1),
        Name("head", 2, 1),
        Name("left-side", 3, 1),
        Name("face", 4, -1),
        Name("light-left", 6, -1),
        Name("hairline", 7, -1),
        Name("warmth", 8, 1),
    ),
    # tuned-vae-faces
    "13453ee717ac20885d271a310e8300766c7787de7434e10fada51f5640316f87": (
        Name("background", 1, 1),
        Name("left-side", 2, 1),
        Name("head", 3, 1),
        Name("face", 4, -1),
        Name("light-left", 6, -1),
        Name("warmth", 8, -1),
        Name("hairline", 10, 1),
    ),
    # tuned-gan-faces
    "d25815c0960e007633e7075ba56b8dc5df37a0b57b447e6f01278fe53e2abc21": (
        Name("background", 1, -1),
        Name("head", 2, -1),
        Name("face", 3, 1),
        Name("left-side", 4, 1),
        Name("light-left", 5, -1),
        Name("hairline", 7, 1),
        Name("warmth", 8, 1),
    ),
}

"""A digit written by hand, on a screen or on paper, brought into the frame of MNIST's digits."""

from __future__ import annotations

import torch
from torch import Tensor

from ganvae.data.pixels import resize_float
from ganvae.errors import UserError

SIDE = 28
# MNIST's digits were shrunk to fit a box of this side, then centred by their mass in the frame.
BOX = 20
# A pixel darker than this is paper, not ink: the smoothing of a stroke's edge fades to nothing.
_INK = 0.05
# Less than that from paper to ink is not writing but the grain of the photograph.
_CONTRAST = 0.1
_PAPER = 0.25


def as_mnist(drawing: Tensor) -> Tensor:
    """The drawing as MNIST would have it: float32 (1, 1, 28, 28).

    The longer side of what was drawn becomes 20 pixels, and its centre of mass the frame's centre.
    It may lie outside the middle of the frame, but is never cut off.

    Args:
        drawing: (H, W) in [0, 1], white ink on black.

    Raises:
        UserError: nothing was drawn.
    """
    inked = drawing > _INK
    rows, columns = inked.any(dim=1).nonzero().flatten(), inked.any(dim=0).nonzero().flatten()
    if not len(rows):
        raise UserError("Nothing is drawn yet.")
    ink = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    small = resize_float(ink[None, None].float(), (height, width)).clamp(0, 1)
    frame = torch.zeros(1, 1, SIDE, SIDE)
    top, left = (_offset(small[0, 0].sum(dim=other)) for other in (1, 0))
    frame[:, :, top : top + height, left : left + width] = small
    return frame


def ink_of(photo: Tensor) -> Tensor:
    """White ink on black from a photograph of something written: (H, W) in [0, 1], both.

    What the edge of the photograph shows is taken for paper, lighter or darker than the ink. Uneven
    light on the paper, up to a quarter of the ink's contrast, is taken away with it.

    Raises:
        UserError: nothing stands out from the paper.
    """
    edge = torch.cat((photo[0], photo[-1], photo[:, 0], photo[:, -1]))
    paper = edge.median()
    away = photo - paper
    # The ink is on the side that goes farther from the paper.
    darkest, lightest = -away.min(), away.max()
    ink = -away if darkest > lightest else away
    contrast = torch.quantile(ink.flatten(), 0.995)
    if contrast < _CONTRAST:
        raise UserError(
            "Nothing stands out from the paper; take a photo with darker ink, or move the frame."
        )
    return ((ink / contrast - _PAPER) / (1 - _PAPER)).clamp(0, 1)


def _offset(mass: Tensor) -> int:
    """Where a profile of masses begins so that their centre is nearest to the frame's."""
    centre = (mass * torch.arange(len(mass))).sum() / mass.sum()
    wanted = round(SIDE / 2 - centre.item())
    return min(max(wanted, 0), SIDE - len(mass))

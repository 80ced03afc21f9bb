"""How thick the strokes of a digit are, and how far it leans, told from its pixels alone."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# A picture with less ink than a hundredth of a pixel has neither strokes nor a slant.
_LEAST = 1e-2


def stroke_width(images: Tensor) -> Tensor:
    """Mean width of the strokes in each image, pixels: (N,).

    Twice the ink over the length of its edges: a stroke of width w and length l has an area of
    w l and two edges of length l. Ink is brightness, and the length of the edges its total
    variation (coarea formula, Rudin, Osher and Fatemi 1992), so that neither grey edges nor pale
    strokes change the width. An empty picture has width 0.

    Args:
        images: (N, C, H, W) in [0, 1], bright strokes on black; colours are averaged to grey.
    """
    grey = F.pad(images.mean(dim=1), (1, 1, 1, 1))
    down = grey[:, 1:, :-1] - grey[:, :-1, :-1]
    across = grey[:, :-1, 1:] - grey[:, :-1, :-1]
    # Never quite 0, where a root has no slope to climb.
    edges = (down.square() + across.square() + 1e-12).sqrt().sum(dim=(1, 2))
    return 2 * grey.sum(dim=(1, 2)) / edges.clamp(min=_LEAST)


def slant(images: Tensor) -> Tensor:
    """How far each image leans to the right of upright, degrees: (N,).

    The angle of the shear that would make it upright: the covariance of rows and columns over the
    variance of the rows, each pixel counting by its brightness. What leans left is negative, and
    an empty picture is upright.

    Args:
        images: (N, C, H, W) in [0, 1], bright strokes on black; colours are averaged to grey.
    """
    grey = images.mean(dim=1).double()
    rows = torch.arange(grey.shape[1], dtype=torch.float64, device=grey.device)[:, None]
    columns = torch.arange(grey.shape[2], dtype=torch.float64, device=grey.device)
    ink = grey.sum(dim=(1, 2), keepdim=True).clamp(min=_LEAST)
    share = grey / ink
    down = rows - (share * rows).sum(dim=(1, 2), keepdim=True)
    right = columns - (share * columns).sum(dim=(1, 2), keepdim=True)
    together = (share * down * right).sum(dim=(1, 2))
    upright = (share * down.square()).sum(dim=(1, 2)).clamp(min=_LEAST)
    # Rows are counted downwards.
    return torch.rad2deg(torch.atan(-together / upright)).float()

"""What keeps a discriminator from learning few real images by heart: it never sees one unchanged.

Zhao et al., "Differentiable augmentation for data-efficient GAN training", NeurIPS 2020. Real and
generated images are changed in the same ways, and gradients pass through to the generator, so that
it has no reason to draw the changes.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# Random numbers that one image takes.
DRAWS = 7
# The paper's: shifts of up to an eighth of a side, and a hole of half a side.
_SHIFT, _HOLE = 1 / 8, 1 / 2


# Random numbers that decide whether an image is changed, one for each kind of change.
COINS = 3
# Draws that leave an image as it is: its own colours, the middle shift, a hole far outside.
_AS_IT_IS = (0.5, 0.5, 0.5, 0.5, 0.5, -1.0, -1.0)
# How many of the draws belong to each kind of change.
_KINDS = (3, 2, 2)


# Karras et al., "Training generative adversarial networks with limited data", NeurIPS 2020: as
# long as many images stay as they are, the generator has no reason to draw the changes.
def sometimes(draws: Tensor, coins: Tensor, probability: float) -> Tensor:
    """Draws with which each kind of change is done to an image with that probability.

    Args:
        draws: (N, DRAWS), uniform in [0, 1).
        coins: (N, COINS), uniform in [0, 1).

    Returns:
        (N, DRAWS), for `augment`.
    """
    kinds = torch.tensor(_KINDS, device=draws.device)
    done = (coins < probability).repeat_interleave(kinds, dim=1)
    return torch.where(done, draws, draws.new_tensor(_AS_IT_IS))


def augment(images: Tensor, draws: Tensor) -> Tensor:
    """Each image with other colours, shifted, and with a hole; what is not there is 0.

    Args:
        images: (N, C, H, W) in [-1, 1].
        draws: (N, DRAWS), uniform in [0, 1), or of `sometimes`.

    Returns:
        As `images`, but brightness and contrast may leave [-1, 1].
    """
    columns = draws.to(images.dtype)[:, :, None, None, None].unbind(1)
    brightness, saturation, contrast = columns[:3]
    grey = images.mean(1, keepdim=True)
    coloured = grey + 2 * saturation * (images - grey) + brightness - 0.5
    mean = coloured.mean((1, 2, 3), keepdim=True)
    return _covered(_shifted(mean + (0.5 + contrast) * (coloured - mean), draws[:, 3:5]), draws)


def _shifted(images: Tensor, draws: Tensor) -> Tensor:
    count, _, height, width = images.shape
    down, right = int(height * _SHIFT), int(width * _SHIFT)
    padded = F.pad(images, (right, right, down, down))
    sides = torch.tensor([2 * down + 1, 2 * right + 1], device=images.device)
    start = (draws * sides).long()
    rows = start[:, :1] + torch.arange(height, device=images.device)
    columns = start[:, 1:] + torch.arange(width, device=images.device)
    which = torch.arange(count, device=images.device)
    # Indices around a slice put the slice's axis last.
    moved = padded[which[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)


def _covered(images: Tensor, draws: Tensor) -> Tensor:
    height, width = images.shape[2:]
    # The middle of the hole may lie at the edge.
    rows = _far(height, draws[:, 5])[:, None, :, None]
    columns = _far(width, draws[:, 6])[:, None, None, :]
    return images * (rows | columns)


def _far(side: int, draws: Tensor) -> Tensor:
    """(N, side): which places are outside a hole with its middle drawn along the side."""
    places = torch.arange(side, device=draws.device)
    middle = (draws * side).floor()[:, None]
    return (places - middle).abs() > side * _HOLE / 2

"""How sharp pictures are, as numbers that can be compared with those of real pictures."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))


def laplacian_variance(images: Tensor) -> Tensor:
    """Variance of the Laplacian of each image, (N,): low for blur, high for edges and for noise.

    Args:
        images: (N, C, H, W) in [0, 1]; colours are averaged to grey first.

    The measure is Pech-Pacheco et al. 2000. It only says something beside that of real images of
    the same data and size: a ratio below 1 is blur, above 1 is noise, not sharpness.
    """
    kernel = torch.tensor(_LAPLACIAN, dtype=images.dtype, device=images.device)[None, None]
    grey = images.mean(dim=1, keepdim=True)
    return F.conv2d(grey, kernel).flatten(1).var(dim=1, correction=0)

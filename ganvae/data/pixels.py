"""Between uint8 and float images, and between sizes."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def to_float(images: Tensor, image_range: tuple[float, float] = (0.0, 1.0)) -> Tensor:
    """uint8 images as float32 in the given range."""
    low, high = image_range
    scaled = images.float().mul_((high - low) / 255)
    return scaled.add_(low) if low else scaled


def to_uint8(images: Tensor) -> Tensor:
    """Float images in [0, 1] as uint8, rounded."""
    return images.mul(255).round_().clamp_(0, 255).to(torch.uint8)


def resize(images: Tensor, size: tuple[int, int]) -> Tensor:
    """uint8 images (N, C, H, W) at another (height, width): bilinear, antialiased."""
    if tuple(images.shape[-2:]) == size:
        return images
    parts = [to_uint8(resize_float(to_float(part), size)) for part in images.split(4096)]
    return torch.cat(parts)


def resize_float(images: Tensor, size: tuple[int, int]) -> Tensor:
    """`resize` for float images, without rounding."""
    if tuple(images.shape[-2:]) == size:
        return images
    return F.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True)

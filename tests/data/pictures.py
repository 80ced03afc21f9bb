"""Folders of images for the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 8


def write_images(folder: Path, count: int, first: int = 0, suffix: str = "png") -> None:
    """So many small images, each of one colour of its own: its number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        image = np.full((SIDE, SIDE, 3), (number % 256, number // 256, 99), np.uint8)
        Image.fromarray(image).save(folder / f"{number:04d}.{suffix}")


def numbers(images: np.ndarray) -> list[int]:
    """Which of the images of `write_images` these (N, 3, H, W) are."""
    return [int(image[0, 0, 0]) + 256 * int(image[1, 0, 0]) for image in images]

"""One image file of any kind to pixels of one shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

# Changes when the same file gives other pixels than before, so that old caches are left alone.
VERSION = 1
# CelebA's aligned photographs, 178x218, show the face in this many pixels around their centre.
CELEBA_CROP = 148


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """A file that holds no image we can read; the text says why."""


def decode(path: Path, shape: tuple[int, int, int], crop: int | None = None) -> NDArray[np.uint8]:
    """The image in a file: upright, its centre cut out, resized with antialiasing.

    Args:
        path: of a file that Pillow can read, of any size and colour mode.
        shape: (channels, height, width) of the result; 1 channel is grey, 3 are RGB.
        crop: the centre is at most so many pixels high; None takes all there is.

    Returns:
        uint8 of that shape. Transparent parts lie on white.

    Raises:
        Unreadable: the file is cut short, too large, or no image.
    """
    channels, height, width = shape
    try:
        with Image.open(path) as image:
            # A JPEG can be decoded at a half, a quarter or an eighth at a fraction of the cost.
            if crop is None:
                image.draft("RGB" if channels == 3 else "L", (2 * width, 2 * height))
            upright = ImageOps.exif_transpose(image)
            colours = _colours(upright, "RGB" if channels == 3 else "L")
            fitted = colours.resize(
                (width, height), Image.Resampling.BICUBIC, _centre(colours.size, shape, crop)
            )
    # Broken files raise nearly anything: Pillow's plugins parse what is there.
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(reason[:200]) from error
    pixels = np.asarray(fitted)
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _centre(
    size: tuple[int, int], shape: tuple[int, int, int], crop: int | None
) -> tuple[float, float, float, float]:
    """The largest box around the centre that has the result's proportions: (x0, y0, x1, y1)."""
    _, height, width = shape
    scale = min(size[0] / width, size[1] / height)
    if crop is not None:
        scale = min(scale, crop / height)
    left, top = (size[0] - scale * width) / 2, (size[1] - scale * height) / 2
    return left, top, left + scale * width, top + scale * height


def _colours(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits a pixel: Pillow would cut them off at 255, not scale them.
        values = np.asarray(image, dtype=np.float64)
        top = 255.0 if values.max(initial=0) <= 255 else 65535.0
        image = Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))
    if "A" in image.mode or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return image.convert(mode)

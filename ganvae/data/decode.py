"""One image file of any kind to pixels of one shape."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

# Changes when the same file gives other pixels than before, so that old caches are left alone.
VERSION = 2
# CelebA's aligned photographs show the face in this many pixels around their centre.
CELEBA_CROP = 148
CELEBA_SIZE = (178, 218)

# Of all that Pillow reads these are photographs. It goes by what is in a file, not by its name, and
# to read an EPS, say, it would start another program.
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF")
# What brings an image upright, by its EXIF orientation.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """A file that holds no image we can read; the text says why, in one line.

    Attributes:
        lasting: whether it would be the same at the next try; not where a disk was unplugged or
            the memory was full.
    """

    def __init__(self, reason: str, *, lasting: bool = True) -> None:
        super().__init__(reason)
        self.lasting = lasting


def decode(path: Path, shape: tuple[int, int, int], crop: int | None = None) -> NDArray[np.uint8]:
    """The image in a file: upright, its centre cut out, resized with antialiasing.

    Args:
        path: of a file that Pillow can read, of any size and colour mode.
        shape: (channels, height, width) of the result; 1 channel is grey, 3 are RGB.
        crop: of images of CelebA's own size only the centre is used, so many pixels high; None
            takes all there is, and so do images of any other size: they were cropped before.

    Returns:
        uint8 of that shape. Transparent parts lie on white.

    Raises:
        Unreadable: the file is cut short, too large, or no image.
    """
    channels, height, width = shape
    mode = "RGB" if channels == 3 else "L"
    try:
        with Image.open(path, formats=_formats()) as image:
            # A JPEG can be decoded at a half, a quarter or an eighth at a fraction of the cost. It
            # may lie on its side: twice the longer side is enough whichever that is.
            if crop is None:
                image.draft(mode, (2 * max(height, width),) * 2)
            image.load()
            upright = _upright(image)
            left, top, right, bottom = _centre(upright.size, (width, height), crop)
            # Cut out first: a resize of a box alone would let what lies beside it shine in.
            x, y = math.floor(left), math.floor(top)
            centre = upright.crop((x, y, math.ceil(right), math.ceil(bottom)))
            box = (left - x, top - y, right - x, bottom - y)
            fitted = _colours(centre, mode).resize((width, height), Image.Resampling.BICUBIC, box)
    # Broken files raise nearly anything: Pillow's plugins parse what is there.
    except Exception as error:
        failed = isinstance(error, OSError) and error.errno is not None
        lasting = not failed and not isinstance(error, MemoryError)
        raise Unreadable(_reason(path, error), lasting=lasting) from error
    pixels = np.asarray(fitted)
    return pixels[None] if channels == 1 else np.ascontiguousarray(pixels.transpose(2, 0, 1))


@cache
def _formats() -> tuple[str, ...]:
    """Those that this Pillow was built with: it fails at the name of any other."""
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _reason(path: Path, error: Exception) -> str:
    """Why a file can't be read, in one line without its path."""
    if isinstance(error, UnidentifiedImageError):
        if path.suffix.lower() in {".heic", ".heif"}:
            return "HEIC can't be read: save it as JPEG"
        return "no image of a kind that can be read"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return " ".join(text.split())[:200] or type(error).__name__


def _upright(image: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # EXIF that can't be read says nothing: the pixels are fine
        return image
    return image if turn is None else image.transpose(turn)


def _centre(
    size: tuple[int, int], result: tuple[int, int], crop: int | None
) -> tuple[float, float, float, float]:
    """The largest box around the centre that has the result's proportions: (x0, y0, x1, y1)."""
    scale = min(size[0] / result[0], size[1] / result[1])
    if crop is not None and size == CELEBA_SIZE:
        scale = min(scale, crop / result[1])
    # A product may come out a trifle larger than the side, and Pillow refuses a box that sticks
    # out.
    width, height = min(scale * result[0], size[0]), min(scale * result[1], size[1])
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return left, top, left + width, top + height


def _colours(image: Image.Image, mode: str) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba)
    return image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey image of more than 8 bits a pixel in 8: Pillow would cut it off at 255, not scale."""
    values = np.nan_to_num(np.asarray(image, np.float64), posinf=0.0, neginf=0.0)
    top = 65535.0
    if not image.mode.startswith("I;16"):
        # Such a file doesn't say what white is: the least of the usual ones that nothing exceeds.
        usual = (1.0, 255.0, top) if image.mode == "F" else (255.0, top)
        highest = float(values.max(initial=0.0))
        top = next((white for white in usual if highest <= white), highest)
    return Image.fromarray(np.rint(values.clip(0, top) * (255 / top)).astype(np.uint8))

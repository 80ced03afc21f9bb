"""Tensors in, pictures out: grids, strips and animations as PIL images and bytes.

Grey images stay grey (mode "L") and colour ones RGB. Digits are magnified with hard pixels, colour
pictures smoothly; each picture by itself, so that nothing bleeds into its neighbour.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from ganvae.errors import UserError

AnimationFormat = Literal["gif", "webp"]

# Between pictures: visible beside the black of a digit, and on a white page.
GAP_GREY = 128
_MAX_SCALE = 64
# WebP's settings: without loss, quickest; for colours a tenth of the bytes at no visible cost.
_LOSSLESS: dict[str, object] = {"lossless": True, "quality": 0, "method": 0}
_PHOTOGRAPH: dict[str, object] = {"quality": 90, "method": 2}
# The palette of a GIF is found on so many of its frames, at a quarter of their size.
_PALETTE_FRAMES, _PALETTE_SHRINK = 8, 4


def to_pixels(images: torch.Tensor) -> NDArray[np.uint8]:
    """Images (N, C, H, W) in [0, 1] as bytes (N, H, W, C), rounded to the nearest.

    Raises:
        UserError: the images have another shape, or 2 or more than 3 channels.
    """
    if images.ndim != 4 or images.shape[0] < 1 or images.shape[1] not in (1, 3):
        raise UserError(f"Images must be (N, 1 or 3, H, W), not {tuple(images.shape)}.")
    scaled = images.detach().clamp(0, 1).mul(255).round().to(torch.uint8)
    return np.ascontiguousarray(scaled.permute(0, 2, 3, 1).cpu().numpy())


def pictures(images: torch.Tensor, scale: int = 1) -> list[Image.Image]:
    """Each of the images (N, C, H, W) in [0, 1] as a picture, `scale` times as large (1 to 64)."""
    if not 1 <= scale <= _MAX_SCALE:
        raise UserError(f"The scale must be from 1 to {_MAX_SCALE}, not {scale}.")
    made = []
    for pixels in to_pixels(images):
        grey = pixels.shape[2] == 1
        picture = Image.fromarray(pixels[:, :, 0] if grey else pixels)
        if scale > 1:
            size = (picture.width * scale, picture.height * scale)
            kind = Image.Resampling.NEAREST if grey else Image.Resampling.BICUBIC
            picture = picture.resize(size, kind)
        made.append(picture)
    return made


def scale_to(images: torch.Tensor, width: int) -> int:
    """The scale at which each image is about `width` pixels wide, never smaller than it is."""
    return max(1, min(_MAX_SCALE, width // images.shape[3]))


def grid(
    images: torch.Tensor, columns: int | None = None, scale: int = 4, gap: int = 1
) -> Image.Image:
    """One picture of all images (N, C, H, W) in [0, 1], row by row.

    Args:
        columns: images in a row; about as many as rows where it is not given.
        scale: how many times larger each image is drawn.
        gap: grey pixels between two images, not magnified; none around the outside.
    """
    if columns is None:
        columns = math.ceil(math.sqrt(images.shape[0]))
    if columns < 1:
        raise UserError(f"A grid needs at least 1 column, not {columns}.")
    tiles = pictures(images, scale)
    width, height = tiles[0].size
    rows = math.ceil(len(tiles) / columns)
    columns = min(columns, len(tiles))
    size = (columns * (width + gap) - gap, rows * (height + gap) - gap)
    sheet = _sheet(tiles[0].mode, size)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        sheet.paste(tile, (column * (width + gap), row * (height + gap)))
    return sheet


def strip(images: torch.Tensor, scale: int = 4, gap: int = 1) -> Image.Image:
    """All images (N, C, H, W) in [0, 1] in one row."""
    return grid(images, columns=images.shape[0], scale=scale, gap=gap)


def side_by_side(parts: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures from left to right, centred vertically; RGB if one of them is."""
    return _joined(parts, gap, across=True)


def stacked(parts: Sequence[Image.Image], gap: int = 8) -> Image.Image:
    """Pictures from top to bottom, centred horizontally; RGB if one of them is."""
    return _joined(parts, gap, across=False)


def animation(
    frames: Sequence[Image.Image], file_format: AnimationFormat = "gif", fps: float = 10
) -> bytes:
    """A file that plays the frames for ever, `fps` (1 to 50) a second, without loss for grey ones.

    A GIF of colour frames has one palette for all of them, or colours would flicker; a WebP of such
    is compressed like a photograph. A GIF counts in hundredths of a second, so its frames last as
    long to the nearest of these. Two frames that are the same in every pixel become one of twice
    the duration.

    Args:
        frames: one is made after the other, where they are made when they are asked for; all grey,
            or all in colour.

    Raises:
        UserError: there are no frames, or the format or the speed is another.
    """
    if not frames:
        raise UserError("An animation needs at least 1 frame.")
    if file_format not in get_args(AnimationFormat):
        raise UserError(f"An animation is a gif or a webp, not {file_format!r}.")
    if not 1 <= fps <= 50:
        raise UserError(f"The speed must be from 1 to 50 frames a second, not {fps!r}.")
    first = frames[0]
    grey = first.mode == "L"
    options: dict[str, object] = {}
    if file_format == "webp":
        options = _LOSSLESS if grey else _PHOTOGRAPH
    others: Iterable[Image.Image] = (frames[place] for place in range(1, len(frames)))
    if file_format == "gif" and not grey:
        palette = _one_palette(frames)
        first = _in_palette(first, palette)
        others = (_in_palette(frame, palette) for frame in others)
    duration = round(1000 / fps) if file_format == "webp" else 10 * round(100 / fps)
    buffer = io.BytesIO()
    first.save(
        buffer,
        format=file_format.upper(),
        save_all=True,
        append_images=others,
        duration=duration,
        loop=0,
        **options,
    )
    return buffer.getvalue()


def png(picture: Image.Image) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return buffer.getvalue()


def _one_palette(frames: Sequence[Image.Image]) -> Image.Image:
    """A picture with at most 256 colours that suit all frames."""
    some = frames[:: math.ceil(len(frames) / _PALETTE_FRAMES)]
    small = [frame.convert("RGB").reduce(_PALETTE_SHRINK) for frame in some]
    return stacked(small, gap=0).quantize(256, method=Image.Quantize.MEDIANCUT)


def _in_palette(frame: Image.Image, palette: Image.Image) -> Image.Image:
    """A frame in the colours of a palette, dithered."""
    return frame.convert("RGB").quantize(palette=palette)


def _sheet(mode: str, size: tuple[int, int]) -> Image.Image:
    return Image.new(mode, size, GAP_GREY if mode == "L" else (GAP_GREY,) * 3)


def _joined(parts: Sequence[Image.Image], gap: int, across: bool) -> Image.Image:
    if not parts:
        raise UserError("There is no picture to put beside another.")
    mode = "L" if all(part.mode == "L" for part in parts) else "RGB"
    widths, heights = [part.width for part in parts], [part.height for part in parts]
    gaps = gap * (len(parts) - 1)
    size = (sum(widths) + gaps, max(heights)) if across else (max(widths), sum(heights) + gaps)
    sheet = _sheet(mode, size)
    at = 0
    for part in parts:
        if across:
            sheet.paste(part.convert(mode), (at, (size[1] - part.height) // 2))
            at += part.width + gap
        else:
            sheet.paste(part.convert(mode), ((size[0] - part.width) // 2, at))
            at += part.height + gap
    return sheet

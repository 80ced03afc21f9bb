"""The pictures kept of a training: `snapshots/` in a model's folder, read with checks.

    snapshots/
      index.json             columns, rows, tile, test_indices and the moments
      samples-00000000.webp  a sheet of samples, always of the same z, and at each moment
      reconstructions-...    (VAE only) a sheet of reconstructions of the same test images

A sheet has `rows` times `columns` tiles without gaps. It is stored with a small loss: in grey as
WebP, in colour as JPEG, since WebP halves the resolution of colours and so hides the coloured grid
that a decoder draws at first. How sharp its pictures are is therefore measured before, and kept in
the index; sheets of PNG, of older trainings, have none there and are measured themselves. Files may
come from anywhere: only plain names of pictures of the announced size are ever read.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from ganvae.checkpoint import SNAPSHOT_INDEX, SNAPSHOTS, read_json
from ganvae.errors import UserError
from ganvae.untrusted import is_count, is_number

KINDS = ("samples", "reconstructions")

_MAX_MOMENTS = 1000
_MAX_SHEET_BYTES = 4 * 2**20
# That of a checkerboard of black and white.
_MAX_VARIANCE = 16.0
# Pillow's word for what a file is, by its name's end, and what a browser calls it.
FORMATS = {".webp": "WEBP", ".jpg": "JPEG", ".png": "PNG"}
_MEDIA = {b"RIFF": "image/webp", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
_SHEET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.(webp|jpg|png)")
VARIANCE = "laplacian_variance"


@dataclass(frozen=True)
class Moment:
    """One moment of a training.

    Attributes:
        step: optimiser steps done.
        images: training images seen.
        sheets: names of the sheets, by kind.
        variances: the variance of the Laplacian of the pictures of a sheet, their mean, as it was
            before they were stored, by kind; nothing where that was not kept.
    """

    step: int
    images: int
    sheets: dict[str, str]
    variances: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Index:
    """What `index.json` says.

    Attributes:
        columns, rows: tiles across and down a sheet.
        tile: (height, width) of one in pixels.
        test_indices: which test images the reconstructions are of; empty where unknown.
        moments: the earliest first.
    """

    columns: int
    rows: int
    tile: tuple[int, int]
    test_indices: tuple[int, ...]
    moments: tuple[Moment, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of sheets that every moment has."""
        return tuple(kind for kind in KINDS if all(kind in m.sheets for m in self.moments))


def read_index(folder: Path) -> Index | None:
    """The index of a model's snapshots; None where it has no snapshots.

    Raises:
        UserError: index.json is there but not what it should be.
    """
    path = folder / SNAPSHOTS / SNAPSHOT_INDEX
    if not path.is_file():
        return None
    try:
        index = _parse(read_json(path))
    except (UserError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"The snapshots of {folder.name} have no valid {SNAPSHOT_INDEX}."
        ) from error
    return index if index.moments and index.kinds else None


def _parse(values: Any) -> Index:
    if not isinstance(values["moments"], list) or len(values["moments"]) > _MAX_MOMENTS:
        raise ValueError("moments")
    height, width = values["tile"]
    columns, rows = _whole(values["columns"], 1, 64), _whole(values["rows"], 1, 64)
    indices = tuple(_whole(index, 0, 10**9) for index in values.get("test_indices") or ())
    if len(indices) > columns * rows:
        raise ValueError("test_indices")
    moments = {}
    for entry in values["moments"]:
        sheets = {kind: _name(entry[kind]) for kind in KINDS if entry.get(kind) is not None}
        kept = entry.get(VARIANCE) or {}
        variances = {kind: _variance(kept[kind]) for kind in sheets if kind in kept}
        moment = Moment(_whole(entry["step"]), _whole(entry["images"]), sheets, variances)
        # A run that was cut short and went on may list a moment twice: the later entry counts.
        moments[moment.images] = moment
    tile = (_whole(height, 1, 512), _whole(width, 1, 512))
    return Index(columns, rows, tile, indices, tuple(moments[key] for key in sorted(moments)))


def _whole(value: Any, low: int = 0, high: int = 10**15) -> int:
    if not is_count(value, low, high):
        raise ValueError("not a whole number in its range")
    return value


def _variance(value: Any) -> float:
    if not is_number(value, low=0, high=_MAX_VARIANCE):
        raise ValueError("no variance of pictures in [0, 1]")
    return float(value)


def _name(value: Any) -> str:
    if not isinstance(value, str) or not _SHEET_NAME.fullmatch(value):
        raise ValueError("not the plain name of a picture")
    return value


def read_sheet(folder: Path, index: Index, kind: str, moment: int) -> bytes:
    """The file of a sheet.

    Args:
        folder: the model's.
        kind: `samples` or `reconstructions`.
        moment: which of `index.moments`.

    Raises:
        UserError: there is no such sheet, or its file is no picture of the announced size.
    """
    if kind not in index.kinds:
        raise UserError(f"{folder.name} has no snapshots of {kind}.")
    if not 0 <= moment < len(index.moments):
        raise UserError(f"{folder.name} has {len(index.moments)} moments, counted from 0.")
    path = folder / SNAPSHOTS / index.moments[moment].sheets[kind]
    try:
        content = path.read_bytes() if path.stat().st_size <= _MAX_SHEET_BYTES else b""
    except OSError as error:
        raise UserError(f"The sheet {path.name} of {folder.name} can't be read.") from error
    height, width = index.tile
    size = (index.columns * width, index.rows * height)
    expected = FORMATS[path.suffix]
    try:
        # Only the header is looked at.
        with Image.open(io.BytesIO(content), formats=[expected]) as image:
            found = image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        found = None
    if found != size:
        raise UserError(
            f"The sheet {path.name} of {folder.name} is no {expected} file of "
            f"{size[0]} by {size[1]} pixels."
        )
    return content


def sheet_url(sheet: bytes) -> str:
    """A sheet that `read_sheet` gave as a data URL."""
    media = next(name for start, name in _MEDIA.items() if sheet.startswith(start))
    return f"data:{media};base64,{base64.b64encode(sheet).decode()}"


def read_tiles(sheet: bytes, index: Index) -> torch.Tensor:
    """The pictures of a sheet that `read_sheet` gave: float32 (N, C, H, W) in [0, 1].

    Raises:
        UserError: the file is cut short.
    """
    try:
        with Image.open(io.BytesIO(sheet)) as image:
            # WebP, in which sheets of grey pictures are, has no grey of its own.
            grey = image.mode == "L" or image.format == FORMATS[".webp"]
            pixels = np.asarray(image.convert("L" if grey else "RGB"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError("A sheet of snapshots is cut short.") from error
    height, width = index.tile
    tiles = torch.from_numpy(pixels.copy()).view(index.rows, height, index.columns, width, -1)
    return tiles.permute(0, 2, 4, 1, 3).flatten(0, 1).float() / 255

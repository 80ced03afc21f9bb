"""A folder's images decoded once: one file of pixels on disk, found again while nothing changed.

    CACHE/KEY/
      pixels.npy    uint8 (N, C, H, W), first all images that could be read
      index.json    which files they are, and which were skipped and why

The key is made of the files' names, sizes and times and of the shape asked for: a changed folder
has another key. A folder of the cache appears whole: it is filled under another name.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import math
import os
import shutil
import sys
import tempfile
import time
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ganvae import files
from ganvae.data.decode import VERSION, Unreadable, decode
from ganvae.data.folder import ImageFile, shown
from ganvae.errors import UserError

CACHE_VARIABLE = "GANVAE_CACHE"
_PIXELS, _INDEX = "pixels.npy", "index.json"
_AT_ONCE = 1024
# Begins the name of a folder that is being filled; one that old was left by a run that was killed.
_UNFINISHED, _LEFT_SECONDS = ".unfinished-", 24 * 3600.0
_TRIES = 3


@dataclass(frozen=True)
class Decoded:
    """The readable images of a folder.

    Attributes:
        pixels: uint8 (N, C, H, W), read from disk as it is used.
        positions: which of the folder's files each one is.
        skipped: (name, reason) of each file that could not be read.
        fingerprint: of the pixels alone: the same for the same images anywhere.
    """

    pixels: NDArray[np.uint8]
    positions: list[int]
    skipped: list[tuple[str, str]]
    fingerprint: str


def cache_folder() -> Path:
    """Where decoded images are kept: `GANVAE_CACHE`, else `~/.cache/ganvae`."""
    from_environment = os.environ.get(CACHE_VARIABLE)
    return Path(from_environment) if from_environment else Path.home() / ".cache" / "ganvae"


def load(
    folder: Path, images: list[ImageFile], shape: tuple[int, int, int], crop: int | None = None
) -> Decoded:
    """The images of a folder at one shape, from the cache or decoded into it with a progress bar.

    Raises:
        UserError: the cache can't be written.
    """
    place = cache_folder() / _key(folder, images, shape, crop)
    for trial in range(_TRIES):
        # Files that could not be read for a while are tried again by the next run, not by this.
        found = _read(place, shape, lasting=trial == 0)
        if found is not None:
            return found
        try:
            _fill(place, folder, images, shape, crop)
        except OSError as error:
            raise UserError(
                f"Decoded images can't be kept in {place.parent} ({error.strerror or error}); make "
                f"room, or name another folder in {CACHE_VARIABLE}."
            ) from error
    raise UserError(
        f"Decoded images don't stay in {place.parent} as they were written; name another folder "
        f"in {CACHE_VARIABLE}."
    )


def fingerprint_of(pixels: NDArray[np.uint8]) -> str:
    """24 hexadecimal digits that tell one array of images from another."""
    digest = hashlib.sha256(str(pixels.shape).encode())
    for start in range(0, len(pixels), _AT_ONCE):
        digest.update(np.ascontiguousarray(pixels[start : start + _AT_ONCE]).data)
    return digest.hexdigest()[:24]


def _key(
    folder: Path, images: list[ImageFile], shape: tuple[int, int, int], crop: int | None
) -> str:
    listing = json.dumps(
        [VERSION, str(folder.resolve()), shape, crop]
        + [(image.name, image.size, image.modified) for image in images]
    )
    return hashlib.sha256(listing.encode()).hexdigest()[:24]


def _read(place: Path, shape: tuple[int, int, int], *, lasting: bool) -> Decoded | None:
    """What lies in a folder of the cache; None where that is nothing, or not what was written.

    Args:
        lasting: refuse one that lacks files which might be read the next time.
    """
    try:
        index = json.loads((place / _INDEX).read_text(encoding="utf-8"))
        positions = index["positions"]
        pixels = np.lib.format.open_memmap(place / _PIXELS, "r")[: len(positions)]
        whole = pixels.dtype == np.uint8 and pixels.shape == (len(positions), *shape)
        if not whole or _checksum(pixels) != index["checksum"]:
            return None
        if lasting and not index["lasting"]:
            return None
        skipped = [(name, reason) for name, reason in index["skipped"]]
        return Decoded(pixels, positions, skipped, index["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checksum(pixels: NDArray[np.uint8]) -> int:
    checksum = 0
    for start in range(0, len(pixels), _AT_ONCE):
        checksum = zlib.crc32(np.ascontiguousarray(pixels[start : start + _AT_ONCE]).data, checksum)
    return checksum


def _fill(
    place: Path,
    folder: Path,
    images: list[ImageFile],
    shape: tuple[int, int, int],
    crop: int | None,
) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(place.parent)
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=place.parent) as beside:
        unfinished = Path(beside, place.name)
        unfinished.mkdir()
        index = _decode_all(unfinished / _PIXELS, folder, images, shape, crop)
        files.write_json(unfinished / _INDEX, index)
        try:
            os.rename(unfinished, place)
        except OSError:
            # There is one already: another process was faster, or it is of no use.
            if _read(place, shape, lasting=True) is None:
                os.rename(place, Path(beside, "former"))
                os.rename(unfinished, place)


def _decode_all(
    path: Path,
    folder: Path,
    images: list[ImageFile],
    shape: tuple[int, int, int],
    crop: int | None,
) -> dict[str, Any]:
    """Decode the images into one file of pixels; returns its index."""
    positions: list[int] = []
    skipped: list[tuple[str, str]] = []
    lasting = True

    def read(image: ImageFile) -> NDArray[np.uint8] | Unreadable:
        try:
            return decode(folder / image.name, shape, crop)
        except Unreadable as problem:
            return problem

    # Threads are enough: Pillow decodes and resizes outside of Python's lock. One stretch after
    # another, so that what is decoded ahead stays small.
    interval = 0.5 if sys.stderr.isatty() else 30.0
    with (
        path.open("wb") as stream,
        # Pillow warns of odd files, right into the bar; what can't be read is named afterwards.
        warnings.catch_warnings(action="ignore"),
        ThreadPoolExecutor(os.cpu_count()) as pool,
        tqdm(total=len(images), desc="reading", unit="image", mininterval=interval) as bar,
    ):
        # Written as it comes, not gathered in memory: 200,000 faces are 2.5 GB. And not through
        # a memory map: there a full disk is no error but the end of the process.
        header = {"descr": "|u1", "fortran_order": False, "shape": (len(images), *shape)}
        np.lib.format.write_array_header_1_0(stream, header)
        first = stream.tell()
        for start in range(0, len(images), _AT_ONCE):
            results = pool.map(read, images[start : start + _AT_ONCE])
            for position, result in enumerate(results, start):
                bar.update()
                if isinstance(result, Unreadable):
                    skipped.append((shown(images[position].name), str(result)))
                    lasting = lasting and result.lasting
                else:
                    stream.write(result.tobytes())
                    positions.append(position)
        # As long as the header says, whatever was skipped; that much is never read.
        stream.truncate(first + len(images) * math.prod(shape))
        stream.flush()
        os.fsync(stream.fileno())
    pixels = np.lib.format.open_memmap(path, "r")[: len(positions)]
    return {
        "positions": positions,
        "skipped": skipped,
        "lasting": lasting,
        "fingerprint": fingerprint_of(pixels),
        "checksum": _checksum(pixels),
    }


def _clear_leftovers(parent: Path) -> None:
    for leftover in parent.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(OSError):  # another process may be removing it too
            if time.time() - leftover.stat().st_mtime > _LEFT_SECONDS:
                shutil.rmtree(leftover)


def keep_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array into the cache, whole. A cache that can't be written is done without."""
    stream = io.BytesIO()
    np.save(stream, values)
    with contextlib.suppress(OSError):
        files.write_bytes(path, stream.getvalue())

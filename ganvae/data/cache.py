"""A folder's images decoded once: one file of pixels on disk, found again while nothing changed.

    CACHE/KEY/
      pixels.npy    uint8 (N, C, H, W), first all images that could be read
      index.json    which files they are, and which were skipped and why

The key is made of the files' names, sizes and times and of the shape asked for: a changed folder
has another key.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ganvae import files
from ganvae.data.decode import VERSION, Unreadable, decode
from ganvae.data.folder import ImageFile
from ganvae.errors import UserError

CACHE_VARIABLE = "GANVAE_CACHE"
_PIXELS, _INDEX = "pixels.npy", "index.json"
_AT_ONCE = 1024


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
    if not (place / _INDEX).is_file():
        try:
            _fill(place, folder, images, shape, crop)
        except OSError as error:
            raise UserError(
                f"Decoded images can't be kept in {place.parent} ({error.strerror or error}); make "
                f"room, or name another folder in {CACHE_VARIABLE}."
            ) from error
    index = json.loads((place / _INDEX).read_text(encoding="utf-8"))
    return Decoded(
        np.load(place / _PIXELS, mmap_mode="r")[: len(index["positions"])],
        index["positions"],
        [(name, reason) for name, reason in index["skipped"]],
        index["fingerprint"],
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


def _fill(
    place: Path,
    folder: Path,
    images: list[ImageFile],
    shape: tuple[int, int, int],
    crop: int | None,
) -> None:
    unfinished = place.with_name(f".{place.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        # Written through the file system, not gathered in memory: 200,000 faces are 2.5 GB.
        pixels = np.lib.format.open_memmap(
            unfinished / _PIXELS, "w+", np.uint8, (len(images), *shape)
        )
        positions: list[int] = []
        skipped: list[tuple[str, str]] = []

        def read(image: ImageFile) -> NDArray[np.uint8] | Unreadable:
            try:
                return decode(folder / image.name, shape, crop)
            except Unreadable as problem:
                return problem

        # Threads are enough: Pillow decodes and resizes outside of Python's lock. One stretch after
        # another, so that what is decoded ahead stays small.
        interval = 0.5 if sys.stderr.isatty() else 30.0
        with (
            ThreadPoolExecutor(os.cpu_count()) as pool,
            tqdm(total=len(images), desc="reading", unit="image", mininterval=interval) as bar,
        ):
            for start in range(0, len(images), _AT_ONCE):
                results = pool.map(read, images[start : start + _AT_ONCE])
                for position, result in enumerate(results, start):
                    bar.update()
                    if isinstance(result, Unreadable):
                        skipped.append((images[position].name, str(result)))
                    else:
                        pixels[len(positions)] = result
                        positions.append(position)
        pixels.flush()
        fingerprint = fingerprint_of(pixels[: len(positions)])
        files.write_json(
            unfinished / _INDEX,
            {"positions": positions, "skipped": skipped, "fingerprint": fingerprint},
        )
        files.replace_folder(unfinished, place)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def keep_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array into the cache, whole. A cache that can't be written is done without."""
    stream = io.BytesIO()
    np.save(stream, values)
    with contextlib.suppress(OSError):
        files.write_bytes(path, stream.getvalue())

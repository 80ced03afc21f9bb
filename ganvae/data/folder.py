"""Any folder of images: which files there are, and which are for training and which for testing."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganvae.errors import UserError

# HEIC is what phones write; Pillow can't read it, so such a file is named as skipped, not ignored.
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
    | {".heic", ".heif", ".avif"}
)
TEST_SHARE = 0.2
SPLIT_SEED = 0
SPLITS = ("train", "test")
MIN_IMAGES = 100


@dataclass(frozen=True)
class ImageFile:
    """A file that may hold an image.

    Attributes:
        name: its path below the folder, with forward slashes.
        size: bytes.
        modified: nanoseconds since 1970.
    """

    name: str
    size: int
    modified: int


def list_images(folder: Path) -> list[ImageFile]:
    """Every image file below a folder, by name; hidden files and folders are left out.

    Linked folders count too, each folder once, so that a link to where it lies itself has an end.

    Raises:
        UserError: there is no such folder, or a folder in it can't be listed.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder of images {str(folder)!r}.")
    found = []
    seen: set[str] = set()
    try:
        for root, folders, names in os.walk(folder, onerror=_raise, followlinks=True):
            real = os.path.realpath(root)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            # macOS puts hidden and __MACOSX copies of each file into archives: no images of
            # anyone's. Sorted, so that it is always the same one of two links that counts.
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
            for name in names:
                if name.startswith(".") or Path(name).suffix.lower() not in SUFFIXES:
                    continue
                path = Path(root, name)
                try:
                    status = path.stat()
                except OSError:  # a link that leads nowhere
                    continue
                if stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
                    below = path.relative_to(folder).as_posix()
                    found.append(ImageFile(below, status.st_size, status.st_mtime_ns))
    except OSError as error:
        raise UserError(
            f"{error.filename} can't be listed ({error.strerror}); make it readable, or move it "
            f"out of {folder}."
        ) from error
    return sorted(found, key=lambda file: file.name)


def _raise(error: OSError) -> None:
    raise error


def shown(name: str) -> str:
    """A file's name for a line of text: one may hold a line break, or bytes that are no text."""
    return name if name.isprintable() else repr(name)


def split(images: list[ImageFile]) -> dict[str, list[int]]:
    """Which of the images, by position, are for `train` (80 %) and for `test` (20 %).

    A folder whose images all lie in a `train` and a `test` folder is split already. Else the split
    is drawn at random, the same for the same list of names. The order within a split is the order
    of the list.
    """
    if _is_split(images):
        parts: dict[str, list[int]] = {part: [] for part in SPLITS}
        for position, image in enumerate(images):
            parts[image.name.split("/", 1)[0]].append(position)
        return parts
    return draw(len(images))


def draw(count: int) -> dict[str, list[int]]:
    """`split` of so many images that are not split already."""
    order = np.random.default_rng(SPLIT_SEED).permutation(count)
    tested = round(count * TEST_SHARE)
    return {
        "train": sorted(order[tested:].tolist()),
        "test": sorted(order[:tested].tolist()),
    }


def _is_split(images: list[ImageFile]) -> bool:
    tops = {image.name.split("/", 1)[0] if "/" in image.name else "" for image in images}
    return tops == set(SPLITS)


def write_split(folder: Path, target: Path) -> dict[str, int]:
    """Copy a folder's images into `target/train` and `target/test`, as study C lays them out.

    The originals stay where they are. Returns how many went into each.

    Raises:
        UserError: `target` exists, lies inside the folder, or can't be written; or there are too
            few images.
    """
    images = list_images(folder)
    if len(images) < MIN_IMAGES:
        raise UserError(f"{folder} has {len(images)} images; {MIN_IMAGES} are the least to split.")
    if target.exists():
        raise UserError(f"{target} exists already; name a folder that doesn't.")
    if folder.resolve() in target.resolve().parents:
        raise UserError(f"{target} lies inside {folder}; name a folder outside of it.")
    parts = split(images)
    already = _is_split(images)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, on the same disk: it appears whole or not at all.
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
            unfinished = Path(beside, "split")
            for part, positions in parts.items():
                for position in positions:
                    name = images[position].name
                    copy = unfinished / part / (name.removeprefix(f"{part}/") if already else name)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(folder / name, copy)
            os.rename(unfinished, target)
    except OSError as error:
        raise UserError(
            f"{folder} can't be copied to {target} ({error.strerror or error}); make room, or name "
            f"another folder."
        ) from error
    return {part: len(positions) for part, positions in parts.items()}

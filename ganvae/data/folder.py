"""Any folder of images: which files there are, and which are for training and which for testing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganvae import files
from ganvae.errors import UserError

# HEIC is what phones write; Pillow can't read it, so such a file is named as skipped, not ignored.
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif"}
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

    Raises:
        UserError: there is no such folder.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder of images {str(folder)!r}.")
    found = []
    for root, folders, names in os.walk(folder):
        # macOS puts hidden and __MACOSX copies of each file into archives: no images of anyone's.
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        for name in names:
            if name.startswith(".") or Path(name).suffix.lower() not in SUFFIXES:
                continue
            path = Path(root, name)
            try:
                status = path.stat()
            except OSError:  # a link that leads nowhere
                continue
            found.append(
                ImageFile(path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns)
            )
    return sorted(found, key=lambda file: file.name)


def split(images: list[ImageFile]) -> dict[str, list[int]]:
    """Which of the images, by position, are for `train` (80 %) and for `test` (20 %).

    A folder whose images all lie in a `train` and a `test` folder is split already. Else the split
    is drawn at random, the same for the same list of names. The order within a split is the order
    of the list.
    """
    tops = [image.name.split("/", 1)[0] if "/" in image.name else "" for image in images]
    if set(tops) == set(SPLITS):
        return {part: [i for i, top in enumerate(tops) if top == part] for part in SPLITS}
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images))
    tested = round(len(images) * TEST_SHARE)
    return {
        "train": sorted(order[tested:].tolist()),
        "test": sorted(order[:tested].tolist()),
    }


def write_split(folder: Path, target: Path) -> dict[str, int]:
    """Copy a folder's images into `target/train` and `target/test`, as study C lays them out.

    The originals stay where they are. Returns how many went into each.

    Raises:
        UserError: `target` exists, lies inside the folder, or there are too few images.
    """
    images = list_images(folder)
    if len(images) < MIN_IMAGES:
        raise UserError(f"{folder} has {len(images)} images; {MIN_IMAGES} are the least to split.")
    if target.exists():
        raise UserError(f"{target} exists already; name a folder that doesn't.")
    if folder.resolve() in target.resolve().parents:
        raise UserError(f"{target} lies inside {folder}; name a folder outside of it.")
    parts = split(images)
    unfinished = target.with_name(f".{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        for part, positions in parts.items():
            for position in positions:
                name = images[position].name.removeprefix(f"{part}/")
                copy = unfinished / part / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / images[position].name, copy)
        files.replace_folder(unfinished, target)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise UserError(f"{target} can't be written: {error.strerror or error}.") from error
    return {part: len(positions) for part, positions in parts.items()}

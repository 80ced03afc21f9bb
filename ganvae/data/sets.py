"""From the name of a data set, or a folder, to the images a recipe is trained and tested on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from ganvae.data import cache, digits, folder
from ganvae.data.decode import CELEBA_CROP, Unreadable, decode
from ganvae.data.digits import load_images
from ganvae.data.pixels import resize
from ganvae.data.places import DATA_VARIABLE, DOWNLOAD_FOLDER, find_data_dir
from ganvae.errors import UserError
from ganvae.recipe import Recipe

Split = Literal["train", "test"]
CELEBA = "celeba"
# torchvision unpacks the photographs into a folder of this name inside `celeba/`.
_ALIGNED = "img_align_celeba"


@dataclass(frozen=True)
class Images:
    """A data set at a recipe's size.

    Attributes:
        train, test: uint8 (N, C, H, W).
        fingerprint: tells these images from any others, whatever the size; None if nobody asked.
        skipped: (name, reason) of each file that could not be read.
    """

    train: Tensor
    test: Tensor
    fingerprint: str | None = None
    skipped: tuple[tuple[str, str], ...] = ()


def load_sets(
    recipe: Recipe,
    data_dir: Path | None = None,
    images_folder: Path | None = None,
    *,
    download: bool = False,
) -> Images:
    """Both splits of what a recipe is trained on, at its size.

    Args:
        data_dir: where the known sets lie; by default `GANVAE_DATA`, else the project's `data/`.
        images_folder: where the images lie when the recipe's set is none of the known ones.
        download: fetch MNIST or Fashion-MNIST when no folder is named and they are not there yet.

    Raises:
        UserError: the set is not there, holds fewer than 100 images, or can't be read.
    """
    if recipe.dataset in digits.NAMES:
        size = recipe.image_shape[1:]
        if recipe.image_shape[0] != 1:
            raise UserError(
                f"{recipe.name} needs colour images, and those of {recipe.dataset} are grey."
            )
        originals = [
            load_images(recipe.dataset, part, data_dir, download=download) for part in folder.SPLITS
        ]
        # Of the images as they come: resizing may round otherwise on another processor.
        fingerprints = [cache.fingerprint_of(images.numpy()) for images in originals]
        fingerprint = hashlib.sha256(" ".join(fingerprints).encode()).hexdigest()
        train, test = (resize(images, size) for images in originals)
        return Images(train, test, fingerprint[: len(fingerprints[0])])
    place, crop = _place(recipe, data_dir, images_folder)
    listed = folder.list_images(place)
    _check_count(len(listed), place)
    decoded = cache.load(place, listed, recipe.image_shape, crop)
    _check_count(len(decoded.positions), place, decoded.skipped)
    row = {position: number for number, position in enumerate(decoded.positions)}
    rows = {
        part: [row[i] for i in positions if i in row]
        for part, positions in folder.split(listed).items()
    }
    parts = {part: torch.from_numpy(decoded.pixels[rows[part]]) for part in folder.SPLITS}
    for part, tensor in parts.items():
        if len(tensor) < 2:
            raise UserError(f"{place} has {len(tensor)} images for {part}: 2 are the least.")
    return Images(
        parts["train"], parts["test"], _fingerprint(decoded, rows), tuple(decoded.skipped)
    )


def load_for(recipe: Recipe, split: Split, data_dir: Path | None = None) -> Tensor:
    """The images a recipe is trained (or tested) on, at its size: uint8 (N, C, H, W).

    Raises:
        UserError: see `load_sets`.
    """
    if recipe.dataset in digits.NAMES:
        return resize(load_images(recipe.dataset, split, data_dir), recipe.image_shape[1:])
    sets = load_sets(recipe, data_dir)
    return sets.train if split == "train" else sets.test


def load_first_test_images(recipe: Recipe, count: int, data_dir: Path | None = None) -> Tensor:
    """The first `count` test images, uint8 (count, C, H, W), without reading all of a folder.

    Raises:
        UserError: the set is not there or has fewer.
    """
    if recipe.dataset in digits.NAMES:
        return load_for(recipe, "test", data_dir)[:count]
    place, crop = _place(recipe, data_dir, None)
    listed = folder.list_images(place)
    found: list[np.ndarray] = []
    for position in folder.split(listed)["test"]:
        if len(found) == count:
            break
        try:
            found.append(decode(place / listed[position].name, recipe.image_shape, crop))
        except Unreadable:
            continue
    if len(found) < count:
        raise UserError(f"{place} has fewer than {count} test images.")
    return torch.from_numpy(np.stack(found))


def _place(
    recipe: Recipe, data_dir: Path | None, images_folder: Path | None
) -> tuple[Path, int | None]:
    """The folder that holds a set's images, and how much of their centre is used."""
    if images_folder is not None:
        return images_folder, None
    if recipe.dataset != CELEBA:
        raise UserError(
            f"Nobody but you has the data set {recipe.dataset!r}: name its folder with --dataset."
        )
    return celeba_folder(data_dir), CELEBA_CROP


def celeba_folder(data_dir: Path | None = None) -> Path:
    """Where the photographs of CelebA lie: in `celeba/`, or below it as torchvision unpacks them.

    Raises:
        UserError: there is no such folder.
    """
    root = find_data_dir(data_dir) or DOWNLOAD_FOLDER
    place = root / CELEBA
    if not place.is_dir():
        raise UserError(
            f"There is no celeba in {str(root)!r}: put its images into {str(place)!r}, name the "
            f"folder above with --data-dir or {DATA_VARIABLE}, or any folder of images with "
            f"--dataset."
        )
    aligned = place / _ALIGNED
    return aligned if aligned.is_dir() else place


def _fingerprint(decoded: cache.Decoded, rows: dict[str, list[int]]) -> str:
    """Of the images and of how they are split: the same ones may be divided in another way."""
    if rows == folder.draw(len(decoded.positions)):
        return decoded.fingerprint
    text = f"{decoded.fingerprint} {rows['test']}"
    return hashlib.sha256(text.encode()).hexdigest()[: len(decoded.fingerprint)]


def _check_count(count: int, place: Path, skipped: list[tuple[str, str]] | None = None) -> None:
    if count >= folder.MIN_IMAGES:
        return
    named = ""
    if skipped:
        shown = ", ".join(f"{name} ({reason})" for name, reason in skipped[:3])
        named = f"; {len(skipped)} can't be read: {shown}" + (", …" if len(skipped) > 3 else "")
    raise UserError(
        f"{place} has {count} images that can be read, and {folder.MIN_IMAGES} are the least to "
        f"train on{named}."
    )

"""Real images as one uint8 tensor in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from torch import Tensor

from ganvae.data.batches import Batches
from ganvae.data.digits import load_images, load_labels
from ganvae.data.pixels import resize, resize_float, to_float, to_uint8
from ganvae.data.places import DATA_VARIABLE, DOWNLOAD_FOLDER, find_data_dir
from ganvae.recipe import Recipe

Split = Literal["train", "test"]

__all__ = [
    "DATA_VARIABLE",
    "DOWNLOAD_FOLDER",
    "Batches",
    "find_data_dir",
    "load_for",
    "load_images",
    "load_labels",
    "resize",
    "resize_float",
    "to_float",
    "to_uint8",
]


def load_for(recipe: Recipe, split: Split, data_dir: Path | None = None) -> Tensor:
    """The images a recipe is trained (or tested) on, at its size: uint8 (N, C, H, W).

    Raises:
        UserError: see `load_images`.
    """
    return resize(load_images(recipe.dataset, split, data_dir), recipe.image_shape[1:])

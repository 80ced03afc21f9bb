"""Real images as one uint8 tensor in memory."""

from __future__ import annotations

from ganvae.data.batches import Batches
from ganvae.data.digits import load_images, load_labels
from ganvae.data.pixels import resize, resize_float, to_float, to_uint8
from ganvae.data.places import DATA_VARIABLE, DOWNLOAD_FOLDER, find_data_dir
from ganvae.data.sets import Images, load_first_test_images, load_for, load_sets

__all__ = [
    "DATA_VARIABLE",
    "DOWNLOAD_FOLDER",
    "Batches",
    "Images",
    "find_data_dir",
    "load_first_test_images",
    "load_for",
    "load_images",
    "load_labels",
    "load_sets",
    "resize",
    "resize_float",
    "to_float",
    "to_uint8",
]

"""Real images as one uint8 tensor in memory: MNIST and Fashion-MNIST, from disk or downloaded.

The files are those of the original sets (idx format), laid out as torchvision does, for example
`DATA/MNIST/raw/train-images-idx3-ubyte`. torchvision is only imported to download them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ganvae.errors import UserError
from ganvae.recipes import Recipe
from ganvae.vision import import_torchvision

Split = Literal["train", "test"]
DATA_VARIABLE = "GANVAE_DATA"
DOWNLOAD_FOLDER = Path(__file__).resolve().parent.parent / "data"

_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
_PREFIXES = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class Batches:
    """Shuffled batches of a data set, the same for a seed wherever a run starts.

    Attributes:
        images: uint8 (N, C, H, W), on the device where batches are wanted.
        batch_size: images a batch; the last one of an epoch may be smaller, none is dropped.
        seed: decides the order of every epoch.
        image_range: what 0 and 255 become.
    """

    images: Tensor
    batch_size: int
    seed: int
    image_range: tuple[float, float]

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def epoch_order(self, epoch: int) -> Tensor:
        """The order (N,) in which an epoch goes through the images."""
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.images))
        return torch.from_numpy(order).to(self.images.device)

    def batch(self, order: Tensor, step: int) -> Tensor:
        """Batch of the given step, float32 (n, C, H, W) in `image_range`, of an epoch's order."""
        first = step % self.steps_per_epoch * self.batch_size
        return to_float(self.images[order[first : first + self.batch_size]], self.image_range)


def to_float(images: Tensor, image_range: tuple[float, float] = (0.0, 1.0)) -> Tensor:
    """uint8 images as float32 in the given range."""
    low, high = image_range
    scaled = images.float().mul_((high - low) / 255)
    return scaled.add_(low) if low else scaled


def to_uint8(images: Tensor) -> Tensor:
    """Float images in [0, 1] as uint8, rounded."""
    return images.mul(255).round_().clamp_(0, 255).to(torch.uint8)


def resize(images: Tensor, size: tuple[int, int]) -> Tensor:
    """uint8 images (N, C, H, W) at another (height, width): bilinear, antialiased."""
    if tuple(images.shape[-2:]) == size:
        return images
    parts = [to_uint8(resize_float(to_float(part), size)) for part in images.split(4096)]
    return torch.cat(parts)


def resize_float(images: Tensor, size: tuple[int, int]) -> Tensor:
    """`resize` for float images, without rounding."""
    if tuple(images.shape[-2:]) == size:
        return images
    return F.interpolate(images, size, mode="bilinear", align_corners=False, antialias=True)


def find_data_dir(data_dir: Path | None = None) -> Path | None:
    """The folder that was asked for: the argument, else `GANVAE_DATA`, else None."""
    if data_dir is not None:
        return data_dir
    from_environment = os.environ.get(DATA_VARIABLE)
    return Path(from_environment) if from_environment else None


def load_for(recipe: Recipe, split: Split, data_dir: Path | None = None) -> Tensor:
    """The images a recipe is trained (or tested) on, at its size: uint8 (N, C, H, W).

    Raises:
        UserError: see `load_images`.
    """
    return resize(load_images(recipe.dataset, split, data_dir), recipe.image_shape[1:])


def load_images(
    dataset: str, split: Split, data_dir: Path | None = None, *, download: bool = False
) -> Tensor:
    """All images of a split: uint8 (N, 1, 28, 28).

    Args:
        dataset: `mnist` or `fashion-mnist`.
        split: `train` (60,000) or `test` (10,000).
        data_dir: where the set lies; by default `GANVAE_DATA`, else the project's `data/`.
        download: fetch the set into `data/` when neither is given and it is not there yet.

    Raises:
        UserError: the set is not there, or a file of it is not whole.
    """
    path = _raw_file(dataset, split, "images-idx3-ubyte", data_dir, download)
    return _read_idx(path, dimensions=3).unsqueeze(1)


def load_labels(
    dataset: str, split: Split, data_dir: Path | None = None, *, download: bool = False
) -> Tensor:
    """The class 0 to 9 of each image of a split: int64 (N,). Arguments as for `load_images`."""
    path = _raw_file(dataset, split, "labels-idx1-ubyte", data_dir, download)
    return _read_idx(path, dimensions=1).long()


def _raw_file(dataset: str, split: Split, kind: str, data_dir: Path | None, download: bool) -> Path:
    if dataset not in _FOLDERS:
        raise UserError(f"There is no data set {dataset!r}; there are: {', '.join(_FOLDERS)}.")
    asked = find_data_dir(data_dir)
    root = asked or DOWNLOAD_FOLDER
    path = root / _FOLDERS[dataset] / "raw" / f"{_PREFIXES[split]}-{kind}"
    if not path.is_file():
        if asked is not None or not download:
            raise UserError(
                f"There is no {dataset} in {str(root)!r}: {path.relative_to(root)} is missing; "
                f"name a folder that has it with --data-dir or {DATA_VARIABLE}, or leave both "
                f"out to let train.py download it."
            )
        _download(dataset, root)
    return path


def _read_idx(path: Path, dimensions: int) -> Tensor:
    """An idx file of unsigned bytes (the format of the original MNIST files)."""
    header = 4 + 4 * dimensions
    try:
        raw = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}.") from error
    if len(raw) < header or raw[:4].tolist() != [0, 0, 8, dimensions]:
        raise UserError(f"{path} is not an idx file of bytes in {dimensions} dimensions.")
    shape = raw[4:header].view(">u4").astype(np.int64).tolist()
    if len(raw) - header != np.prod(shape):
        raise UserError(
            f"{path} is cut short: {np.prod(shape)} bytes are announced, "
            f"{len(raw) - header} are there."
        )
    return torch.from_numpy(raw[header:].reshape(shape))


def _download(dataset: str, root: Path) -> None:
    datasets = import_torchvision().datasets
    try:
        getattr(datasets, _FOLDERS[dataset])(root, download=True)
    except Exception as error:  # torchvision lets every kind of network error through
        reason = " ".join(str(error).split()).rstrip(".")
        raise UserError(
            f"{dataset} could not be downloaded ({reason}); fetch it elsewhere and name its "
            f"folder with --data-dir."
        ) from error

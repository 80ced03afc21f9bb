"""MNIST and Fashion-MNIST, from disk or downloaded.

The files are those of the original sets (idx format), laid out as torchvision does, for example
`DATA/MNIST/raw/train-images-idx3-ubyte`. torchvision is only imported to download them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganvae.data.places import DATA_VARIABLE, DOWNLOAD_FOLDER, find_data_dir
from ganvae.data.vision import import_torchvision
from ganvae.errors import UserError

_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
_PREFIXES = {"train": "train", "test": "t10k"}
NAMES = tuple(_FOLDERS)


def load_images(
    dataset: str, split: str, data_dir: Path | None = None, *, download: bool = False
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
    dataset: str, split: str, data_dir: Path | None = None, *, download: bool = False
) -> Tensor:
    """The class 0 to 9 of each image of a split: int64 (N,). Arguments as for `load_images`."""
    path = _raw_file(dataset, split, "labels-idx1-ubyte", data_dir, download)
    return _read_idx(path, dimensions=1).long()


def _raw_file(dataset: str, split: str, kind: str, data_dir: Path | None, download: bool) -> Path:
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

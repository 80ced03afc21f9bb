"""The training images nearest to a picture, in the features of the digit classifier.

    weights/reference/mnist-28/training_features.safetensors

holds the features of all training images in 8 bits: small enough to ship, so that the page can say
how near a sample comes to what the model was shown, whether the images are at hand or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ganvae import files
from ganvae.errors import UserError

TRAINING_FEATURES = Path("reference", "mnist-28", "training_features.safetensors")
_LEVELS = 255
_MOST_ROWS, _MOST_SIZE = 200_000, 512
# Rows that are numbers of four bytes at once.
_ROWS = 4096
# Quantiles of the test images' distances that are kept: every twentieth from the least to the most.
_QUANTILES = 21
_VERY_CLOSE = 0.01


@dataclass(frozen=True)
class TrainingFeatures:
    """Features of training images, a byte each.

    Attributes:
        codes: uint8 (N, size).
        scale: float32 (size,): what one step of a code stands for.
        network: fingerprint of the network whose features they are.
        images: fingerprint of the training images.
    """

    codes: Tensor
    scale: Tensor
    network: str
    images: str

    @classmethod
    def of(cls, features: Tensor, network: str, images: str) -> TrainingFeatures:
        """Of features (N, size), none of them negative: they come from a ReLU."""
        scale = (features.amax(dim=0) / _LEVELS).clamp(min=1e-12)
        codes = (features / scale).round().clamp(0, _LEVELS).to(torch.uint8)
        return cls(codes, scale, network, images)

    def nearest(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """The nearest row to each of features (M, size): its number and distance, both (M,)."""
        return nearest(features, (codes.float() * self.scale for codes in self.codes.split(_ROWS)))

    def write(self, weights: Path) -> None:
        """Write the file into a weights folder, whole."""
        tensors = {"codes": self.codes.contiguous(), "scale": self.scale.contiguous()}
        described = {"network": self.network, "images": self.images}
        files.write_bytes(weights / TRAINING_FEATURES, save(tensors, described))


def nearest(features: Tensor, rows: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """The nearest row to each of features (M, size): its number and distance, both (M,).

    Args:
        rows: (N, size), in batches.
    """
    best = torch.full((len(features),), torch.inf)
    where = torch.zeros(len(features), dtype=torch.long)
    start = 0
    for batch in rows:
        distances, places = torch.cdist(features, batch).min(dim=1)
        nearer = distances < best
        best[nearer], where[nearer] = distances[nearer], places[nearer] + start
        start += len(batch)
    return where, best


def read_training_features(weights: Path) -> TrainingFeatures:
    """The features in a weights folder.

    Raises:
        UserError: the file is missing, not whole, or holds something else.
    """
    path = weights / TRAINING_FEATURES
    if not path.is_file():
        raise UserError(f"{path} is missing; python train.py --inspect all makes it.")
    try:
        # The header first: nothing is read of a file that does not fit.
        with safe_open(path, framework="pt") as stored:
            names = list(stored.keys())
            shapes = {name: tuple(stored.get_slice(name).get_shape()) for name in names}
            rows, size = (*(shapes.get("codes") or ()), 0, 0)[:2]
            fits = shapes == {"codes": (rows, size), "scale": (size,)}
            if not fits or not 1 <= rows <= _MOST_ROWS or not 1 <= size <= _MOST_SIZE:
                raise UserError(f"{path} holds no features of training images.")
            codes, scale = stored.get_tensor("codes"), stored.get_tensor("scale")
            described = stored.metadata() or {}
    except UserError:
        raise
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise UserError(f"{path} is cut short or not a safetensors file.") from error
    sound = codes.dtype == torch.uint8 and scale.dtype == torch.float32
    if not sound or not torch.isfinite(scale).all():
        raise UserError(f"{path} holds no features of training images.")
    return TrainingFeatures(codes, scale, described.get("network", ""), described.get("images", ""))


def memorisation(samples: Tensor, test: Tensor) -> dict[str, Any]:
    """Whether samples lie nearer to training images than test images do.

    `closer` is the probability that a random sample does so than a random test image, ties half:
    the Mann-Whitney statistic of Meehan, Chaudhuri and Dasgupta ("A non-parametric test to detect
    data-copying in generative models", AISTATS 2020). Test images themselves would get 0.5, a
    model that copies 1. `very_close` is the share of samples that are nearer than 99 of 100 test
    images.

    Args:
        samples, test: distances to the nearest training image, (N,) and (M,).
    """
    ordered = test.sort().values
    below = torch.searchsorted(ordered, samples.contiguous(), right=False)
    up_to = torch.searchsorted(ordered, samples.contiguous(), right=True)
    larger = len(test) - (below + up_to).double() / 2
    shares = torch.linspace(0, 1, _QUANTILES)
    return {
        "closer": (larger / len(test)).mean().item(),
        "very_close": (samples < torch.quantile(ordered, _VERY_CLOSE)).double().mean().item(),
        "median": samples.median().item(),
        "test_median": test.median().item(),
        "test_quantiles": [round(value, 4) for value in torch.quantile(ordered, shares).tolist()],
    }

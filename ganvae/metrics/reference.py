"""What is measured of real images, once, and kept in `weights/reference/` for every later score.

    weights/reference/mnist-28/
      reference.json          how the test images were measured: fingerprints, sharpness, floor
      statistics.safetensors  mean and covariance of their features

A model is only ever compared with the data and the feature network of these files: other images or
another network under the same name are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import to_float
from ganvae.data.sets import Images
from ganvae.errors import UserError
from ganvae.metrics import sharpness
from ganvae.metrics.diversity import mean_pairwise_distance
from ganvae.metrics.features import FeatureNetwork, kept_features
from ganvae.metrics.fidelity import (
    Statistics,
    frechet_distance,
    kernel_distance,
    precision_recall,
)
from ganvae.recipe import Recipe
from ganvae.triangles import mirror, pack, unpack

FOLDER = "reference"
FACTS = "reference.json"
STATISTICS = "statistics.safetensors"
# The lower half of the covariance; files of before have it whole, as `covariance`.
_TRIANGLE = "covariance_triangle"
_SEED = 0
_BATCH = 500


@dataclass(frozen=True)
class Reference:
    """Real test images as numbers.

    Attributes:
        key: its folder's name, such as `mnist-28`.
        facts: reference.json.
        statistics: of the features; None where there is no feature network.
        real: the test images, uint8 (N, C, H, W), and what their features are kept under.
    """

    key: str
    facts: dict[str, Any]
    statistics: Statistics | None
    real: Images

    @property
    def count(self) -> int:
        """Number of test images."""
        return self.facts["n"]

    @property
    def name(self) -> str:
        """What a score says it was measured against."""
        return f"{self.count} test images"

    def features(self, network: FeatureNetwork) -> Tensor:
        """Features (N, size) of the test images themselves."""
        return test_features(self.real, self.key, network)


def key_of(recipe: Recipe) -> str:
    """Name of the reference that a recipe is scored against: its data set and image height."""
    return f"{recipe.dataset}-{recipe.image_shape[1]}"


def test_features(images: Images, key: str, network: FeatureNetwork) -> Tensor:
    """Features (N, size) of the test images at the size that `key` names."""
    kept = None if images.fingerprint is None else f"{key}-test-{images.fingerprint}"
    return kept_features(to_float(images.test), network, kept)


def find_reference(
    recipe: Recipe, images: Images, network: FeatureNetwork | None, weights: Path
) -> Reference:
    """The reference that a recipe is scored against; measured and written where there is none.

    Raises:
        UserError: the one that is there was measured on other images or with another network, or
            its files are not whole.
    """
    key = key_of(recipe)
    folder = weights / FOLDER / key
    if (folder / FACTS).is_file():
        facts = checkpoint.read_json(folder / FACTS)
        _check_same(facts, images, network, folder)
        if network is None or facts.get("features") is not None:
            statistics = _read_statistics(folder) if network is not None else None
            return Reference(key, facts, statistics, images)
    facts, statistics = measure(recipe, images, network)
    if statistics is not None:
        tensors = {
            "mean": torch.from_numpy(statistics.mean).float(),
            _TRIANGLE: torch.from_numpy(pack(statistics.covariance)).float(),
        }
        files.write_bytes(folder / STATISTICS, save(tensors))
        # As it will be read: the same digits for whoever scores next.
        statistics = _read_statistics(folder)
    files.write_json(folder / FACTS, facts)
    return Reference(key, facts, statistics, images)


def is_measured(recipe: Recipe, weights: Path) -> bool:
    """Whether `find_reference` with a feature network would find all it needs and write nothing."""
    folder = weights / FOLDER / key_of(recipe)
    if not (folder / FACTS).is_file():
        return False
    return checkpoint.read_json(folder / FACTS).get("features") is not None


def measure(
    recipe: Recipe, images: Images, network: FeatureNetwork | None
) -> tuple[dict[str, Any], Statistics | None]:
    """reference.json of a data set at a recipe's size, and the statistics of its features."""
    real = to_float(images.test)
    look = appearance(real.split(_BATCH))
    facts: dict[str, Any] = {
        "dataset": recipe.dataset,
        "image_shape": list(recipe.image_shape),
        "split": "test",
        "n": len(real),
        "fingerprint": images.fingerprint,
        "sharpness": {
            "laplacian_variance": look["laplacian_variance"],
            "high_frequency_share": look["high_frequency_share"],
            "histogram": look["histogram"],
            "histogram_edges": sharpness.histogram_edges(),
            "spectrum": look["spectrum"],
        },
        "specks": {"per_image": look["specks"]},
        "features": None,
    }
    if network is None:
        return facts, None
    features = test_features(images, key_of(recipe), network)
    # As many training images as there are test images: the best that a model could do.
    order = torch.randperm(len(images.train), generator=torch.Generator().manual_seed(_SEED))
    others = network.features(to_float(images.train[order[: len(real)]]))
    statistics = Statistics.of(features)
    facts |= {
        "features": network.name,
        "features_fingerprint": network.fingerprint,
        "diversity": {"mean_distance": mean_pairwise_distance(features)},
        "floor": {
            "distance": frechet_distance(Statistics.of(others), statistics),
            "kernel_distance": kernel_distance(others, features),
            "precision_recall": precision_recall(others, features),
            "n": len(others),
            "split": "train",
            "seed": _SEED,
        },
    }
    return facts, statistics


def appearance(batches: tuple[Tensor, ...] | list[Tensor]) -> dict[str, Any]:
    """What the pixels of float images in [0, 1] say without any network, over all batches."""
    variances, specks = [], []
    spectrum = torch.zeros(1, dtype=torch.float64)
    for batch in batches:
        variances.append(sharpness.laplacian_variance(batch))
        specks.append(sharpness.bright_specks(batch))
        spectrum = spectrum + sharpness.power_spectrum(batch).sum(dim=0)
    each = torch.cat(variances)
    spectrum = spectrum / len(each)
    return {
        "laplacian_variance": each.double().mean().item(),
        "histogram": [round(share, 6) for share in sharpness.histogram(each).tolist()],
        "spectrum": [round(p, 6) for p in spectrum.clamp(min=1e-12).log10().tolist()],
        "high_frequency_share": sharpness.high_frequency_share(spectrum),
        "specks": torch.cat(specks).double().mean().item(),
    }


def _check_same(
    facts: dict[str, Any], images: Images, network: FeatureNetwork | None, folder: Path
) -> None:
    again = f"remove {folder} to measure anew, and score every model of this data again"
    if facts.get("fingerprint") != images.fingerprint:
        raise UserError(
            f"The images are not those that {folder / FACTS} was measured on, so scores would not "
            f"compare with the others: bring back the former images, or {again}."
        )
    stored = facts.get("features_fingerprint")
    if network is not None and stored not in (None, network.fingerprint):
        raise UserError(
            f"The feature network {network.name} is not the one that {folder / FACTS} was measured "
            f"with, so scores would not compare with the others: bring back the former one, or "
            f"{again}."
        )


def _read_statistics(folder: Path) -> Statistics:
    try:
        tensors = load_file(folder / STATISTICS)
        mean = tensors["mean"].double().numpy()
        covariance = (
            mirror(unpack(tensors[_TRIANGLE].double().numpy()))
            if _TRIANGLE in tensors
            else tensors["covariance"].double().numpy()
        )
        if covariance.shape != (*mean.shape, *mean.shape):
            raise ValueError("shapes")
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UserError(
            f"{folder / STATISTICS} is not whole; remove {folder} to measure it anew."
        ) from error
    return Statistics(mean, covariance)

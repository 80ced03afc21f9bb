"""How far one set of features is from another, computed by torch-fidelity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganvae.data.vision import import_torchvision

SUBSETS, SUBSET_SIZE = 100, 1000
NEIGHBOURS = 3
# Rows of a matrix of distances that are in memory at once: 2,000 of 10,000 are 160 MB.
_ROWS = 2000


@dataclass(frozen=True)
class Statistics:
    """What the Fréchet distance needs of a set of features.

    Attributes:
        mean: float64 (size,).
        covariance: float64 (size, size).
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, features: Tensor) -> Statistics:
        """Of features (N, size), N at least 2."""
        values = features.double().numpy()
        return cls(values.mean(axis=0), np.atleast_2d(np.cov(values, rowvar=False)))


def frechet_distance(first: Statistics, second: Statistics) -> float:
    """Fréchet distance of two Gaussians with these statistics (Heusel et al. 2017), 0 or more."""
    fid = _torch_fidelity("metric_fid")
    result = fid.fid_statistics_to_metric(
        {"mu": first.mean, "sigma": first.covariance},
        {"mu": second.mean, "sigma": second.covariance},
        False,
    )
    # Rounding can take equal sets a hair below 0.
    return max(0.0, float(result[fid.KEY_METRIC_FID]))


def kernel_distance(generated: Tensor, real: Tensor, seed: int = 0) -> dict[str, Any]:
    """Kernel distance (Binkowski et al. 2018): mean and standard deviation over subsets.

    Unbiased squared MMD with the cubic kernel; sets alike are about 0, a little below included.

    Args:
        generated, real: features (N, size), N at least 2 on either side.
        seed: of the draw of subsets.
    """
    kid = _torch_fidelity("metric_kid")
    size = min(SUBSET_SIZE, len(generated), len(real))
    result = kid.kid_features_to_metric(
        generated.double(),
        real.double(),
        kid_subsets=SUBSETS,
        kid_subset_size=size,
        rng_seed=seed,
        verbose=False,
    )
    return {
        "mean": result[kid.KEY_METRIC_KID_MEAN],
        "std": result[kid.KEY_METRIC_KID_STD],
        "subsets": SUBSETS,
        "subset_size": size,
    }


def precision_recall(generated: Tensor, real: Tensor) -> dict[str, Any]:
    """Improved precision and recall (Kynkäänniemi et al. 2019), both 0 to 1.

    Precision: the share of generated samples that lie among the real ones, each real one reaching
    as far as its third nearest neighbour. Recall: the same with the two sets exchanged.
    """
    prc = _torch_fidelity("metric_prc")
    result = prc.prc_features_to_metric(
        # float32 would round neighbours at nearly the same distance into another order.
        generated.double(),
        real.double(),
        prc_neighborhood=min(NEIGHBOURS, len(generated) - 1, len(real) - 1),
        prc_batch_size=_ROWS,
        save_cpu_ram=True,
        verbose=False,
    )
    return {
        "precision": result[prc.KEY_METRIC_PRECISION],
        "recall": result[prc.KEY_METRIC_RECALL],
        "neighbours": NEIGHBOURS,
    }


def _torch_fidelity(module: str) -> Any:
    # Imported late: it imports torchvision, which takes seconds.
    import_torchvision()
    import importlib

    return importlib.import_module(f"torch_fidelity.{module}")

"""How different the pictures of one set are from one another."""

from __future__ import annotations

import torch
from torch import Tensor

_ROWS = 2000


def mean_pairwise_distance(features: Tensor) -> float:
    """Mean Euclidean distance of two different rows of features (N, size), N at least 2.

    Beside that of real images it shows a model that draws too few different pictures.
    """
    values = features.double()
    total = sum(torch.cdist(rows, values).sum().item() for rows in values.split(_ROWS))
    return total / (len(values) * (len(values) - 1))

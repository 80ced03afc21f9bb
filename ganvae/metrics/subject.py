"""What looks into a trained model gets to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ganvae.data.sets import Images, Split
from ganvae.metrics.features import FeatureNetwork
from ganvae.models import GAN, VAE


@dataclass(frozen=True)
class Subject:
    """A trained model and all that it can be looked into with.

    Attributes:
        folder: where the model lies and what is found goes.
        weights: the folder of all models, for what they share.
        images: uint8, at the model's size.
        labels: int64 (N,) of either split; None where the images have no classes of digits.
        network: in whose features pictures are compared; the digit classifier for digits.
        data_dir: where the data sets lie; None for the usual place.
    """

    folder: Path
    weights: Path
    model: VAE | GAN
    images: Images
    labels: Mapping[Split, Tensor] | None
    network: FeatureNetwork | None
    data_dir: Path | None = None

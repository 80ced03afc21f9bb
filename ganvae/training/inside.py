"""What the page shows of a trained model's inside, computed once and kept in its folder.

At the end of a training, and again with `train.py --inspect`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ganvae.bridges.stops import is_stop
from ganvae.data import load_labels
from ganvae.data.sets import Images, Split
from ganvae.metrics.features import FeatureNetwork
from ganvae.models import GAN, VAE
from ganvae.training.directions import find_directions
from ganvae.training.latent_map import write_latent_map
from ganvae.training.memorisation import measure_memorisation


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


# Each writes its own files into the model's folder, or its own entry into metrics.json.
PARTS: tuple[Callable[[Subject], None], ...] = (
    measure_memorisation,
    find_directions,
    write_latent_map,
)


def look_inside(subject: Subject) -> None:
    """Write all that the page shows of a model's inside into its folder."""
    # A bridge is shown on a tab of its own, without sliders and without a map.
    for part in (measure_memorisation,) if is_stop(subject.model.recipe) else PARTS:
        part(subject)


def digit_labels(dataset: str, data_dir: Path | None) -> Mapping[Split, Tensor] | None:
    """The classes of MNIST's digits; None for other data."""
    if dataset != "mnist":
        return None
    splits: tuple[Split, ...] = ("train", "test")
    return {split: load_labels(dataset, split, data_dir) for split in splits}

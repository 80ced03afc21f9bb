"""What the page shows of a trained model's inside, computed once and kept in its folder.

At the end of a training, and again with `train.py --inspect`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from torch import Tensor

from ganvae.bridges.stops import is_stop
from ganvae.data import load_labels
from ganvae.data.sets import Split
from ganvae.directions.find import find_directions
from ganvae.maps.make import write_latent_map
from ganvae.metrics.memorisation import measure_memorisation
from ganvae.metrics.subject import Subject

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

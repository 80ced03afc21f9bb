"""`weights/bridges.json`: how far the stops of each bridge drifted apart, measured and read."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.bridges.stops import BridgeView, find_bridges
from ganvae.errors import UserError
from ganvae.metrics.drift import Drift, drift_along
from ganvae.metrics.features import feature_network
from ganvae.metrics.imagenet import MISSING
from ganvae.metrics.scoring import SCORE_SEED

FILE = "bridges.json"
COUNT = 2000


@dataclasses.dataclass(frozen=True)
class Measured:
    """The drift along a bridge.

    Attributes:
        key: of the bridge.
        n: number of z.
        features: name of the network that judged.
        steps: from each stop to the next, then between the ends if there are more than two.
    """

    key: str
    n: int
    features: str
    steps: tuple[Drift, ...]


def measure(weights: Path, count: int = COUNT) -> list[Measured]:
    """Measure every bridge of a folder.

    Raises:
        UserError: there is no such folder or bridge, a model is not whole, or the network that
            judges is missing.
    """
    recipes = {entry.name: entry.recipe for entry in checkpoint.scan(weights) if entry.recipe}
    bridges = find_bridges(recipes)
    if not bridges:
        raise UserError(f"There are no two stops of a bridge in {weights}; train them first.")
    return [_measure(bridge, weights, count) for bridge in bridges]


def _measure(bridge: BridgeView, weights: Path, count: int) -> Measured:
    models = [checkpoint.load(weights / name) for name in bridge.stops]
    network = feature_network(models[0].recipe.dataset, weights)
    if network is None:
        raise UserError(f"{bridge.key} can't be measured: {MISSING}")
    steps = drift_along(models, bridge.stops, network, count)
    return Measured(bridge.key, count, network.name, tuple(steps))


def write(weights: Path, measured: list[Measured]) -> Path:
    """Write the file; its path."""
    path = weights / FILE
    bridges = [{**dataclasses.asdict(one), "seed": SCORE_SEED} for one in measured]
    files.write_json(path, {"bridges": bridges})
    return path


def read(weights: Path) -> dict[str, Measured]:
    """What the file of a folder says, by the bridge's key; empty where there is no such file.

    Raises:
        UserError: it holds something else.
    """
    path = weights / FILE
    if not path.is_file():
        return {}
    content = checkpoint.read_json(path)
    try:
        found = [_read(one) for one in content["bridges"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} does not say how far bridges drifted apart.") from error
    return {one.key: one for one in found}


def _read(value: Any) -> Measured:
    steps = tuple(
        Drift(str(one["first"]), str(one["second"]), _size(one["same"]), _size(one["different"]))
        for one in value["steps"]
    )
    return Measured(str(value["key"]), int(value["n"]), str(value["features"]), steps)


def _size(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)

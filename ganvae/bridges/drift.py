"""`weights/bridges.json`: how far the stops of each bridge drifted apart, written and read."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.metrics.drift import Drift
from ganvae.untrusted import is_count, is_number

FILE = "bridges.json"


@dataclasses.dataclass(frozen=True)
class Measured:
    """The drift along a bridge.

    Attributes:
        key: of the bridge.
        n, seed: number of z, and where they were drawn from.
        features: name of the network that judged.
        steps: from each stop to the next, then between the ends if there are more than two.
    """

    key: str
    n: int
    seed: int
    features: str
    steps: tuple[Drift, ...]


def write(weights: Path, measured: list[Measured]) -> Path:
    """Write the file; its path."""
    path = weights / FILE
    files.write_json(path, {"bridges": [dataclasses.asdict(one) for one in measured]})
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
    count, seed = _count(value["n"]), _count(value["seed"])
    return Measured(str(value["key"]), count, seed, str(value["features"]), steps)


def _size(value: Any) -> float:
    if not is_number(value):
        raise ValueError("not a number")
    return float(value)


def _count(value: Any) -> int:
    if not is_count(value):
        raise ValueError("not a count")
    return value

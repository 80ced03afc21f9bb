"""What the files of `weights/` say, read with checks: they may be missing, old or anything.

A file or a key that is missing raises `Missing`: that claim is left out. One that holds something
else than it should raises `UserError`.
"""

from __future__ import annotations

import reprlib
import statistics
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from ganvae import checkpoint
from ganvae.cards import COMPARISON
from ganvae.errors import UserError
from ganvae.recipe.shipped import RECIPES
from ganvae.untrusted import is_number

SEEDS = "seeds.json"
STABILITY = "stability.json"
# What a row of seeds.json calls the entries of metrics.json that it repeats.
_SHORT = {("distance", "value"): "distance", ("sharpness", "ratio"): "sharpness"}


class Missing(Exception):  # noqa: N818 - says what is not there yet, which is no error
    """A measurement is not there; the message says which file lacks what."""


@dataclass(frozen=True)
class Seeds:
    """One measurement of one recipe, trained from one or several seeds."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.values)

    @property
    def spread(self) -> float:
        """Standard deviation over the seeds; 0 for one seed."""
        return statistics.stdev(self.values) if len(self.values) > 1 else 0.0


@dataclass(frozen=True)
class Moment:
    """One scored moment of a training."""

    images: float
    seconds: float
    distance: float


@dataclass
class Evidence:
    """The files, each read once; `opened` lists those that were asked for, as sources."""

    weights: Path
    results: Path
    opened: list[str] = field(default_factory=list)
    _files: dict[Path, Any] = field(default_factory=dict)

    def for_next_claim(self) -> Evidence:
        """The same files with an empty list of sources."""
        return Evidence(self.weights, self.results, [], self._files)

    def number(self, name: str, *keys: str) -> float:
        """A number of a model's metrics.json.

        Raises:
            Missing: there is none.
            UserError: it is no number.
        """
        path = self.weights / name / checkpoint.METRICS
        return _number(_dig(self._json(path), keys, self._label(path)), keys, self._label(path))

    def maybe(self, name: str, *keys: str) -> float | None:
        """`number`, or None where there is none."""
        try:
            return self.number(name, *keys)
        except Missing:
            return None

    def text(self, name: str, *keys: str) -> str | None:
        """A text of a model's metrics.json, None where there is none."""
        path = self.weights / name / checkpoint.METRICS
        try:
            value = _dig(self._json(path), keys, self._label(path))
        except Missing:
            return None
        return value if isinstance(value, str) else None

    def same_machine(self, pair: tuple[str, str]) -> bool:
        """Whether two models were trained on the same hardware: else their times say nothing."""
        first, second = (
            (self.text(name, "training", "hardware"), self.maybe(name, "training", "threads"))
            for name in pair
        )
        return None not in first and first == second

    def seeds(self, name: str, *keys: str) -> Seeds:
        """A number of a model's metrics.json, and that of each other seed in seeds.json."""
        first = self.number(name, *keys)
        path = self.weights / name / SEEDS
        if not path.is_file():
            return Seeds((first,))
        label = self._label(path)
        rows = self._json(path)
        if not isinstance(rows, list):
            raise UserError(f"{label} must hold a list of runs.")
        own = RECIPES[name].seed if name in RECIPES else None
        short = (_SHORT[keys],) if keys in _SHORT else keys
        values = [first]
        for row in rows:
            # The seed that metrics.json measured may stand there as well.
            if isinstance(row, dict) and row.get("seed") == own:
                continue
            try:
                values.append(_number(_dig(row, short, label), short, label))
            except Missing:
                continue
        return Seeds(tuple(values))

    def moments(self, name: str) -> list[Moment]:
        """Every scored moment of a model's training, first to last.

        Raises:
            Missing: there is no history, or it has fewer than three distances.
        """
        path = self.weights / name / checkpoint.HISTORY
        label = self._label(path)
        if path not in self._files:
            self._files[path] = checkpoint.read_history(path.parent)
        history: dict[str, list[float | None]] = self._files[path]
        columns = [history.get(column) for column in ("images", "seconds", "distance")]
        found = (
            [
                Moment(images, seconds, distance)
                for images, seconds, distance in zip(
                    *(column or [] for column in columns), strict=True
                )
                if images is not None and seconds is not None and distance is not None
            ]
            if all(columns)
            else []
        )
        if len(found) < 3:
            raise Missing(f"{label} lacks three moments with images, seconds and distance")
        if not all(is_number(value) for moment in found for value in astuple(moment)):
            raise UserError(f"{label} holds numbers that are not finite.")
        self._note(label)
        return found

    def comparison(self, name: str) -> list[dict[str, Any]]:
        """The rows of a model's comparison.json, each with a command, images and a distance."""
        path = self.weights / name / COMPARISON
        return self._rows(self._json(path), path, {"images": float, "distance": float})

    def stability(self) -> list[dict[str, Any]]:
        """The runs of benchmarks/stability.py, each with its model and whether it failed."""
        path = self.results / STABILITY
        content = self._json(path)
        runs = _dig(content, ("runs",), self._label(path))
        rows = self._rows(runs, path, {"seed": float, "lr": float, "failed": bool})
        for row in rows:
            # A run that was lost has no distance.
            for key in ("distance", "seconds"):
                if row.get(key) is not None:
                    _number(row[key], (key,), self._label(path))
        return rows

    def _rows(self, rows: Any, path: Path, kinds: dict[str, type]) -> list[dict[str, Any]]:
        label = self._label(path)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UserError(f"{label} must hold a list of runs.")
        for row in rows:
            for key, kind in kinds.items():
                if kind is float:
                    _number(_dig(row, (key,), label), (key,), label)
                elif not isinstance(_dig(row, (key,), label), kind):
                    raise UserError(f"{label}: {key} must be true or false.")
        return rows

    def _json(self, path: Path) -> Any:
        label = self._label(path)
        if not path.is_file():
            raise Missing(f"{label} is not there")
        if path not in self._files:
            self._files[path] = checkpoint.read_json(path)
        self._note(label)
        return self._files[path]

    def _note(self, label: str) -> None:
        if label not in self.opened:
            self.opened.append(label)

    def _label(self, path: Path) -> str:
        """A file's name as a reader of the repository knows it."""
        if path.is_relative_to(self.weights):
            return f"weights/{path.relative_to(self.weights).as_posix()}"
        return f"benchmarks/results/{path.name}"


def _dig(value: Any, keys: tuple[str, ...], label: str) -> Any:
    name = ".".join(keys)
    for key in keys:
        if not isinstance(value, dict):
            raise UserError(f"{label}: {name} can't be read from {reprlib.repr(value)}.")
        if value.get(key) is None:
            raise Missing(f"{label} lacks {name}")
        value = value[key]
    return value


def _number(value: Any, keys: tuple[str, ...], label: str) -> float:
    if not is_number(value):
        raise UserError(f"{label}: {'.'.join(keys)} must be a number, not {reprlib.repr(value)}.")
    return float(value)

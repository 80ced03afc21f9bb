"""What a sweep found: how models of one family come out as one setting changes."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.untrusted import is_count, is_number

TABLE = "sweep.json"
# In a weights folder: NAME.json, each a copy of some sweep's table.
FOLDER = "sweeps"
# A VAE whose codes hold less than this says the same of every image: its posterior has collapsed.
COLLAPSED_KL = 0.1  # nats per image
_MOST_ROWS = 1000
_MOST_TEXT = 500
_LONGEST_RUN = 10**12


@dataclass(frozen=True)
class Sweep:
    """A table of trainings.

    Attributes:
        model: the model or family that was swept.
        pair: key of the pair its models would be shown in.
        family: `vae` or `gan`.
        settings: names of the swept settings; the first is the one that plots have as x.
        steps, epochs: how long each was trained, as in a Recipe.
        command: how to get it again.
        rows: for each finished training its `name`, its value of each setting, and its figures.
    """

    model: str
    pair: str
    family: str
    settings: tuple[str, ...]
    steps: int | None
    epochs: int | None
    command: str
    rows: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)

    def to_csv(self) -> str:
        """The table with a header line; six significant digits."""
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        text = io.StringIO()
        table = csv.DictWriter(text, columns or ["name"], lineterminator="\n")
        table.writeheader()
        for row in self.rows:
            table.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})
        return text.getvalue()

    def values(self) -> list[float]:
        """The numbers that the first setting has in some row, rising."""
        found = (row.get(self.settings[0]) for row in self.rows)
        return sorted({float(value) for value in found if is_number(value)})

    def collapsed(self) -> list[dict[str, Any]]:
        """Rows of VAEs whose posterior has collapsed onto the prior."""
        return [row for row in self.rows if is_number(kl := row.get("kl")) and kl < COLLAPSED_KL]

    def series(self, column: str) -> list[tuple[float, float, float]]:
        """(x, mean, spread) of a figure over the first setting, x rising.

        The spread is the standard deviation over the trainings that share x (several seeds, say),
        0 where there is one. Collapsed VAEs are left out: a mean of working and broken trainings
        describes neither.
        """
        found: dict[float, list[float]] = {}
        collapsed = self.collapsed()
        for row in self.rows:
            if row in collapsed:
                continue
            x, y = row.get(self.settings[0]), row.get(column)
            if is_number(x) and is_number(y):
                found.setdefault(float(x), []).append(float(y))
        return [(x, *_mean_and_spread(values)) for x, values in sorted(found.items())]

    @classmethod
    def read(cls, path: Path) -> Sweep:
        """The sweep in a file, which may come from anywhere.

        Raises:
            UserError: it is none.
        """
        values = checkpoint.read_json(path)
        try:
            sweep = cls(
                model=_text(values["model"]),
                pair=_text(values["pair"]),
                family=_text(values["family"]),
                settings=tuple(_text(setting) for setting in values["settings"]),
                steps=_length(values["steps"]),
                epochs=_length(values["epochs"]),
                command=_text(values["command"]),
                rows=tuple(dict(row) for row in values["rows"][:_MOST_ROWS]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path} is not the table of a sweep.") from error
        if not sweep.settings or sweep.family not in ("vae", "gan"):
            raise UserError(f"{path} is not the table of a sweep.")
        return sweep


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise ValueError("not a short text")
    return value


def _length(value: Any) -> int | None:
    if value is not None and not is_count(value, 1, _LONGEST_RUN):
        raise ValueError("no number of steps or epochs")
    return value


def _mean_and_spread(values: list[float]) -> tuple[float, float]:
    mean = math.fsum(values) / len(values)
    if len(values) == 1:
        return mean, 0.0
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))

"""The curves of a run: one row a step that has something to say, blanks where it has not."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from ganvae.recipe import Family

_COMMON = ("step", "images", "seconds")
_SCORES = ("distance", "recall", "sharpness")
COLUMNS: dict[Family, tuple[str, ...]] = {
    "vae": (
        *_COMMON,
        *("train_loss", "train_reconstruction", "train_kl"),
        *("test_loss", "test_reconstruction", "test_kl"),
        *_SCORES,
    ),
    "gan": (*_COMMON, "d_loss", "g_loss", "d_real", "d_fake_before", "d_fake_after", *_SCORES),
}


class History:
    """Rows by step, in the order of the steps.

    Args:
        family: decides the columns (`COLUMNS`). Losses are nats per image for a VAE (for one with
            the squared error: that of a pixel plus the weighted KL), means per image for a GAN;
            d_real and d_fake_* are the discriminator's probabilities, or scores where its loss is
            least squares; seconds count training alone, without scoring and snapshots.
        rows: those so far, when a run goes on.
    """

    def __init__(self, family: Family, rows: Iterable[Mapping[str, float]] = ()) -> None:
        self.columns = COLUMNS[family]
        self.rows: list[dict[str, float]] = [dict(row) for row in rows]

    def add(self, step: int, images: int, seconds: float, **values: float) -> None:
        """Put values into the row of a step, which is the last row or a new one."""
        unknown = set(values) - set(self.columns)
        if unknown:
            raise KeyError(f"no such curve: {sorted(unknown)}")
        if not self.rows or self.rows[-1]["step"] != step:
            self.rows.append({"step": step, "images": images, "seconds": round(seconds, 3)})
        self.rows[-1].update(values)

    @property
    def losses(self) -> tuple[str, ...]:
        """Names of the curves of the training itself, without the scores."""
        return tuple(name for name in self.columns if name not in (*_COMMON, *_SCORES))

    def last(self, column: str) -> float | None:
        """The latest value of a curve, None if it has none."""
        return next((row[column] for row in reversed(self.rows) if column in row), None)

    def to_csv(self) -> str:
        """The table with a header line; six significant digits."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(self.columns)
        for row in self.rows:
            table.writerow(_cell(column, row.get(column)) for column in self.columns)
        return text.getvalue()


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    return str(value) if column in _COMMON else f"{value:.6g}"

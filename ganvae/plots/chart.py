"""What a chart is: lines over the number of images seen, or over another quantity."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Style = Literal["solid", "dashed", "dotted"]


@dataclass(frozen=True)
class Line:
    """A curve of a chart.

    Attributes:
        key: id of the curve in the SVG.
        label: its name where its value is told.
        x, y: the points, x rising, all finite.
        colour: one of `svg.PAINTS`, or any `#rrggbb`.
        style: solid for training data, dashed for test data.
        width: in pixels.
        mark: what is written at its end; nothing where empty.
        mean: draw the points thinly and their running mean over them.
        told: whether its value is told under the pointer.
    """

    key: str
    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: str
    style: Style = "solid"
    width: float = 2.0
    mark: str = ""
    mean: bool = False
    told: bool = True

    def shown(self) -> tuple[float, ...]:
        """y of the main stroke: the running mean where `mean` is set."""
        return running_mean(self.y) if self.mean else self.y

    def last(self) -> float:
        return self.shown()[-1]


@dataclass(frozen=True)
class Level:
    """A horizontal line that means something, with a word on it."""

    y: float
    text: str


@dataclass(frozen=True)
class Spec:
    """What a chart says, before it is drawn.

    Attributes:
        group: `both`, `vae` or `gan`: whose curves they are.
        title: the question that the chart answers.
        note: what is plotted, in which unit, and which way is better.
        lines: nothing to draw where empty; `missing` then says why.
        x_label: what x counts.
        x_range: first and last x; those of the lines where it is None.
        x_ticks: where x is labelled; round numbers where empty.
        log_x: x of a training is a logarithm, or its first lessons would not be seen.
        moment: what the last x is called in words; where empty, no last values are told.
    """

    key: str
    group: str
    title: str
    note: str
    lines: tuple[Line, ...] = ()
    missing: str = ""
    log_y: bool = False
    y_range: tuple[float, float] | None = None
    level: Level | None = None
    x_label: str = "images seen"
    x_range: tuple[float, float] | None = None
    x_ticks: tuple[float, ...] = ()
    log_x: bool = True
    moment: str = "After {} images"


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    Attributes:
        svg: the picture; empty where there is nothing to draw, and `missing` says why.
        summary: title and last values in a sentence, for those who can't see the picture.
        frame: where the data lies in the picture: `width`, `height`, the plot's `left`, `right`,
            `top`, `bottom` in the SVG's units, the data ranges `x` and `y` at these, `log_x` and
            `log_y`.
        lines: the curves, thinned out, for reading values off.
    """

    key: str
    group: str
    title: str
    note: str
    svg: str
    missing: str
    summary: str
    frame: dict[str, Any]
    lines: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return dataclasses.asdict(self)


def running_mean(values: tuple[float, ...]) -> tuple[float, ...]:
    """Mean over a window of a twentieth of all values around each, narrower at both ends.

    At the start, where a logarithmic axis spreads the values out, each stands for itself.
    """
    index = np.arange(len(values))
    half = np.minimum(len(values) // 40, (0.15 * index).astype(int))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first, last = index - half, np.minimum(index + half + 1, len(values))
    return tuple(((sums[last] - sums[first]) / (last - first)).tolist())

"""Charts drawn by matplotlib: as SVG for the page, as PNG for a folder."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from ganvae.plots import svg
from ganvae.plots.chart import Chart, Level, Line, Spec, Style
from ganvae.plots.numbers import linear_ticks, log_ticks, short

_DASHES: dict[Style, Any] = {"solid": "-", "dashed": (0, (4, 2.5)), "dotted": (0, (1, 2))}
_TEXT = 11.5  # pixels, at the chart's own size
_LINE_HEIGHT = 14.0
# matplotlib's settings are global: one thread at a time changes them.
_DRAWING = threading.Lock()


def draw(spec: Spec, width: int, height: int) -> Chart:
    """The chart at a size in pixels; a spec without lines gives one without picture."""
    if not spec.lines:
        sentence = spec.missing or "Nothing was recorded."
        summary = f"{spec.title} {sentence}"
        return Chart(spec.key, spec.group, spec.title, spec.note, "", sentence, summary, {}, [])
    summary = f"{spec.title} {spec.note}. {_told(spec)}."
    frame = _frame(spec, width, height)
    return Chart(
        spec.key,
        spec.group,
        spec.title,
        spec.note,
        svg.clean(_draw(spec, frame), f"chart-{spec.key}", summary),
        "",
        summary,
        frame,
        [_readable(line) for line in spec.lines],
    )


def _told(spec: Spec) -> str:
    """What the curves say in words: where a training ended, or else whose they are."""
    told = [line for line in spec.lines if line.told]
    if not spec.moment:
        return f"Curves of {', '.join(line.label for line in told)}"
    last = ", ".join(f"{line.label} {short(line.last())}" for line in told)
    return f"{spec.moment.format(short(max(line.x[-1] for line in spec.lines)))}: {last}"


def _readable(line: Line) -> dict[str, Any]:
    """A curve for the page, at most about 300 points; the last one is always there."""
    step = -(-len(line.x) // 300)
    picked = sorted({*range(0, len(line.x), step), len(line.x) - 1})
    shown = line.shown()
    return {
        "label": line.label,
        "colour": svg.PAINTS.get(line.colour, line.colour),
        "style": line.style,
        "told": line.told,
        "x": [float(f"{line.x[index]:.6g}") for index in picked],
        "y": [float(f"{shown[index]:.4g}") for index in picked],
    }


def _frame(spec: Spec, width: int, height: int) -> dict[str, Any]:
    low_x, high_x = spec.x_range or (
        min(line.x[0] for line in spec.lines),
        max(line.x[-1] for line in spec.lines),
    )
    if spec.log_x and high_x / low_x < 1.01:  # a single moment stands in the middle
        low_x, high_x = low_x / 2, high_x * 2
    y_range = spec.y_range or _y_range(spec)
    longest = max((len(line.mark) for line in spec.lines), default=0)
    return {
        "width": width,
        "height": height,
        "left": 44.0,
        "right": width - max(16.0, 12 + 6.6 * longest),
        "top": 10.0,
        "bottom": height - 40.0,
        "x": [low_x, high_x],
        "y": list(y_range),
        "log_x": spec.log_x,
        "log_y": spec.log_y,
    }


def _y_range(spec: Spec) -> tuple[float, float]:
    values = [value for line in spec.lines for value in line.y]
    if spec.level:
        values.append(spec.level.y)
    low, high = min(values), max(values)
    if spec.log_y:
        room = max((high / low) ** 0.06, 1.05)
        return low / room, high * room
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    # Quantities that can't be negative keep a floor of 0.
    return (max(low - room, 0.0) if low >= 0 else low - room), high + room


def draw_png(specs: Sequence[Spec], width: int, height: int) -> bytes:
    """Charts beside one another as a PNG file on white, each with its title, note and legend.

    Args:
        specs: at least one, each with lines.
        width, height: of one chart, in pixels; the file has twice as many of either.
    """
    import matplotlib
    from matplotlib.figure import Figure

    with _DRAWING, matplotlib.rc_context({"axes.unicode_minus": False}):
        whole = Figure(figsize=(len(specs) * width / 72, height / 72), dpi=144, facecolor="white")
        parts = whole.subfigures(1, len(specs), squeeze=False)[0]
        for figure, spec in zip(parts, specs, strict=True):
            frame = _frame(spec, width, height)
            axes = _draw_axes(figure, spec, frame | {"top": 60.0, "right": width - 18.0})
            edge = {"xycoords": "subfigure pixels", "verticalalignment": "top"}
            note = spec.note.replace("; ", "\n")
            axes.annotate(spec.title, (24, 2 * height - 16), fontsize=_TEXT + 1, **edge)
            axes.annotate(note, (24, 2 * height - 56), fontsize=_TEXT - 2.5, **edge)
            told = [line for line in spec.lines if line.told]
            if len(told) > 1:
                handles = [axes.plot([], [], color=line.colour)[0] for line in told]
                labels = [line.label for line in told]
                axes.legend(handles, labels, fontsize=_TEXT - 2, frameon=False)
        stream = io.BytesIO()
        whole.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


def _draw(spec: Spec, frame: dict[str, Any]) -> str:
    # Imported late: a page that shows no curve should not wait for matplotlib.
    import matplotlib
    from matplotlib.figure import Figure

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": spec.key, "axes.unicode_minus": False}
    with _DRAWING, matplotlib.rc_context(settings):
        size = (frame["width"] / 72, frame["height"] / 72)
        figure = Figure(figsize=size, dpi=72, frameon=False)
        axes = _draw_axes(figure, spec, frame)
        _draw_marks(axes, spec, frame)
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _draw_axes(figure: Any, spec: Spec, frame: dict[str, Any]) -> Any:
    """Axes in a figure, where the frame says, with everything but the marks at the right."""
    width, height = frame["width"], frame["height"]
    box = (
        frame["left"] / width,
        1 - frame["bottom"] / height,
        (frame["right"] - frame["left"]) / width,
        (frame["bottom"] - frame["top"]) / height,
    )
    axes = figure.add_axes(box, frameon=False)
    _prepare_axes(axes, spec, frame)
    for line in spec.lines:
        _draw_line(axes, line)
    return axes


def _prepare_axes(axes: Any, spec: Spec, frame: dict[str, Any]) -> None:
    if spec.log_x:
        axes.set_xscale("log")
    if spec.log_y:
        axes.set_yscale("log")
    axes.set_xlim(*frame["x"])
    axes.set_ylim(*frame["y"])
    axes.minorticks_off()
    low, high = frame["x"]
    most = max(3, int((frame["right"] - frame["left"]) // 70))
    x_ticks = list(spec.x_ticks) or (log_ticks if spec.log_x else linear_ticks)(low, high, most)
    y_ticks = (log_ticks if spec.log_y else linear_ticks)(*frame["y"])
    axes.set_xticks(x_ticks, [short(tick) for tick in x_ticks])
    axes.set_yticks(y_ticks, [short(tick) for tick in y_ticks])
    axes.minorticks_off()
    axes.tick_params(length=0, labelsize=_TEXT, labelcolor=svg.INK, pad=6)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_alpha(0.65)
    axes.grid(axis="y", color=svg.INK, alpha=0.12, linewidth=1)
    axes.set_xlabel(spec.x_label, color=svg.INK, alpha=0.65, fontsize=_TEXT, labelpad=4, loc="left")
    axes.axhline(frame["y"][0], color=svg.INK, alpha=0.35, linewidth=1, clip_on=False)
    if spec.level:
        axes.axhline(
            spec.level.y, color=svg.INK, alpha=0.55, linewidth=1.2, dashes=(2, 3), gid="level"
        )
        x, y = _level_place(spec.level, spec, frame)
        axes.annotate(
            spec.level.text,
            (x, frame["height"] - y),
            xycoords="figure pixels",
            verticalalignment="center",
            color=svg.INK,
            alpha=0.65,
            fontsize=_TEXT,
        )


def _level_place(level: Level, spec: Spec, frame: dict[str, Any]) -> tuple[float, float]:
    """Where the level's word is farthest from all curves: (left end, middle), SVG units."""
    width = 6.2 * len(level.text)
    (on_line,) = _heights([level.y], spec.log_y, frame)
    curves = [
        (_across(line.x, frame), _heights(line.shown(), spec.log_y, frame)) for line in spec.lines
    ]

    def room(place: tuple[float, float]) -> float:
        under = np.linspace(place[0], place[0] + width, 9)
        gaps = [
            np.abs(np.interp(under, across, heights, np.nan, np.nan) - place[1])
            for across, heights in curves
        ]
        return float(np.nanmin([*gaps, np.full(9, 40.0)]))  # farther than that is all the same

    lefts = np.linspace(frame["left"] + 2, frame["right"] - width - 2, 5)
    middles = [
        middle
        for middle in (on_line - 10, on_line + 10)
        if frame["top"] <= middle < frame["bottom"]
    ]
    return max(((float(left), middle) for middle in middles for left in lefts), key=room)


def _across(values: tuple[float, ...], frame: dict[str, Any]) -> np.ndarray:
    scale = np.log if frame["log_x"] else np.asarray
    low, high = scale(frame["x"])
    share = (scale(values) - low) / (high - low)
    return frame["left"] + share * (frame["right"] - frame["left"])


def _heights(values: Sequence[float], log_y: bool, frame: dict[str, Any]) -> np.ndarray:
    scale = np.log if log_y else np.asarray
    low, high = scale(frame["y"])
    share = (scale(values) - low) / (high - low)
    return frame["bottom"] - share * (frame["bottom"] - frame["top"])


def _draw_line(axes: Any, line: Line) -> None:
    style = {"color": line.colour, "linestyle": _DASHES[line.style], "clip_on": True}
    if line.mean:
        axes.plot(line.x, line.y, color=line.colour, alpha=0.25, linewidth=1, gid=f"{line.key}-raw")
    axes.plot(
        line.x,
        line.shown(),
        linewidth=line.width,
        solid_capstyle="round",
        gid=line.key,
        **style,
    )
    # Few points are shown as such: the line between them is a guess.
    if len(line.x) <= 15 and line.told:
        axes.plot(
            line.x, line.shown(), "o", color=line.colour, markersize=2.2 + line.width, clip_on=False
        )


def _draw_marks(axes: Any, spec: Spec, frame: dict[str, Any]) -> None:
    """Names at the ends of the curves, moved apart where they would touch."""
    marked = [line for line in spec.lines if line.mark]
    if not marked:
        return
    wanted = [axes.transData.transform((line.x[-1], line.last()))[1] for line in marked]
    bottom = frame["height"] - frame["bottom"] + 4
    top = frame["height"] - frame["top"] - 4
    for line, y in zip(marked, spread(wanted, _LINE_HEIGHT, bottom, top), strict=True):
        axes.annotate(
            line.mark,
            (frame["right"] + 8, y),
            xycoords="figure pixels",
            verticalalignment="center",
            color=line.colour,
            fontsize=_TEXT,
            annotation_clip=False,
            gid=f"{line.key}-mark",
        )


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """The positions nearest to the wanted ones, in their order, `gap` apart or more, in low..high.

    Where they don't all fit they go past `high`.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    # Without the gaps it is enough that positions rise: neighbours that don't share their mean.
    groups: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        groups.append((wanted[index] - rank * gap, 1))
        while len(groups) > 1 and groups[-2][0] >= groups[-1][0]:
            (mean, count), (other, more) = groups.pop(), groups.pop()
            groups.append(((mean * count + other * more) / (count + more), count + more))
    ceiling = max(high - (len(wanted) - 1) * gap, low)
    free = [min(max(mean, low), ceiling) for mean, count in groups for _ in range(count)]
    result = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        result[index] = free[rank] + rank * gap
    return result

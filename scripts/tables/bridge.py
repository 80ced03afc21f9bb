"""The bridges from a VAE to a GAN: every stop's figures, what they show, how far stops drifted."""

from __future__ import annotations

from collections.abc import Callable

from ganvae import checkpoint
from ganvae.bridges import drift
from ganvae.bridges.figures import Figures, read_figures
from ganvae.bridges.stops import BridgeView, find_bridges
from ganvae.bridges.told import drift_told, percent, squared_error, told
from ganvae.recipe import Recipe
from tables.markdown import WEIGHTS, table
from tables.scores import NOTHING

NOT_YET = "Not measured yet."


def bridge() -> str:
    """Every stop of every bridge with what was measured of it."""
    rows = [_row(stop) for one in _bridges() for stop in _figures(one)]
    if not rows:
        return NOT_YET
    return (
        table(
            "| model | weight | sharpness | squared error a pixel | distance | fitted | realness |",
            rows,
        )
        + "\n\nWeight: of the adversarial term. Distance: of samples, with z from N(0, I) and from "
        "the fitted prior. Sharpness and realness: of samples with z from the fitted prior, as the "
        "Bridge tab draws them. Error: of reconstructions of the test images, pixels in 0 to 1. "
        "Realness: what the discriminator of the GAN beside the bridge's VAE says, 1 for real. "
        "Digits and faces are measured in different features: their distances don't compare."
    )


def bridge_told() -> str:
    """A paragraph for each bridge on what its curve shows."""
    parts = [f"**{one.title}.** {told(_figures(one))}" for one in _bridges()]
    return "\n\n".join(parts) or NOT_YET


def bridge_drift() -> str:
    """The same z through neighbouring stops, beside different z."""
    measured = drift.read(WEIGHTS)
    rows = [
        f"| `{step.first}` | `{step.second}` | {step.same:.1f} | {step.different:.1f} | "
        f"{percent(step.ratio)} |"
        for one in measured.values()
        for step in one.steps
    ]
    if not rows:
        return NOT_YET
    how = [f"{one.features} features of {one.n:,} z" for one in measured.values()]
    sentences = [
        f"**{one.title}.** {sentence}"
        for one in _bridges()
        if one.key in measured and (sentence := drift_told(measured[one.key], one.stops))
    ]
    return "\n\n".join(
        [
            table("| from | to | same z | different z | share |", rows),
            f"Mean distance in {' and '.join(dict.fromkeys(how))}.",
            *sentences,
        ]
    )


def _recipes() -> dict[str, Recipe]:
    return {entry.name: entry.recipe for entry in checkpoint.scan(WEIGHTS) if entry.recipe}


def _bridges() -> list[BridgeView]:
    return find_bridges(_recipes())


def _figures(one: BridgeView) -> list[Figures]:
    return read_figures(one.stops, _recipes(), lambda name: checkpoint.read_metrics(WEIGHTS / name))


def _row(stop: Figures) -> str:
    def cell(value: float | None, shown: Callable[[float], str]) -> str:
        return NOTHING if value is None else shown(value)

    cells = [
        f"[`{stop.name}`](../weights/{stop.name})",
        f"{stop.weight:g}",
        cell(stop.sharpness, percent),
        cell(stop.error, squared_error),
        cell(stop.distance, lambda value: f"{value:.1f}"),
        cell(stop.fitted, lambda value: f"{value:.1f}"),
        cell(stop.realness, lambda value: f"{value:.2f}"),
    ]
    return f"| {' | '.join(cells)} |"

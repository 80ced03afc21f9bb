"""Charts of a sweep: how distance, reconstruction and KL depend on the setting that was swept."""

from __future__ import annotations

from collections import Counter

from ganvae.plots.chart import Chart, Line, Spec
from ganvae.plots.drawing import draw, draw_png
from ganvae.plots.svg import GAN, VAE, VAE_PALE
from ganvae.sweeps import COLLAPSED_KL, Sweep

_HEIGHT = 236
# A chart each: its title, its note, and its curves as (column, label).
_CHARTS = {
    "vae": (
        (
            "distance",
            "How far are samples from real images?",
            "Fréchet distance, lower is better",
            (("distance", "z from N(0, I)"), ("fitted_distance", "z from the fitted prior")),
        ),
        (
            "reconstruction",
            "How well are test images given back?",
            "reconstruction error in nats per image, lower is better",
            (("reconstruction", "reconstruction"),),
        ),
        (
            "kl",
            "How much does the code say of the image?",
            "KL divergence from the prior in nats per image",
            (("kl", "KL"),),
        ),
    ),
    "gan": (
        (
            "distance",
            "How far are samples from real images?",
            "Fréchet distance, lower is better",
            (("distance", "distance"),),
        ),
    ),
}
_WORDS = {"latent": "latent dimensions"}


def setting_words(setting: str) -> str:
    """What a swept setting is called on the page."""
    return _WORDS.get(setting, setting.replace("_", " "))


def sweep_charts(sweep: Sweep, width: int) -> list[Chart]:
    """The charts of a sweep at a width in pixels; those whose figures are missing are left out."""
    return [draw(spec, width, _HEIGHT) for spec in _specs(sweep)]


def sweep_picture(sweep: Sweep) -> bytes | None:
    """All charts of a sweep beside one another, a PNG file; None where nothing can be drawn."""
    specs = _specs(sweep)
    return draw_png(specs, 420, 300) if specs else None


def _specs(sweep: Sweep) -> list[Spec]:
    word = setting_words(sweep.settings[0])
    specs = []
    for key, title, note, curves in _CHARTS[sweep.family]:
        lines = [
            line
            for place, (column, label) in enumerate(curves)
            for line in _lines(sweep, column, label, place)
        ]
        if not lines:
            continue
        ticks = sorted({x for line in lines for x in line.x})
        # A setting that is 0 somewhere has no logarithm.
        log_x = ticks[0] > 0
        specs.append(
            Spec(
                f"sweep-{key}",
                "both",
                title,
                f"{note}; {_runs(sweep)}",
                tuple(lines),
                x_label=word,
                x_ticks=_apart(ticks) if log_x else (),
                log_x=log_x,
                log_y=key == "distance",
                moment=f"At {{}} {word}",
            )
        )
    return specs


def _lines(sweep: Sweep, column: str, label: str, place: int) -> list[Line]:
    """The mean of a figure and, where there are several trainings of a value, its spread."""
    series = sweep.series(column)
    if not series:
        return []
    colour = GAN if sweep.family == "gan" else (VAE, VAE_PALE)[place]
    xs, means, spreads = zip(*series, strict=True)
    lines = [Line(column, label, xs, means, colour, width=2.4)]
    if any(spreads):
        for sign, key in ((-1, "low"), (1, "high")):
            # On a logarithmic axis a bound at 0 or below can't be drawn.
            edge = tuple(
                max(mean + sign * spread, mean / 10)
                for mean, spread in zip(means, spreads, strict=True)
            )
            lines.append(
                Line(f"{column}-{key}", label, xs, edge, colour, "dotted", 1.2, told=False)
            )
    return lines


def _runs(sweep: Sweep) -> str:
    """How long the trainings were, how many stand behind a point, and which do not."""
    length = f"{sweep.steps:,} steps" if sweep.steps else f"{sweep.epochs} epochs"
    times = Counter(row.get(sweep.settings[0]) for row in sweep.rows)
    least, most = min(times.values()), max(times.values())
    words = f"one training of {length} each"
    if most > 1:
        count = str(most) if least == most else f"{least} to {most}"
        words = f"mean of {count} trainings of {length} each, dotted: a standard deviation"
    if not (collapsed := sweep.collapsed()):
        return words
    values = sorted({row[sweep.settings[0]] for row in collapsed})
    named = ", ".join(f"{value:g}" for value in values)
    return (
        f"{words}; {len(collapsed)} of {len(sweep.rows)} collapsed (KL under {COLLAPSED_KL:g} "
        f"nats, at {named}) and are left out"
    )


def _apart(ticks: list[float]) -> tuple[float, ...]:
    """Values far enough from the one before, on a logarithmic axis, for their labels."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or tick / kept[-1] >= (ticks[-1] / ticks[0]) ** 0.08:
            kept.append(tick)
    return tuple(kept)

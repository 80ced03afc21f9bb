"""What the curve of a bridge shows, in sentences that are true whatever was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ganvae.bridges.drift import Measured
from ganvae.bridges.figures import Figures
from ganvae.metrics.drift import Drift
from ganvae.plots.numbers import short

# From so much of the distance between different z on, z has lost a good part of its meaning.
_LOOSE = 0.7
NOT_YET = "Too few stops were measured to say what the bridge shows."


def percent(value: float) -> str:
    """A share of real pictures': `72 %`."""
    return f"{100 * value:.0f} %"


def squared_error(value: float) -> str:
    """An error in three digits: `0.0123`."""
    return f"{float(f'{value:.3g}'):.7f}".rstrip("0").rstrip(".") or "0"


def told(stops: Sequence[Figures]) -> str:
    """A paragraph on error against sharpness, then on distance and realness where these are known.

    Args:
        stops: in their order; those that were not measured are left out.
    """
    known = [stop for stop in stops if stop.on_curve is not None]
    if len(known) < 2:
        return NOT_YET
    first, last = known[0], known[-1]
    sharpness = _course([stop.sharpness for stop in known], percent)
    error = _course([stop.error for stop in known], squared_error)
    sentences = [
        f"From weight {first.weight:g} to {last.weight:g} the sharpness of samples {sharpness} of "
        f"real pictures', and the squared error of a reconstruction's pixel {error}.",
        _steps(known),
    ]
    if left_out := len(stops) - len(known):
        sentences.append(f"Of {len(stops)} stops {left_out} could not be put on the curve.")
    for column, what in (("distance", "N(0, I)"), ("fitted", "the fitted prior")):
        values = [(getattr(stop, column), stop.weight) for stop in stops]
        # The nearest is only known where all are.
        if all(value is not None for value, _ in values):
            value, weight = min(values)
            sentences.append(
                f"Samples with z from {what} come nearest to real pictures at weight {weight:g}, "
                f"with a distance of {short(value)}."
            )
    realness = [stop.realness for stop in stops]
    if all(value is not None for value in realness):
        course = _course(realness, lambda value: f"{value:.2f}")
        sentences.append(f"What the GAN's discriminator says of them {course}.")
    return " ".join(sentences)


def _course(values: Sequence[float | None], shown: Callable[[float], str]) -> str:
    """`rises from 1 to 2`, by the figures as they are shown."""
    first, last = (value for value in (values[0], values[-1]) if value is not None)
    if shown(first) == shown(last):
        return f"begins and ends at {shown(first)}"
    return f"{'rises' if last > first else 'falls'} from {shown(first)} to {shown(last)}"


def _steps(known: Sequence[Figures]) -> str:
    """In how many steps from stop to stop the pictures get both sharper and less faithful."""
    places = [stop.on_curve for stop in known if stop.on_curve is not None]
    both = sum(b[0] > a[0] and b[1] > a[1] for a, b in pairwise(places))
    count = len(places) - 1
    if both == count:
        every = "Every step" if count > 1 else "The step"
        return f"{every} makes pictures sharper and less faithful at once: the one costs the other."
    if not both:
        return "No step makes pictures sharper and less faithful at once."
    return f"{both} of {count} steps make pictures sharper and less faithful at once."


def drift_told(measured: Measured, stops: Sequence[str]) -> str:
    """How far neighbours drifted apart; empty where they are not the stops that were measured."""
    known = {(step.first, step.second): step for step in measured.steps}
    steps = [known[pair] for pair in pairwise(stops) if pair in known]
    if not steps or len(steps) < len(stops) - 1:
        return ""
    how = f"in {measured.features} features of {measured.n:,} z"
    far = max(steps, key=lambda step: step.ratio)
    if far.ratio < _LOOSE:
        return (
            f"One z stays one picture: neighbours draw it {_ratios(steps)} as far apart as two of "
            f"different z are, {how}."
        )
    return (
        f"One z does not stay one picture everywhere: from {far.first} to {far.second} it moves "
        f"{100 * far.ratio:.0f} % as far as two of different z are apart, {how}."
    )


def _ratios(steps: Sequence[Drift]) -> str:
    """`12 % to 30 %`."""
    low, high = (f"{100 * f(step.ratio for step in steps):.0f} %" for f in (min, max))
    return low if low == high else f"{low} to {high}"

"""Charts of what was measured of finished models: power spectra and histograms of sharpness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganvae.plots.chart import Chart, Line, Spec, Style
from ganvae.plots.drawing import draw
from ganvae.plots.svg import GAN, REAL, VAE, VAE_PALE, VAE_STRONG

_VAE_SHADES = {1: (VAE,), 2: (VAE_PALE, VAE), 3: (VAE_PALE, VAE, VAE_STRONG)}
_HEIGHT = 236
# Bins at the ends that hold less than this share of any model's pictures are not drawn.
_RARE = 0.0005


@dataclass(frozen=True)
class Curve:
    """One model's, or the real pictures', numbers in the order of the axis.

    Attributes:
        family: `vae`, `gan` or `real`.
    """

    key: str
    label: str
    family: str
    values: tuple[float, ...]


def spectrum_chart(curves: Sequence[Curve], note: str, missing: str, width: int) -> Chart:
    """log10 of the power of pictures at 0, 1, 2, ... cycles a picture; that at 0 is not drawn."""
    colours = _colours(curves)
    lines = [
        Line(
            f"spectrum-{curve.key}",
            curve.label,
            tuple(float(ring) for ring in range(1, len(curve.values))),
            curve.values[1:],
            colours[curve.key],
            _style(curve),
            2.4 if curve.family != "real" else 2.0,
        )
        for curve in curves
    ]
    spec = Spec(
        "spectrum",
        "both",
        "At which size is detail lost?",
        note,
        tuple(lines),
        missing,
        x_label="cycles per picture, finer to the right",
        log_x=False,
        moment="",
    )
    return draw(spec, width, _HEIGHT)


def histogram_chart(
    curves: Sequence[Curve], edges: Sequence[float], note: str, missing: str, width: int
) -> Chart:
    """Shares of pictures, in per cent, in each bin between `edges`, as steps."""
    colours = _colours(curves)
    first, last = _occupied(curves, len(edges) - 1)
    corners = tuple(edge for edge in edges[first : last + 1] for _ in range(2))[1:-1]
    lines = [
        Line(
            f"histogram-{curve.key}",
            curve.label,
            corners,
            tuple(100 * share for share in curve.values[first:last] for _ in range(2)),
            colours[curve.key],
            _style(curve),
            2.4 if curve.family != "real" else 2.0,
        )
        for curve in curves
    ]
    spec = Spec(
        "histogram",
        "both",
        "How sharp are single pictures?",
        note,
        tuple(lines),
        missing,
        x_label="log₁₀ of sharpness, blur on the left",
        log_x=False,
        moment="",
    )
    return draw(spec, width, _HEIGHT)


def _style(curve: Curve) -> Style:
    return "dashed" if curve.family == "real" else "solid"


def _colours(curves: Sequence[Curve]) -> dict[str, str]:
    vaes = [curve.key for curve in curves if curve.family == "vae"]
    shades = _VAE_SHADES[min(max(len(vaes), 1), 3)]
    span = max(len(vaes) - 1, 1)
    colours = {
        key: shades[round(place * (len(shades) - 1) / span)] for place, key in enumerate(vaes)
    }
    rest = {"gan": GAN, "real": REAL}
    return colours | {c.key: rest[c.family] for c in curves if c.family != "vae"}


def _occupied(curves: Sequence[Curve], bins: int) -> tuple[int, int]:
    """The bins from the first to past the last that holds more than a few, one more around."""
    used = [place for place in range(bins) if any(curve.values[place] > _RARE for curve in curves)]
    if not used:
        return 0, bins
    return max(used[0] - 1, 0), min(used[-1] + 2, bins)

"""The curve of a bridge from a VAE to a GAN: what a picture loses as it gains sharpness."""

from __future__ import annotations

from collections.abc import Sequence

from ganvae.plots.chart import Chart, Line, Spec
from ganvae.plots.drawing import draw
from ganvae.plots.svg import REAL

_HEIGHT = 236
# Room around the first and the last stop, as a share of what is between them.
_ROOM = 0.08


def trade_off_chart(places: Sequence[tuple[float, float]], missing: str, width: int) -> Chart:
    """Squared error against sharpness, a line through all stops; the page puts its points on it.

    Args:
        places: (sharpness as a share of real pictures', squared error) in the stops' order.
        missing: the sentence in place of a curve where there are fewer than two.
    """
    title = "What does sharpness cost?"
    note = "squared error of a reconstruction's pixel, lower is closer to the original"
    if len(places) < 2:
        return draw(Spec("bridge", "both", title, note, (), missing), width, _HEIGHT)
    across = tuple(100 * sharpness for sharpness, _ in places)
    line = Line("bridge", "the stops of the bridge", across, tuple(e for _, e in places), REAL)
    low, high = min(across), max(across)
    room = _ROOM * (high - low) or 1.0
    spec = Spec(
        "bridge",
        "both",
        title,
        note,
        (line,),
        x_label="sharpness of samples, per cent of real pictures'",
        x_range=(low - room, high + room),
        log_x=False,
        moment="",
    )
    return draw(spec, width, _HEIGHT)

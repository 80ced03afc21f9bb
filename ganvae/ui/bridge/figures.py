"""The figures of a bridge: a number each for the stop that draws, and the curve of them all."""

from __future__ import annotations

import functools
import logging
from typing import Any

from ganvae.bridges import drift
from ganvae.bridges.figures import Figures
from ganvae.bridges.stops import BridgeView
from ganvae.bridges.told import drift_told, told
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.plots.bridge import trade_off_chart

# On a wide screen the curve stands beside the pictures, on a phone below them.
WIDTHS = (344, 520)
_MISSING = "No two stops were measured yet; python train.py --score all measures them."
_log = logging.getLogger(__name__)


def figures_of(collection: Collection, bridge: BridgeView, width: Any) -> dict[str, Any]:
    """Everything that was measured of a bridge.

    Args:
        width: of the chart, one of `WIDTHS`.

    Returns:
        `stops`, in their order, each with name, weight, sharpness, distance, fitted, error and
        realness, where None stands for what was not measured; `judge`, the GAN whose discriminator
        said the latter, and its `scale`; `chart`, as for the Training tab; `told`, what the curve
        shows; `drift`, a sentence or an empty text.

    Raises:
        UserError: the width is another.
    """
    if width not in WIDTHS:
        raise UserError(f"The width must be {' or '.join(map(str, WIDTHS))}.")
    stops = collection.stop_figures(bridge.stops)
    judge = collection.judge_of(bridge.stops[0])
    probability = judge is not None and collection.recipe(judge).loss == "cross-entropy"
    places = tuple(place for stop in stops if (place := stop.on_curve) is not None)
    return {
        "stops": [_told_of(stop) for stop in stops],
        "judge": judge,
        "scale": "probability" if probability else "score",
        "chart": _chart(places, int(width)),
        "told": told(stops),
        "drift": _drift(collection, bridge),
    }


def _told_of(stop: Figures) -> dict[str, Any]:
    return {
        "name": stop.name,
        "weight": stop.weight,
        "sharpness": stop.sharpness,
        "distance": stop.distance,
        "fitted": stop.fitted,
        "error": stop.error,
        "realness": stop.realness,
    }


@functools.lru_cache(maxsize=16)
def _chart(places: tuple[tuple[float, float], ...], width: int) -> dict[str, Any]:
    return trade_off_chart(places, _MISSING, width).to_dict()


def _drift(collection: Collection, bridge: BridgeView) -> str:
    """How far neighbours are apart; what can't be read is named in the log and left out."""
    try:
        found = drift.read(collection.weights).get(bridge.key)
    except UserError as error:
        _log.warning("Bridges are shown without their drift: %s", error)
        return ""
    return drift_told(found, bridge.stops) if found else ""

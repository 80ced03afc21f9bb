"""What sweeps found for a pair: charts over the setting that was swept, from `weights/sweeps/`."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import Any

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.plots.sweep import setting_words, sweep_charts
from ganvae.sweeps import FOLDER, Sweep

_log = logging.getLogger(__name__)
_MOST = 12


def read_sweeps(collection: Collection, pair: str, width: int) -> list[dict[str, Any]]:
    """The sweeps of a pair: `title`, `command` and `charts` of each.

    One that can't be read is named in the log and left out.
    """
    paths = sorted((collection.weights / FOLDER).glob("*.json"))[:_MOST]
    found = [_drawn(path, path.stat().st_mtime_ns, width) for path in paths]
    return [shown for of_pair, shown in found if of_pair == pair and shown]


@functools.lru_cache(maxsize=64)
def _drawn(path: Path, _: int, width: int) -> tuple[str, dict[str, Any]]:
    """The pair of a sweep and what is shown of it, drawn again when its file changes."""
    try:
        sweep = Sweep.read(path)
        charts = sweep_charts(sweep, width)
    except (UserError, ValueError, OverflowError) as error:
        _log.warning("A sweep is left out: %s", error)
        return "", {}
    if not charts:
        return "", {}
    values = " · ".join(f"{value:g}" for value in sweep.values())
    return sweep.pair, {
        "title": f"{sweep.family.upper()}s with {values} {setting_words(sweep.settings[0])}",
        "command": sweep.command,
        "charts": [chart.to_dict() for chart in charts],
    }

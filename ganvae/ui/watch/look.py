"""What there is to see of a run right now; nothing is computed but the picture of its curves."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Any

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.plots import Run, training_charts
from ganvae.plots.numbers import short
from ganvae.progress import Progress
from ganvae.snapshots.format import read_index, read_sheet, sheet_url

# On a wide screen two charts stand side by side, on a phone they are stacked.
WIDTHS = (344, 560)
EVERY_SECONDS = 1.5
# A run writes every second, but not while it scores or draws.
_SILENT_SECONDS = 15.0
_STATES = {
    "training": "training",
    "stopped": "stopped and saved: --resume goes on with it",
    "scoring": "trained; its samples are being scored",
    "finished": "finished",
    "failed": "failed; the terminal it was started in says why",
}


class Look:
    """Reads a run's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Several people may watch: each picture is drawn once.
        self._drawn = functools.lru_cache(maxsize=8)(self._draw)

    def look(self, data: dict[str, Any]) -> dict[str, Any]:
        """The state of the run.

        Args:
            data: `width` of a chart, one of `WIDTHS`; `have`, the `version` of the last answer or
                nothing.

        Returns:
            `state`, a sentence; `live`, whether something is still to come; `share` of the run
            that is done; `facts`, pairs of words; `version`, and where that is another than
            `have`: `charts` and `sheets` ({kind, url, images, columns, rows}).

        Raises:
            UserError: the width is another, or the run tells nothing any more.
        """
        width = data.get("width")
        if width not in WIDTHS:
            raise UserError(f"The width must be {' or '.join(map(str, WIDTHS))}.")
        progress = Progress.read(self._folder)
        version = f"{width}-{self._version()}"
        answer: dict[str, Any] = {
            "state": _state(progress),
            "live": progress.state in ("training", "scoring"),
            "share": min(progress.step / max(progress.total, 1), 1.0),
            "facts": _facts(progress),
            "version": version,
        }
        if data.get("have") != version:
            answer |= {"charts": self._drawn(version, int(width)), "sheets": self._sheets()}
        return answer

    def _version(self) -> int:
        """Changes whenever there are new curves or pictures."""
        names = (
            checkpoint.HISTORY,
            f"{checkpoint.SNAPSHOTS}/{checkpoint.SNAPSHOT_INDEX}",
        )
        paths = [self._folder / name for name in names]
        return sum(path.stat().st_mtime_ns for path in paths if path.is_file())

    def _draw(self, _: str, width: int) -> list[dict[str, Any]]:
        recipe = Progress.read(self._folder).recipe
        history = checkpoint.read_history(self._folder)
        run = Run(
            recipe.name,
            recipe.family,
            recipe.latent,
            history,
            "" if history else "The first figures come after a two-hundredth of the run.",
            recipe.dataset,
            recipe.loss,
            recipe.beta,
        )
        return [chart.to_dict() for chart in training_charts([run], None, width)]

    def _sheets(self) -> list[dict[str, Any]]:
        """The newest sheet of each kind; one that is not whole is left out."""
        index = read_index(self._folder)
        sheets: list[dict[str, Any]] = []
        if index is None or not index.moments:
            return sheets
        last = len(index.moments) - 1
        for kind in index.kinds:
            try:
                sheet = read_sheet(self._folder, index, kind, last)
            except UserError:
                continue
            sheets.append(
                {
                    "kind": kind,
                    "url": sheet_url(sheet),
                    "images": short(index.moments[last].images),
                }
            )
        return sheets


def _state(progress: Progress) -> str:
    silent = time.time() - progress.time
    if progress.state == "training" and silent > _SILENT_SECONDS:
        return f"silent for {_duration(silent)}: scoring samples, or killed"
    return _STATES[progress.state]


def _facts(progress: Progress) -> list[tuple[str, str]]:
    left = (progress.total - progress.step) * progress.seconds / max(progress.step, 1)
    facts = [
        ("step", f"{progress.step:,} of {progress.total:,}"),
        ("images seen", short(progress.images)),
        ("images a second", short(progress.speed)),
        ("trained for", _duration(progress.seconds)),
    ]
    if progress.state == "training":
        facts.append(("left", _duration(left)))
    facts += [(name.replace("_", " "), short(value)) for name, value in progress.losses.items()]
    return facts


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"

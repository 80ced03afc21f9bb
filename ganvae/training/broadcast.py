"""What a run tells those who watch it, about once a second: files that anything can read."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from torch import Tensor

from ganvae import checkpoint, files
from ganvae.progress import Progress, State
from ganvae.recipe import Recipe
from ganvae.training.history import History
from ganvae.training.loop import Loop, Stopped

EVERY_SECONDS = 1.0


class Broadcast:
    """Writes `progress.json`, and `history.csv` whenever there is a new row; a callback."""

    def __init__(self, folder: Path, recipe: Recipe, total: int, history: History) -> None:
        self.folder, self.recipe, self.total, self.history = folder, recipe, total, history
        self._next = 0.0
        self._told = (0, 0.0)  # images and seconds of training, when last told
        self._rows = -1
        self._last = Progress(recipe, "training", 0, total, 0, 0.0, 0.0, {}, time.time())

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        now = time.monotonic()
        if now < self._next and run.step < self.total:
            return
        self._next = now + EVERY_SECONDS
        images, seconds = self._told
        if not images or run.seconds <= seconds:  # gone on with: there is no "of late" yet
            images, seconds = 0, 0.0
        self._last = Progress(
            recipe=self.recipe,
            state="training",
            step=run.step,
            total=self.total,
            images=run.images,
            seconds=run.seconds,
            speed=(run.images - images) / max(run.seconds - seconds, 1e-9),
            losses={n: v for n, value in values.items() if math.isfinite(v := value.item())},
            time=time.time(),
        )
        self._told = run.images, run.seconds
        self._last.write(self.folder)
        if len(self.history.rows) != self._rows:
            self._rows = len(self.history.rows)
            files.write_text(self.folder / checkpoint.HISTORY, self.history.to_csv())

    def tell(self, state: State) -> None:
        """Say what the run does now."""
        self._last = dataclasses.replace(self._last, state=state, time=time.time())
        self._last.write(self.folder)

    @contextmanager
    def training(self) -> Iterator[None]:
        """While it lasts the run trains; how it ended is told, and who watches need not guess."""
        self.tell("training")
        try:
            yield
        except (Stopped, KeyboardInterrupt):
            self.tell("stopped")
            raise
        except Exception:
            with suppress(OSError):  # a full disk is what failed, perhaps
                self.tell("failed")
            raise
        self.tell("scoring")

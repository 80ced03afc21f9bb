"""The loop itself: batches in, updates out, callbacks for everything else."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from ganvae.data import Batches
from ganvae.training.schedule import share_of_rate
from ganvae.training.step import Update


class Stopped(Exception):  # noqa: N818 - a request, not an error
    """A callback asks for the end of the run: its state is saved."""


class Callback(Protocol):
    """Something that watches a run. It must leave the random state and the weights as they are."""

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        """After each step; `values` are that step's numbers, scalars by curve name."""
        ...


class Loop:
    """Trains a model on batches.

    Attributes:
        step: steps taken so far.
        images: images seen so far.
        seconds: spent in training so far, callbacks not counted.
    """

    def __init__(
        self,
        update: Update,
        batches: Batches,
        total_steps: int,
        callbacks: Sequence[Callback] = (),
        *,
        step: int = 0,
        images: int = 0,
        seconds: float = 0.0,
    ) -> None:
        self.update, self.batches, self.total_steps = update, batches, total_steps
        self.callbacks = callbacks
        self.step, self.images, self.seconds = step, images, seconds

    def run(self) -> None:
        """Go on from `step` to `total_steps`."""
        epoch = -1
        while self.step < self.total_steps:
            started = time.perf_counter()
            if self.step // self.batches.steps_per_epoch != epoch:
                epoch = self.step // self.batches.steps_per_epoch
                order = self.batches.epoch_order(epoch)
            images = self.batches.batch(order, self.step)
            self._set_rate()
            values = self.update(images, self.step)
            self.step += 1
            self.images += len(images) * self.batches.world
            self.seconds += time.perf_counter() - started
            for callback in self.callbacks:
                callback(self, values)

    def _set_rate(self) -> None:
        share = share_of_rate(self.update.recipe, self.step, self.total_steps)
        for optimiser in self.update.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = share * group["initial_lr"]

"""What hangs on the loop: curves, test loss, scores, snapshots, saving, progress, stopping.

None of these touches PyTorch's global generator or the weights, so a run with other callbacks, or
one that was stopped and resumed, ends in the same weights.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from ganvae.data import digits, to_float
from ganvae.errors import UserError
from ganvae.metrics.scoring import Scorer
from ganvae.models import GAN, VAE, evaluation
from ganvae.snapshots.write import SnapshotWriter
from ganvae.training import schedule
from ganvae.training.failures import check_finite, check_growth
from ganvae.training.history import History
from ganvae.training.loop import Loop, Stopped
from ganvae.training.step.objectives import elbo_of, reparameterise

SCORE_COUNT = 2000
# The features of photographs take far longer than those of digits.
PHOTOGRAPH_SCORE_COUNT = 1000
SAVE_EVERY_SECONDS = 30.0
_GATHERED = 1000
_SAME_SIGNAL_SECONDS = 1.0
_TEST_BATCH = 1000
_TEST_SEED = 10_000


class TrainCurves:
    """Means of the training curves over each of about 250 stretches of the run.

    Raises:
        DivergenceError: a number is not finite, or a loss has grown beyond all measure.
    """

    def __init__(self, history: History, total: int, sums: dict[str, float]) -> None:
        self.history, self.sums = history, sums
        self._moments = schedule.evenly(total, schedule.TRAIN_ROWS)
        self._gathered: list[dict[str, Tensor]] = []

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        # They stay on the device for now: reading a number each step would wait for it.
        self._gathered.append(values)
        if run.step in self._moments:
            sums = self.flush(run.step)
            steps = sums.pop("steps")
            means = {name: total / steps for name, total in sums.items()}
            self.sums.clear()
            check_growth(means, self.history, run.step)
            self.history.add(run.step, run.images, run.seconds, **means)
        elif len(self._gathered) >= _GATHERED:
            self.flush(run.step)

    def flush(self, step: int) -> dict[str, float]:
        """The sums since the last row as plain numbers, up to a step: for the saved state."""
        if not self._gathered:
            return dict(self.sums)
        names = list(self._gathered[0])
        table = torch.stack([torch.stack([values[n] for n in names]) for values in self._gathered])
        rows = table.double().tolist()
        self._gathered.clear()
        # One after another: the sum is the same to the last bit wherever a run was stopped.
        for before, row in enumerate(rows, start=1 - len(rows)):
            check_finite(dict(zip(names, row, strict=True)), step + before)
            for name, value in zip(names, row, strict=True):
                self.sums[name] = self.sums.get(name, 0.0) + value
        self.sums["steps"] = self.sums.get("steps", 0) + len(rows)
        return dict(self.sums)


class TestCurves:
    """A VAE's loss on the whole test set, about 25 times in a run."""

    def __init__(self, history: History, total: int, model: VAE, test: Tensor) -> None:
        self.history, self.model, self.test = history, model, test
        self._moments = schedule.evenly(total, schedule.TEST_ROWS)

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        if run.step in self._moments:
            self.history.add(
                run.step, run.images, run.seconds, **test_losses(self.model, self.test)
            )


def test_losses(model: VAE, test: Tensor) -> dict[str, float]:
    """Negative ELBO of test images (uint8) and its two terms, nats per image, one sample each.

    The posterior's noise is the same at every call, so that curves move with the model alone.
    """
    generator = torch.Generator().manual_seed(_TEST_SEED)
    reconstruction_sum = kl_sum = 0.0
    objective = elbo_of(model.recipe)
    with evaluation(model):
        for part in test.split(_TEST_BATCH):
            images = to_float(part, model.recipe.image_range)
            mean, log_variance = model.encoder(images)
            noise = torch.randn(mean.shape, generator=generator).to(mean.device)
            logits = model.decoder(reparameterise(mean, log_variance, noise))
            reconstruction, kl = objective.terms(logits, images, mean, log_variance)
            reconstruction_sum += reconstruction.item()
            kl_sum += kl.item()
    count = len(test)
    return {
        "test_loss": (reconstruction_sum + objective.beta * kl_sum) / count,
        "test_reconstruction": reconstruction_sum / count,
        "test_kl": kl_sum / count,
    }


class Scores:
    """Distance, recall and sharpness of samples at 12 log-spaced moments.

    Of 2,000 samples; of photographs, which take longer, 1,000.
    """

    def __init__(self, history: History, total: int, model: VAE | GAN, scorer: Scorer) -> None:
        self.history, self.model, self.scorer = history, model, scorer
        self._moments = schedule.score_steps(total)
        known = model.recipe.dataset in digits.NAMES
        self._count = SCORE_COUNT if known else PHOTOGRAPH_SCORE_COUNT

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        if run.step in self._moments:
            scores = self.scorer.score(self.model, self._count)
            row = {"sharpness": scores["sharpness"]["ratio"]}
            row |= {
                name: scores[name]["value"] for name in ("distance", "recall") if name in scores
            }
            self.history.add(run.step, run.images, run.seconds, **row)


class Snapshots:
    """Sheets at about 40 log-spaced moments; the first, of step 0, is written before the loop."""

    def __init__(self, writer: SnapshotWriter, total: int) -> None:
        self.writer = writer
        self._moments = schedule.snapshot_steps(total)

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        if run.step in self._moments:
            self.writer.write(run.step, run.images)


class Progress:
    """A bar with images a second, the losses and the time left."""

    def __init__(self, name: str, total: int, first: int, history: History) -> None:
        self.history, self._first = history, first
        # In a log file a line every half minute is enough; on a screen it moves.
        interval = 0.5 if sys.stderr.isatty() else 30.0
        self._bar = tqdm(total=total, initial=first, desc=name, unit="step", mininterval=interval)
        self._next, self._interval = 0.0, interval

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        self._bar.update()
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._interval
            losses = {
                name: f"{value.item():.4g}" for name, value in values.items() if "loss" in name
            }
            speed = f"{run.images / max(run.seconds, 1e-9):.0f} images/s"
            self._bar.set_postfix(losses | {"speed": speed}, refresh=False)

    def close(self) -> None:
        self._bar.close()


class Saver:
    """Saves the state every half minute, at the end, and when someone asks the run to stop.

    As a context it catches Ctrl-C and a polite kill, which must not strike in the middle of a
    step: the state would hold half an update. A second Ctrl-C stops at once; not one that comes
    with the first, as the launcher of several processes sends it.
    """

    def __init__(self, save: Callable[[Loop], None]) -> None:
        self._save, self._last = save, time.monotonic()
        self._asked: float | None = None
        self._former: dict[int, Any] = {}

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        now = time.monotonic()
        if self._asked is not None or now - self._last >= SAVE_EVERY_SECONDS:
            self._save(run)
            self._last = now
        if self._asked is not None:
            raise Stopped

    def _ask(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked is None:
            self._asked = now
        elif now - self._asked > _SAME_SIGNAL_SECONDS:
            raise KeyboardInterrupt

    def __enter__(self) -> Saver:
        for number in (signal.SIGINT, signal.SIGTERM):
            # Only the main thread may set handlers; elsewhere, in a test, there are none to set.
            try:
                self._former[number] = signal.signal(number, self._ask)
            except ValueError:
                break
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)


class TensorBoard:
    """Every new row of the history as TensorBoard scalars.

    Raises:
        UserError: TensorBoard is not installed.
    """

    def __init__(self, history: History, folder: str) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise UserError("--tensorboard needs TensorBoard: pip install tensorboard.") from error
        self.history, self._writer, self._done = history, SummaryWriter(folder), len(history.rows)

    def __call__(self, run: Loop, values: dict[str, Tensor]) -> None:
        for row in self.history.rows[self._done :]:
            for name, value in row.items():
                if name not in ("step", "images", "seconds"):
                    self._writer.add_scalar(name, value, int(row["step"]))
        self._done = len(self.history.rows)

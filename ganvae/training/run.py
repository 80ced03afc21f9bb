"""A whole training: from a recipe to a finished folder in `weights/`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import Batches, load_images, resize
from ganvae.errors import UserError
from ganvae.metrics.scoring import Scorer
from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe
from ganvae.training import callbacks, finish, state
from ganvae.training.hardware import pick_device
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.snapshots import SnapshotWriter
from ganvae.training.updates import make_update

FINISHED = "finished.json"


@dataclass(frozen=True)
class Settings:
    """How a run is carried out; nothing here changes what the finished model is meant to be.

    Attributes:
        weights: where finished models go, and where the digit classifier lies.
        output: where this run's result goes, if elsewhere than `weights`.
        runs: where the run lives until it is finished.
        data_dir: where the data lies; None for `GANVAE_DATA` or the project's `data/`.
        device: `cpu`, `cuda`, …; None picks a GPU if there is one.
        threads: CPU threads; None for one a core. Sums may differ in the last bit between
            numbers of threads, so a resumed run keeps the number it began with.
        resume: go on with the run in `runs`.
        restart: throw away the run in `runs`.
        tensorboard: also write the curves for TensorBoard, into the run's folder.
        command: what was typed, for config.json and the card.
    """

    weights: Path
    runs: Path
    command: str
    output: Path | None = None
    data_dir: Path | None = None
    device: str | None = None
    threads: int | None = None
    resume: bool = False
    restart: bool = False
    tensorboard: bool = False


def train(recipe: Recipe, settings: Settings) -> Path:
    """Train a recipe and put the result into its folder, whole; returns that folder.

    Raises:
        UserError: the data or the classifier is missing, the run can't be resumed, the loss
            diverged, or the disk is full. What was trained up to the last save stays in `runs`.
        Stopped: somebody asked the run to stop; its state is saved.
    """
    folder = settings.runs / recipe.name
    details = _begin(folder, recipe, settings)
    torch.set_num_threads(details["threads"])
    device = pick_device(settings.device)
    splits = {
        split: resize(
            load_images(recipe.dataset, split, settings.data_dir, download=True),
            recipe.image_shape[1:],
        )
        for split in ("train", "test")
    }
    scorer = Scorer(splits["test"], settings.weights)
    torch.manual_seed(recipe.seed)
    model = build(recipe).to(device)
    run = _Run(model, splits["train"].to(device), splits["test"].to(device), folder, details)
    with _disk_trouble(folder):
        loop = run.go(scorer, settings)
        target = (settings.output or settings.weights) / recipe.name
        metrics = finish.measure(
            model, run.history, loop, splits["test"].to(device), scorer, details["threads"]
        )
        finish.gather(folder, model, run.history, metrics, settings.command, target)
        (folder / state.STATE).unlink()
        files.write_json(folder / FINISHED, {"recipe": recipe.to_dict()})
    return target


def is_finished(recipe: Recipe, settings: Settings) -> bool:
    """Whether the last run of exactly this recipe came to its end."""
    path = settings.runs / recipe.name / FINISHED
    if not path.is_file():
        return False
    return checkpoint.read_json(path) == {"recipe": json.loads(json.dumps(recipe.to_dict()))}


def _begin(folder: Path, recipe: Recipe, settings: Settings) -> dict[str, Any]:
    """The plain part of the state to start from: a stored one, or that of step 0."""
    if settings.resume and (folder / state.STATE).is_file():
        details = state.read_details(folder)
        state.check_same_settings(details["recipe"], recipe)
        if settings.threads not in (None, details["threads"]):
            raise UserError(
                f"This run began with threads = {details['threads']}, but {settings.threads} was "
                f"asked for; resume it as it began, or give the new one a name with --name."
            )
        return details
    if (folder / state.STATE).is_file() and not settings.restart:
        step = state.read_details(folder)["step"]
        raise UserError(
            f"{folder} holds a run of {recipe.name} that stopped at step {step}: go on with "
            f"--resume, or throw it away with --restart."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {
        "recipe": recipe.to_dict(),
        "threads": settings.threads or os.cpu_count() or 1,
        "step": 0,
        "images": 0,
        "seconds": 0.0,
        "rows": [],
        "sums": {},
        "moments": [],
    }


class _Run:
    """A loop with its callbacks, begun or gone on with."""

    def __init__(
        self,
        model: VAE | GAN,
        train_set: Tensor,
        test: Tensor,
        folder: Path,
        details: dict[str, Any],
    ) -> None:
        recipe = model.recipe
        self.model, self.test, self.folder, self.details = model, test, folder, details
        self.update = make_update(model)
        self.history = History(recipe.family)
        self.history.rows = details["rows"]
        self.total = recipe.total_steps(len(train_set))
        self.batches = Batches(train_set, recipe.batch_size, recipe.seed, recipe.image_range)
        self.curves = callbacks.TrainCurves(self.history, self.total, details["sums"])
        self.snapshots = SnapshotWriter(folder, model, test, details["moments"])

    def go(self, scorer: Scorer, settings: Settings) -> Loop:
        """Train to the end; returns the loop as it stands then."""
        details = self.details
        if details["step"]:
            state.restore_state(self.folder, self.model, self.update.optimisers)
        else:
            self.snapshots.write(0, 0)
        progress = callbacks.Progress(
            self.model.recipe.name, self.total, details["step"], self.history
        )
        saver = callbacks.Saver(self.save)
        watchers: list[Any] = [self.curves]
        if isinstance(self.model, VAE):
            watchers.append(callbacks.TestCurves(self.history, self.total, self.model, self.test))
        watchers += [
            callbacks.Scores(self.history, self.total, self.model, scorer),
            callbacks.Snapshots(self.snapshots, self.total),
        ]
        if settings.tensorboard:
            watchers.append(callbacks.TensorBoard(self.history, str(self.folder / "tensorboard")))
        loop = Loop(
            self.update,
            self.batches,
            self.total,
            [*watchers, progress, saver],
            step=details["step"],
            images=details["images"],
            seconds=details["seconds"],
        )
        try:
            with saver:
                loop.run()
        finally:
            progress.close()
        self.save(loop)
        return loop

    def save(self, loop: Loop) -> None:
        """Write the state and the curves so far."""
        self.details |= {
            "step": loop.step,
            "images": loop.images,
            "seconds": loop.seconds,
            "rows": self.history.rows,
            "sums": self.curves.flush(),
            "moments": self.snapshots.moments,
        }
        state.save_state(self.folder, self.model, self.update.optimisers, self.details)
        files.write_text(self.folder / checkpoint.HISTORY, self.history.to_csv())


@contextmanager
def _disk_trouble(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        kept = "no state of this run was saved yet"
        if (folder / state.STATE).is_file():
            kept = f"the state of step {state.read_details(folder)['step']} is whole in {folder}"
        raise UserError(
            f"Writing failed ({error.strerror or error}); {kept}: make room, then go on with "
            f"--resume."
        ) from error

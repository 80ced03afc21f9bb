"""A whole training: from a recipe to a finished folder in `weights/`."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import cards, checkpoint, files
from ganvae.data import Batches, load_images, resize, to_float
from ganvae.errors import UserError
from ganvae.metrics.scoring import Scorer
from ganvae.models import GAN, VAE, build, evaluation
from ganvae.recipes import Recipe
from ganvae.training import callbacks, state
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.objectives import kl_per_dimension
from ganvae.training.snapshots import SnapshotWriter
from ganvae.training.updates import make_update

FINAL_SCORE_COUNT = 10_000
FINISHED = "finished.json"
_PACKAGES = ("torch", "numpy", "safetensors", "torchmetrics")


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


def pick_device(name: str | None) -> torch.device:
    """The device of that name, or the best there is.

    Raises:
        UserError: there is no such device here.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"There is no device {name!r} here; cpu always works.") from error
    return device


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
        run.go(scorer, settings)
        return _finish(run, scorer, settings)


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
        self.loop: Loop | None = None

    def go(self, scorer: Scorer, settings: Settings) -> None:
        """Train to the end."""
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
        self.loop = Loop(
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
                self.loop.run()
        finally:
            progress.close()
        self.save(self.loop)

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


def _finish(run: _Run, scorer: Scorer, settings: Settings) -> Path:
    """Score the model, gather its folder, and swap it into place."""
    assert run.loop is not None
    recipe, output = run.model.recipe, settings.output or settings.weights
    result = run.folder / "result"
    shutil.rmtree(result, ignore_errors=True)
    result.mkdir()
    checkpoint.save_weights(result, run.model)
    files.write_json(
        result / checkpoint.CONFIG,
        {
            "recipe": recipe.to_dict(),
            "versions": {
                "python": platform.python_version(),
                **{package: importlib.metadata.version(package) for package in _PACKAGES},
            },
            "command": settings.command,
            "threads": run.details["threads"],
            "date": datetime.date.today().isoformat(),
        },
    )
    files.write_json(result / checkpoint.METRICS, _measure(run, scorer))
    files.write_text(result / checkpoint.HISTORY, run.history.to_csv())
    shutil.copytree(run.folder / checkpoint.SNAPSHOTS, result / checkpoint.SNAPSHOTS)
    target = output / recipe.name
    if (target / cards.COMPARISON).is_file():
        shutil.copy(target / cards.COMPARISON, result)
    files.write_text(result / checkpoint.CARD, cards.write_card(result))
    _swap(result, target)
    (run.folder / state.STATE).unlink()
    files.write_json(run.folder / FINISHED, {"recipe": recipe.to_dict()})
    return target


def _swap(result: Path, target: Path) -> None:
    """Move a folder into place, by way of a copy beside the target if that is on another disk."""
    beside = target.with_name(f".{target.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(result, beside)
    files.replace_folder(beside, target)


def _measure(run: _Run, scorer: Scorer) -> dict[str, Any]:
    model, loop = run.model, run.loop
    assert loop is not None
    parts = {
        name: sum(parameter.numel() for parameter in network.parameters())
        for name, network in model.named_children()
    }
    final = {
        column: run.history.last(column)
        for column in run.history.columns
        if column not in ("step", "images", "seconds", "distance", "sharpness")
    }
    metrics: dict[str, Any] = {
        "parameters": {"total": model.parameter_count(), **parts},
        "final": final,
        **scorer.score(model, FINAL_SCORE_COUNT),
        "training": {
            "steps": loop.step,
            "images": loop.images,
            "seconds": loop.seconds,
            "images_per_second": loop.images / loop.seconds,
            "hardware": describe_hardware(next(model.parameters()).device),
            "threads": run.details["threads"],
        },
    }
    if isinstance(model, VAE):
        metrics["kl_per_dimension"] = _mean_kl(model, run.test)
    return metrics


def _mean_kl(model: VAE, test: Tensor) -> list[float]:
    """KL of each latent dimension, nats, mean over the test images."""
    total = torch.zeros(model.recipe.latent, dtype=torch.float64)
    with evaluation(model):
        for part in test.split(1000):
            mean, log_variance = model.encoder(to_float(part))
            total += kl_per_dimension(mean.double(), log_variance.double()).sum(0).cpu()
    return (total / len(test)).tolist()


def describe_hardware(device: torch.device) -> str:
    """Name of the processor or GPU, with the number of cores."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"

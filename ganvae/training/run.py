"""A whole training: from a recipe to a finished folder in `weights/`."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import Batches, Images, load_sets
from ganvae.errors import UserError
from ganvae.metrics import imagenet
from ganvae.metrics.features import feature_network
from ganvae.metrics.reference import find_reference
from ganvae.metrics.scoring import Scorer
from ganvae.metrics.subject import Subject
from ganvae.models import GAN, VAE, build
from ganvae.prior.fit import prior_of
from ganvae.recipe import Recipe
from ganvae.snapshots.write import SnapshotWriter
from ganvae.training import callbacks, finish, state
from ganvae.training.broadcast import Broadcast
from ganvae.training.evaluate import evaluate
from ganvae.training.failures import check_weights, explained
from ganvae.training.hardware import arrange, reuse_memory, usable_precision
from ganvae.training.history import History
from ganvae.training.inside import digit_labels, look_inside
from ganvae.training.lock import alone, check_writable
from ganvae.training.loop import Loop
from ganvae.training.pretraining import start_from
from ganvae.training.processes import Processes, join
from ganvae.training.settings import Settings
from ganvae.training.step import make_update, spectral
from ganvae.training.step.judges import Judge, load_judge

FINISHED = "finished.json"


def train(recipe: Recipe, settings: Settings) -> Path:
    """Train a recipe and put the result into its folder, whole; returns that folder.

    Raises:
        UserError: the data or the classifier is missing, the run can't be resumed, the loss
            diverged, memory or disk is full, or another training works in the same folder.
            What was trained up to the last save stays in `runs`.
        Stopped: somebody asked the run to stop; its state is saved.
    """
    with ExitStack() as held:
        return _train(recipe, settings, held)


def _train(recipe: Recipe, settings: Settings, held: ExitStack) -> Path:
    folder = settings.runs / recipe.name
    target = (settings.output or settings.weights) / recipe.name
    processes = join(settings.device)
    device = processes.device
    cores = max((os.cpu_count() or 1) // processes.on_this_machine, 1)

    def begin() -> dict[str, Any]:
        # Whatever stands in the result's way is better told now than at the end.
        check_writable(target)
        held.enter_context(alone(folder))
        return _begin(folder, recipe, settings, cores)

    details = processes.from_first(begin)
    torch.set_num_threads(details["threads"])
    reuse_memory()
    if processes.is_first and usable_precision(recipe, device) != recipe.precision:
        print(
            f"{recipe.name} is trained in float32: this processor has no {recipe.precision} "
            f"arithmetic, and emulating it would take several times longer.",
            file=sys.stderr,
        )
    with processes.first_goes_first():
        images = load_sets(recipe, settings.data_dir, settings.images_folder, download=True)
    _check_same_images(details, images)
    if processes.is_first:
        _name_skipped(images)
    # Before the training: whatever does not fit shall be said while nothing is lost.
    scorer = _scorer(recipe, images, settings) if processes.is_first else None
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    if recipe.pretraining is not None:
        start_from(model, settings.result_of(recipe.pretraining))
    judge = load_judge(recipe, settings.result_of(recipe.judge)) if recipe.judge else None
    model.to(device)
    arrange(model)
    test = images.test.to(device)
    run = _Run(model, images.train.to(device), test, folder, details, processes, judge)
    with explained(folder, recipe, device):
        loop = run.go(scorer, settings)
        processes.close()
        if scorer is None:
            return target
        if isinstance(model, GAN):
            spectral.release(model.discriminator)
        checkpoint.round_to_storage(model)
        fitted = None
        if isinstance(model, VAE):
            start = recipe.pretraining and settings.result_of(recipe.pretraining)
            fitted = prior_of(model, images.train, start or None)
        scores = evaluate(model, images, scorer, settings.weights, fitted)
        metrics = finish.measure(model, run.history, loop, images, scores, details["threads"])

        def look(result: Path) -> None:
            if not settings.look:
                return
            labels = digit_labels(recipe.dataset, settings.data_dir)
            network, data_dir = scorer.network, settings.data_dir
            subject = Subject(result, settings.weights, model, images, labels, network, data_dir)
            look_inside(subject)

        finish.gather(folder, model, run.history, metrics, fitted, settings.command, target, look)
        (folder / state.STATE).unlink()
        files.write_json(folder / FINISHED, {"recipe": recipe.to_dict()})
        run.broadcast.tell("finished")
    return target


def _scorer(recipe: Recipe, images: Images, settings: Settings) -> Scorer:
    network = feature_network(recipe.dataset, settings.weights)
    if network is None:
        print(f"{recipe.name} is scored by sharpness alone: {imagenet.MISSING}", file=sys.stderr)
    return Scorer(find_reference(recipe, images, network, settings.weights), network)


def is_finished(recipe: Recipe, settings: Settings) -> bool:
    """Whether the last run of exactly this recipe came to its end."""
    path = settings.runs / recipe.name / FINISHED
    if not path.is_file():
        return False
    return Recipe.from_dict(checkpoint.read_json(path)["recipe"]) == recipe


def _name_skipped(images: Images) -> None:
    if images.skipped:
        named = "".join(f"\n  {name}: {reason}" for name, reason in images.skipped)
        print(f"Skipped {len(images.skipped)} files that can't be read:{named}", file=sys.stderr)


def _check_same_images(details: dict[str, Any], images: Images) -> None:
    """Note what a run is trained on, and refuse to go on with other images."""
    # Runs of digits that began before their images had a fingerprint hold none.
    if details.get("fingerprint") is None:
        details["fingerprint"] = images.fingerprint
    if details["fingerprint"] != images.fingerprint:
        raise UserError(
            "The images have changed since this run began; put them back as they were, or begin "
            "again with --restart."
        )


def _begin(folder: Path, recipe: Recipe, settings: Settings, cores: int) -> dict[str, Any]:
    """The plain part of the state to start from: a stored one, or that of step 0."""
    if settings.resume and (folder / state.STATE).is_file():
        details = state.read_details(folder)
        state.check_same_settings(details.get("recipe"), recipe)
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
        "threads": settings.threads or cores,
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
        processes: Processes,
        judge: Judge | None,
    ) -> None:
        recipe = model.recipe
        self.model, self.test, self.folder, self.details = model, test, folder, details
        self.update = make_update(model, processes, judge)
        self.history = History(recipe.family)
        self.history.rows = details["rows"]
        self.total = recipe.total_steps(len(train_set))
        self.batches = Batches.of(recipe, train_set, processes.rank, processes.world)
        self.curves = callbacks.TrainCurves(self.history, self.total, details["sums"])
        self.broadcast = Broadcast(folder, recipe, self.total, self.history)
        self.snapshots = SnapshotWriter(folder, model, test, details["moments"])

    def go(self, scorer: Scorer | None, settings: Settings) -> Loop:
        """Train to the end; returns the loop as it stands then.

        Args:
            scorer: None for a process that only computes and leaves telling to the first one.
        """
        details = self.details
        if details["step"]:
            state.restore_state(
                self.folder, self.model, self.update.optimisers, self.update.besides
            )
        if scorer is None:
            loop = self._loop([])
            # Ctrl-C reaches every process: the first one saves, and its end ends the others.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            loop.run()
            return loop
        if not details["step"]:
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
        loop = self._loop([*watchers, self.broadcast, progress, saver])
        try:
            with saver, self.broadcast.training():
                loop.run()
        finally:
            progress.close()
        self.save(loop)
        return loop

    def _loop(self, watchers: list[Any]) -> Loop:
        details = self.details
        return Loop(
            self.update,
            self.batches,
            self.total,
            watchers,
            step=details["step"],
            images=details["images"],
            seconds=details["seconds"],
        )

    def save(self, loop: Loop) -> None:
        """Write the state and the curves so far; one that has diverged is not written.

        Raises:
            DivergenceError: a loss or a weight is not finite.
        """
        sums = self.curves.flush(loop.step)
        check_weights(self.model, loop.step)
        self.details |= {
            "step": loop.step,
            "images": loop.images,
            "seconds": loop.seconds,
            "rows": self.history.rows,
            "sums": sums,
            "moments": self.snapshots.moments,
        }
        state.save_state(
            self.folder, self.model, self.update.optimisers, self.details, self.update.besides
        )
        files.write_text(self.folder / checkpoint.HISTORY, self.history.to_csv())

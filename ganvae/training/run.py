"""A whole training: from a recipe to a finished folder in `weights/`."""

from __future__ import annotations

import dataclasses
import functools
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from ganvae import checkpoint, files
from ganvae.data import Batches, Images, load_sets
from ganvae.metrics import imagenet
from ganvae.metrics.features import feature_network
from ganvae.metrics.reference import find_reference
from ganvae.metrics.scoring import Scorer
from ganvae.metrics.subject import Subject
from ganvae.models import GAN, VAE, build
from ganvae.prior.fit import prior_of
from ganvae.prior.format import FittedPrior
from ganvae.recipe import Recipe
from ganvae.snapshots.write import SnapshotWriter
from ganvae.training import callbacks, finish, state
from ganvae.training.begin import begin, of_same_images
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
    target = (settings.output or settings.weights) / recipe.name
    processes = join(settings.device)
    with _hold(settings.runs / recipe.name, target, processes):
        _train(recipe, settings, target, processes)
    return target


@contextmanager
def _hold(folder: Path, target: Path, processes: Processes) -> Iterator[None]:
    """Keep the run's folder for this training, whose first process alone writes there."""
    if not processes.is_first:
        yield
        return
    # Whatever stands in the result's way is better told now than at the end.
    check_writable(target)
    with alone(folder):
        yield


def _train(recipe: Recipe, settings: Settings, target: Path, processes: Processes) -> None:
    """All of a training; only the first process has a scorer, tells and writes."""
    folder = settings.runs / recipe.name
    begun = processes.from_first(functools.partial(begin, folder, recipe, settings, processes))
    torch.set_num_threads(begun.threads)
    reuse_memory()
    _name_precision(recipe, processes)
    with processes.first_goes_first():
        images = load_sets(recipe, settings.data_dir, settings.images_folder, download=True)
    begun = of_same_images(begun, images)
    _name_skipped(images, processes)
    # Before the training: whatever does not fit shall be said while nothing is lost.
    scorer = _scorer(recipe, images, settings) if processes.is_first else None
    model = _model(recipe, settings, processes.device)
    judge = load_judge(recipe, settings.result_of(recipe.judge)) if recipe.judge else None
    run = _Run(model, images, folder, begun, processes, judge)
    with explained(folder, recipe, processes.device):
        loop = run.go(scorer, settings)
        processes.close()
        if scorer is not None:
            _finish(run, loop, images, scorer, settings, target)


def _name_precision(recipe: Recipe, processes: Processes) -> None:
    if processes.is_first and usable_precision(recipe, processes.device) != recipe.precision:
        print(
            f"{recipe.name} is trained in float32: this processor has no {recipe.precision} "
            f"arithmetic, and emulating it would take several times longer.",
            file=sys.stderr,
        )


def _name_skipped(images: Images, processes: Processes) -> None:
    if processes.is_first and images.skipped:
        named = "".join(f"\n  {name}: {reason}" for name, reason in images.skipped)
        print(f"Skipped {len(images.skipped)} files that can't be read:{named}", file=sys.stderr)


def _model(recipe: Recipe, settings: Settings, device: torch.device) -> VAE | GAN:
    """The model as it starts: weights of the recipe's seed, or those of a former model."""
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    if recipe.pretraining is not None:
        start_from(model, settings.result_of(recipe.pretraining))
    model.to(device)
    arrange(model)
    return model


def _finish(
    run: _Run, loop: Loop, images: Images, scorer: Scorer, settings: Settings, target: Path
) -> None:
    """Measure the trained model, put it where `target` is and let go of the run's state."""
    model, folder = run.model, run.folder
    if isinstance(model, GAN):
        spectral.release(model.discriminator)
    checkpoint.round_to_storage(model)
    fitted = _fitted_prior(model, images, settings)
    scores = evaluate(model, images, scorer, settings.weights, fitted)
    metrics = finish.measure(model, run.history, loop, images, scores, run.begun.threads)
    look = functools.partial(_look, model, images, scorer, settings) if settings.look else None
    finish.gather(folder, model, run.history, metrics, fitted, settings.command, target, look)
    (folder / state.STATE).unlink()
    files.write_json(folder / FINISHED, {"recipe": model.recipe.to_dict()})
    run.broadcast.tell("finished")


def _fitted_prior(model: VAE | GAN, images: Images, settings: Settings) -> FittedPrior | None:
    if not isinstance(model, VAE):
        return None
    start = model.recipe.pretraining
    return prior_of(model, images.train, settings.result_of(start) if start else None)


def _look(
    model: VAE | GAN, images: Images, scorer: Scorer, settings: Settings, result: Path
) -> None:
    """Write what the page shows of the model's inside into its folder."""
    labels = digit_labels(model.recipe.dataset, settings.data_dir)
    look_inside(
        Subject(result, settings.weights, model, images, labels, scorer.network, settings.data_dir)
    )


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


class _Run:
    """A loop with its callbacks, begun or gone on with."""

    def __init__(
        self,
        model: VAE | GAN,
        images: Images,
        folder: Path,
        begun: state.Details,
        processes: Processes,
        judge: Judge | None,
    ) -> None:
        """
        Args:
            images: uint8, at the model's size.
            begun: where it goes on from.
        """
        recipe = model.recipe
        train_set, self.test = (part.to(processes.device) for part in (images.train, images.test))
        self.model, self.folder, self.begun = model, folder, begun
        self.update = make_update(model, processes, judge)
        self.history = History(recipe.family, begun.rows)
        self.total = recipe.total_steps(len(train_set))
        self.batches = Batches.of(recipe, train_set, processes.rank, processes.world)
        self.curves = callbacks.TrainCurves(self.history, self.total, dict(begun.sums))
        self.broadcast = Broadcast(folder, recipe, self.total, self.history)
        self.snapshots = SnapshotWriter(folder, model, self.test, list(begun.moments))

    def go(self, scorer: Scorer | None, settings: Settings) -> Loop:
        """Train to the end; returns the loop as it stands then.

        Args:
            scorer: None for a process that only computes and leaves telling to the first one.
        """
        if self.begun.step:
            state.restore_state(
                self.folder, self.model, self.update.optimisers, self.update.besides
            )
        if scorer is None:
            loop = self._loop([])
            # Ctrl-C reaches every process: the first one saves, and its end ends the others.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            loop.run()
            return loop
        if not self.begun.step:
            self.snapshots.write(0, 0)
        name, first = self.model.recipe.name, self.begun.step
        progress = callbacks.Progress(name, self.total, first, self.history)
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
        return Loop(
            self.update,
            self.batches,
            self.total,
            watchers,
            step=self.begun.step,
            images=self.begun.images,
            seconds=self.begun.seconds,
        )

    def save(self, loop: Loop) -> None:
        """Write the state and the curves so far; one that has diverged is not written.

        Raises:
            DivergenceError: a loss or a weight is not finite.
        """
        sums = self.curves.flush(loop.step)
        check_weights(self.model, loop.step)
        details = dataclasses.replace(
            self.begun,
            step=loop.step,
            images=loop.images,
            seconds=loop.seconds,
            rows=self.history.rows,
            sums=sums,
            moments=self.snapshots.moments,
        )
        state.save_state(
            self.folder, self.model, self.update.optimisers, details, self.update.besides
        )
        files.write_text(self.folder / checkpoint.HISTORY, self.history.to_csv())

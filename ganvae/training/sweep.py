"""A family of trainings that differ in one setting (or a few), and a table of how they came out.

runs/sweep-vae-latent/
  sweep.json, sweep.csv   a row for each finished member, written anew after each
  sweep.png               distance, reconstruction and KL against the setting
  runs/NAME/              a member in training
  models/NAME/            a finished member: `python app.py --weights` shows them
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.sweeps import TABLE, Sweep
from ganvae.training.loop import Stopped
from ganvae.training.member import Member
from ganvae.training.run import is_finished, train
from ganvae.training.settings import Settings
from ganvae.training.state import STATE
from ganvae.untrusted import at

MODELS, RUNS = "models", "runs"
PLOT, LIST = "sweep.png", "sweep.csv"
# What a row says of a member: a column, and where in metrics.json its figure lies.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "distance": ("distance", "value"),
    "fitted_distance": ("fitted", "distance", "value"),
    "precision": ("precision_recall", "precision"),
    "recall": ("precision_recall", "recall"),
    "sharpness": ("sharpness", "ratio"),
    "reconstruction": ("final", "test_reconstruction"),
    "kl": ("final", "test_kl"),
    "loss": ("final", "test_loss"),
    "d_loss": ("final", "d_loss"),
    "g_loss": ("final", "g_loss"),
    "seconds": ("training", "seconds"),
}


def run_sweep(model: str, members: Sequence[Member], settings: Settings, jobs: int) -> Path:
    """Train every member that is not finished yet; the table and the plot grow with each.

    Args:
        model: what `--model` named.
        settings: where members live is set from `settings.runs`.
        jobs: members in training at once, each in a process of its own.

    Returns:
        The sweep's folder.

    Raises:
        UserError: a member can't be trained, or an earlier sweep of that name is in the way.
        Stopped: somebody asked it to stop; the members in training are saved.
    """
    folder = settings.runs / _name(model, members)
    sweep = Sweep(
        model=model,
        pair=members[0].recipe.pair,
        family=members[0].recipe.family,
        settings=tuple(members[0].values),
        steps=members[0].recipe.steps,
        epochs=members[0].recipe.epochs,
        command=settings.command,
        rows=(),
    )
    # A sweep's models are not shown on the page.
    settings = dataclasses.replace(settings, output=folder / MODELS, runs=folder / RUNS, look=False)
    _check_way(folder, sweep, settings)
    report(folder, sweep, members, settings)
    for _ in _train_all(members, settings, jobs):
        report(folder, sweep, members, settings)
    return folder


def report(folder: Path, sweep: Sweep, members: Sequence[Member], settings: Settings) -> None:
    """Write the table and the plot of the members that are finished."""
    done = [member for member in members if is_finished(member.recipe, settings)]
    sweep = dataclasses.replace(sweep, rows=tuple(_row(m, settings) for m in done))
    files.write_json(folder / TABLE, sweep.to_dict())
    files.write_text(folder / LIST, sweep.to_csv())
    if done:
        from ganvae.plots.sweep import sweep_picture

        picture = sweep_picture(sweep)
        if picture is not None:
            files.write_bytes(folder / PLOT, picture)


def _name(model: str, members: Sequence[Member]) -> str:
    return "-".join(["sweep", model, *members[0].values])


def _row(member: Member, settings: Settings) -> dict[str, Any]:
    """A finished member's line of the table."""
    metrics = checkpoint.read_metrics(settings.result_of(member.recipe.name))
    row: dict[str, Any] = {"name": member.recipe.name, **member.values}
    for column, place in _COLUMNS.items():
        found = at(metrics, *place)
        if found is not None:
            row[column] = found
    return row


def _check_way(folder: Path, sweep: Sweep, settings: Settings) -> None:
    """Refuse to mix two sweeps of one name: the figures of one table must be comparable."""
    if settings.restart:
        shutil.rmtree(folder, ignore_errors=True)
    if not (folder / TABLE).is_file():
        return
    former = Sweep.read(folder / TABLE)
    if not settings.resume:
        raise UserError(
            f"{folder} holds a sweep with {len(former.rows)} finished trainings: go on with "
            f"--resume, or begin again with --restart."
        )
    if (former.steps, former.epochs) != (sweep.steps, sweep.epochs):
        raise UserError(
            f"The sweep in {folder} was begun with: {former.command}. Go on with that command, or "
            f"begin again with --restart."
        )


def _train_all(members: Sequence[Member], settings: Settings, jobs: int) -> Iterator[None]:
    """Train what is not finished; yields after each."""
    left = [member for member in members if not is_finished(member.recipe, settings)]
    if jobs == 1 or len(left) < 2:
        for member in left:
            _train_member(member, settings)
            yield
        return
    jobs = min(jobs, len(left))
    cores = settings.threads or max((os.cpu_count() or 1) // jobs, 1)
    # Spawned: a forked process would share threads with this one that PyTorch has started.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        waiting = [pool.submit(_train_member, member, settings, cores) for member in left]
        try:
            for future in as_completed(waiting):
                future.result()
                yield
        except BaseException as error:
            # Those that train get the signal too and save; no other one shall begin.
            pool.shutdown(wait=True, cancel_futures=True)
            if isinstance(error, KeyboardInterrupt):
                raise Stopped from None
            raise


def _train_member(member: Member, settings: Settings, threads: int | None = None) -> None:
    for recipe in member.recipes:
        if is_finished(recipe, settings):
            continue
        if not (settings.runs / recipe.name / STATE).is_file():
            train(recipe, dataclasses.replace(settings, threads=threads or settings.threads))
        else:  # A run keeps the number of threads it began with.
            train(recipe, settings)

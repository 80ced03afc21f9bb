"""How fast training is beside the loop that tutorials teach.

    python -m benchmarks.training --rounds 7

Each way of training runs for a stretch of images, one after the other and round after round, so
that a machine that speeds up or slows down does it to all of them. The conventional way is that of
benchmarks/conventional.py: torchvision's MNIST, or an ImageFolder of faces read by two workers,
with a transform of each image, float32, plain Adam. Ours is `ganvae.training.Loop` with its curves,
in each precision asked for. Networks, batch size, losses and learning rate are the same. The floor
is our own step again and again on one batch: no data, no curves. Written to
benchmarks/results/training.json: images a second (median over the rounds), the ratio to the
conventional way, and the share of the floor's speed (medians of the ratios within each round).
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from benchmarks.conventional import conventional
from ganvae import checkpoint, files
from ganvae.data import Batches, load_for
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training.callbacks import TrainCurves
from ganvae.training.hardware import (
    arrange,
    describe_hardware,
    reuse_memory,
    usable_precision,
)
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.step import make_update

RESULT = Path(__file__).parent / "results" / "training.json"
CONVENTIONAL = "conventional"
FLOOR = " floor"
WARM_UP_STEPS = 10
CPU = torch.device("cpu")

# Trains for so many steps and returns the mean of the first loss over them, None if not recorded.
Stretch = Callable[[int], float | None]


def ours(recipe: Recipe) -> Stretch:
    """This project's loop over images held in memory."""
    torch.manual_seed(recipe.seed)
    model, history = build(recipe), History(recipe.family)
    arrange(model)
    batches = Batches.of(recipe, load_for(recipe, "train"))
    curves = TrainCurves(history, recipe.total_steps(len(batches.images)), {})
    loop = Loop(make_update(model), batches, 0, [curves])
    loss = history.losses[0]

    def run(steps: int) -> float | None:
        loop.total_steps += steps
        before = len(history.rows)
        loop.run()
        rows = [row[loss] for row in history.rows[before:] if loss in row]
        return statistics.fmean(rows) if rows else None

    return run


def floor(recipe: Recipe) -> Stretch:
    """The same step, without a loop around it, on the first batch for ever."""
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    arrange(model)
    batches = Batches.of(recipe, load_for(recipe, "train"))
    images = batches.batch(batches.epoch_order(0), 0)
    update = make_update(model)
    done = 0

    def run(steps: int) -> None:
        nonlocal done
        for _ in range(steps):
            update(images, done)
            done += 1

    return run


def serve(connection: Connection, recipe: Recipe, way: str, threads: int) -> None:
    """Train a stretch whenever a number of steps comes in; send back its seconds and loss.

    Each way has a process of its own: what ours asks of malloc would help the other one, too.
    """
    torch.set_num_threads(threads)
    if way == CONVENTIONAL:
        run: Stretch = conventional(recipe)
    else:
        reuse_memory()
        make = floor if way.endswith(FLOOR) else ours
        run = make(recipe.replace(precision=way.removesuffix(FLOOR)))
    while (steps := connection.recv()) is not None:
        began = time.perf_counter()
        loss = run(steps)
        connection.send((time.perf_counter() - began, loss))


class Way:
    """One way of training, in its own process."""

    def __init__(self, recipe: Recipe, way: str, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, recipe, way, threads))
        self._process.start()
        # Ours must be closed here, or a process that died would be waited for for ever.
        theirs.close()

    def __call__(self, steps: int) -> tuple[float, float | None]:
        """Seconds a stretch took, and its mean loss."""
        self._connection.send(steps)
        return self._connection.recv()

    def close(self) -> None:
        self._connection.send(None)
        self._process.join()


def compare(
    recipe: Recipe,
    precisions: list[str],
    rounds: int,
    images: int,
    threads: int,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Time every way of training a recipe, interleaved."""
    names = [name for precision in precisions for name in (precision, precision + FLOOR)]
    ways = {way: Way(recipe, way, threads) for way in (CONVENTIONAL, *names)}
    steps = max(1, images // recipe.batch_size)
    for run in ways.values():
        run(WARM_UP_STEPS)
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    losses: dict[str, float | None] = {}
    for number in range(rounds):
        for way, run in ways.items():
            took, losses[way] = run(steps)
            seconds[way].append(took)
        report(
            f"{recipe.name} {number + 1}/{rounds} "
            + " ".join(f"{way} {times[-1]:.2f} s" for way, times in seconds.items())
        )
    for run in ways.values():
        run.close()
    seen = steps * recipe.batch_size
    return {
        "hardware": describe_hardware(CPU),
        "threads": threads,
        "torch": torch.__version__,
        "batch_size": recipe.batch_size,
        "rounds": rounds,
        "images_a_stretch": seen,
        "ways": {
            way: {
                "images_per_second": seen / statistics.median(times),
                "speed_ratio": statistics.median(
                    slow / fast for slow, fast in zip(seconds[CONVENTIONAL], times, strict=True)
                ),
                "loss": losses[way],
                "seconds": times,
            }
            | _share_of_floor(times, seconds.get(way + FLOOR))
            for way, times in seconds.items()
        },
    }


def _share_of_floor(times: list[float], bare: list[float] | None) -> dict[str, float]:
    if bare is None:
        return {}
    return {"of_floor": statistics.median(b / t for b, t in zip(bare, times, strict=True))}


def table(results: dict[str, dict[str, Any]]) -> str:
    """The results as text."""
    lines = [
        f"{'model':20} {'way':14} {'images/s':>9} {'ratio':>6} {'of floor':>8} {'last loss':>10}"
    ]
    for name, result in results.items():
        for way, values in result["ways"].items():
            loss = "-" if values["loss"] is None else f"{values['loss']:.4g}"
            of_floor = f"{values['of_floor']:.0%}" if "of_floor" in values else "-"
            lines.append(
                f"{name:20} {way:14} {values['images_per_second']:9,.0f} "
                f"{values['speed_ratio']:6.2f} {of_floor:>8} {loss:>10}"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--models", nargs="+", default=["mlp-vae-20", "mlp-gan-100"], choices=list(RECIPES))
    add("--rounds", type=int, default=7, help="stretches of each way")
    add("--images", type=int, default=12_800, help="images a stretch")
    add("--threads", type=int, default=2, help="CPU threads")
    add(
        "--precision",
        nargs="+",
        choices=["float32", "bfloat16"],
        help="of ours  [default: the recipe's own]",
    )
    add("--output", type=Path, default=RESULT, help="JSON file")
    arguments = parser.parse_args()
    # Those measured before stay, so that a new recipe can be added alone.
    results = {}
    if arguments.output.is_file():
        results = checkpoint.read_json(arguments.output)["models"]
    for name in arguments.models:
        results[name] = compare(
            RECIPES[name],
            arguments.precision or [usable_precision(RECIPES[name], CPU)],
            arguments.rounds,
            arguments.images,
            arguments.threads,
            lambda line: print(line, flush=True),
        )
    print(table(results))
    files.write_json(arguments.output, {"models": results})


if __name__ == "__main__":
    main()

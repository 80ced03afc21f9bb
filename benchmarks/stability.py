"""Whether a GAN is harder to train than a VAE: short runs over seeds and learning rates.

    python -m benchmarks.stability --steps 1500

Every model is trained for so many steps from each seed at each learning rate (shares of the
recipe's own), then scored: Fréchet distance of 2,000 samples to the test images. A run has failed
if its loss or its pictures stop being numbers, or if its distance is far above that of the same
model's best run. Runs that are slow rather than lost fail as well: the limit can't tell them apart.
Written to benchmarks/results/stability.json after each run; runs that are there are not repeated.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import DEFAULT_WEIGHTS, checkpoint, files
from ganvae.data import Batches, load_sets
from ganvae.errors import UserError
from ganvae.metrics import imagenet
from ganvae.metrics.features import feature_network
from ganvae.metrics.reference import find_reference
from ganvae.metrics.scoring import Scorer
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training.callbacks import TrainCurves
from ganvae.training.hardware import arrange, describe_hardware, reuse_memory
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.step import make_update

RESULT = Path(__file__).parent / "results" / "stability.json"
CPU = torch.device("cpu")
# Runs of one recipe that learnt something end within a factor of two of one another; five times
# the best run's distance is a model that draws no digits, or one digit only.
FAILED_ABOVE = 5.0

# Trains one recipe: its distance, or the reason why there is none.
Train = Callable[[Recipe], tuple[float | None, str]]


def train_short(recipe: Recipe, steps: int, train: Tensor, scorer: Scorer, samples: int) -> float:
    """The distance after so many steps.

    Raises:
        UserError: the loss or the weights are no longer numbers.
    """
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    arrange(model)
    curves = TrainCurves(History(recipe.family), steps, {})
    Loop(make_update(model), Batches.of(recipe, train), steps, [curves]).run()
    if not all(torch.isfinite(tensor).all() for tensor in model.state_dict().values()):
        raise UserError("The weights are not finite.")
    distance = scorer.score(model, samples)["distance"]["value"]
    if not math.isfinite(distance):
        raise UserError("The distance is not finite.")
    return distance


def with_verdicts(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs, each with `failed` and `why`, which depend on the best run of the same model."""
    best: dict[str, float] = {}
    for run in runs:
        if run["distance"] is not None:
            best[run["model"]] = min(run["distance"], best.get(run["model"], math.inf))
    judged = []
    for run in runs:
        lost = run["distance"] is None
        far = not lost and run["distance"] > FAILED_ABOVE * best[run["model"]]
        reason = f"more than {FAILED_ABOVE:g} times the distance of the best run" if far else ""
        judged.append(run | {"failed": lost or far, "why": run["why"] if lost else reason})
    return judged


def earlier(path: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs that a file holds already.

    Raises:
        UserError: they were made under other settings, or the file is none of ours.
    """
    if not path.is_file():
        return []
    content = checkpoint.read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("runs"), list):
        raise UserError(f"{path} holds no runs.")
    for key, value in settings.items():
        if content.get(key) != value:
            raise UserError(
                f"{path} was made with {key} {content.get(key)!r}, not {value!r}: "
                f"give another --output, or delete it."
            )
    return content["runs"]


def recipes(models: list[str], seeds: list[int], shares: list[float]) -> list[Recipe]:
    """Every recipe to train: seeds first, so that a stopped benchmark has something of each."""
    return [
        RECIPES[model].replace(seed=seed, lr=RECIPES[model].lr * share)
        for seed in seeds
        for share in shares
        for model in models
    ]


def benchmark(todo: list[Recipe], train: Train, path: Path, settings: dict[str, Any]) -> None:
    """Train what is not in the file yet, and write the file whole after each run.

    Raises:
        UserError: the file holds runs of other settings.
    """
    runs = earlier(path, settings)
    done = {(run["model"], run["seed"], run["lr"]) for run in runs}
    for recipe in todo:
        if (recipe.name, recipe.seed, recipe.lr) in done:
            continue
        began = time.perf_counter()
        distance, why = train(recipe)
        row = {
            "model": recipe.name,
            "seed": recipe.seed,
            "lr": recipe.lr,
            "distance": distance,
            "why": why,
            "seconds": round(time.perf_counter() - began, 1),
        }
        runs = with_verdicts([*runs, row])
        files.write_json(path, {"hardware": describe_hardware(CPU), **settings, "runs": runs})
        print(runs[-1], flush=True)


def load_all(todo: list[Recipe]) -> dict[Any, tuple[Tensor, Scorer]]:
    """Training images and scorer by data set and shape: loaded here, so that no run's time has it.

    Raises:
        UserError: there is no such data, or nothing to measure distances of it with.
    """
    sets = {}
    for key, recipe in {(recipe.dataset, recipe.image_shape): recipe for recipe in todo}.items():
        network = feature_network(recipe.dataset, DEFAULT_WEIGHTS)
        if network is None:
            raise UserError(f"{recipe.name} can't be scored: {imagenet.MISSING}")
        images = load_sets(recipe)
        reference = find_reference(recipe, images, network, DEFAULT_WEIGHTS)
        sets[key] = images.train, Scorer(reference, network)
    return sets


def main(arguments: list[str]) -> int:
    """Run what is missing; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--models", nargs="+", default=["vae-100", "gan-100"], choices=list(RECIPES))
    add("--steps", type=int, default=1500, help="optimiser steps of a run")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2])
    # A wrong rate by a factor of four below or ten above is what a first guess may well be.
    add("--rates", type=float, nargs="+", default=[0.25, 1.0, 10.0], help="shares of the recipe's")
    add("--samples", type=int, default=2000, help="samples a run is scored by")
    add("--threads", type=int, default=1, help="CPU threads")
    add("--output", type=Path, default=RESULT, help="JSON file")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    reuse_memory()
    settings = {"steps": options.steps, "samples": options.samples, "threads": options.threads}
    todo = recipes(options.models, options.seeds, options.rates)

    def train(recipe: Recipe) -> tuple[float | None, str]:
        images, scorer = sets[recipe.dataset, recipe.image_shape]
        try:
            return train_short(recipe, options.steps, images, scorer, options.samples), ""
        except UserError as error:
            return None, str(error)

    try:
        sets = load_all(todo)
        benchmark(todo, train, options.output, settings)
    except UserError as error:
        print(f"benchmarks.stability: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

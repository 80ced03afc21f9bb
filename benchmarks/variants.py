"""What each choice of the trainer is worth: one thing changed at a time, interleaved.

    python -m benchmarks.variants

Every variant of a recipe does the same step on one batch, in a process of its own, round after
round. Written to benchmarks/results/variants.json: the time of a variant's step as a multiple of
that of the trainer as it is (median of the ratios within each round); above 1 is slower.
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
from torch import nn
from torch.optim import Adam

from ganvae import files
from ganvae.data import Batches, load_for
from ganvae.models import GAN, build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training.hardware import arrange, describe_hardware, reuse_memory
from ganvae.training.step import Update, common, make_update

RESULT = Path(__file__).parent / "results" / "variants.json"
CPU = torch.device("cpu")
AS_IT_IS = "as it is"
MODELS = ("mlp-vae-20", "mlp-gan-100", "vae-100", "gan-100", "face-vae-128", "face-gan-128")


def other_layout(model: nn.Module, recipe: Recipe) -> None:
    """Channels last where the recipe has it not, and the other way round."""
    last = recipe.network != "strided"
    layout = torch.channels_last if last else torch.contiguous_format
    nn.Module.to(model, memory_format=layout)  # type: ignore[call-overload]


def compiled(update: Update) -> None:
    """torch.compile on every network that the update calls."""
    for name in ("encoder", "decoder", "generator", "discriminator"):
        if hasattr(update, name):
            setattr(update, name, torch.compile(getattr(update, name)))


def plain_adam(module: nn.Module, recipe: Recipe, lr: float | None = None) -> Adam:
    return Adam(module.parameters(), recipe.lr if lr is None else lr, recipe.adam_betas)


def keep_gradients(model: nn.Module) -> None:
    """D's own gradients are computed in G's step, too, and thrown away."""
    if isinstance(model, GAN):
        model.discriminator.requires_grad_ = lambda *_: model  # type: ignore[method-assign]


def step_of(recipe: Recipe, variant: str) -> Callable[[int], object]:
    """One step of a variant, called with its number."""
    if variant == "plain Adam":
        common.adam = plain_adam
    if variant != "memory given back":
        reuse_memory()
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    arrange(model)
    if variant == "other memory layout":
        other_layout(model, recipe)
    if variant == "wasted gradients":
        keep_gradients(model)
    batches = Batches.of(recipe, load_for(recipe, "train"))
    images = batches.batch(batches.epoch_order(0), 0)
    update = make_update(model)
    if variant == "torch.compile":
        compiled(update)
    return lambda step: update(images, step)


VARIANTS = (
    AS_IT_IS,
    "plain Adam",
    "memory given back",
    "other memory layout",
    "wasted gradients",
    "torch.compile",
    "one thread",
    "other precision",
)


def serve(connection: Connection, recipe: Recipe, variant: str, threads: int) -> None:
    """Do a number of steps whenever one comes in; send back the seconds they took."""
    torch.set_num_threads(1 if variant == "one thread" else threads)
    if variant == "other precision":
        other = "float32" if recipe.precision == "bfloat16" else "bfloat16"
        recipe = recipe.replace(precision=other)
    step, done = step_of(recipe, variant), 0
    while (steps := connection.recv()) is not None:
        began = time.perf_counter()
        for number in range(done, done + steps):
            step(number)
        done += steps
        connection.send(time.perf_counter() - began)


def compare(recipe: Recipe, rounds: int, seconds: float, threads: int) -> dict[str, float]:
    """How long each variant's step takes, as a multiple of that of the trainer as it is."""
    context = multiprocessing.get_context("spawn")
    ends: dict[str, Connection] = {}
    processes = []
    names = [v for v in VARIANTS if v != "wasted gradients" or recipe.family == "gan"]
    for variant in names:
        ends[variant], theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, recipe, variant, threads))
        process.start()
        theirs.close()
        processes.append(process)

    def run(variant: str, steps: int) -> float:
        ends[variant].send(steps)
        return ends[variant].recv()

    for variant in names:  # compilation is not what is measured
        run(variant, 3)
    steps = max(1, round(5 * seconds / run(AS_IT_IS, 5)))
    took = {variant: [] for variant in names}  # type: dict[str, list[float]]
    for _ in range(rounds):
        for variant in names:
            took[variant].append(run(variant, steps))
    for variant, process in zip(names, processes, strict=True):
        ends[variant].send(None)
        process.join()
    return {
        variant: statistics.median(
            other / ours for other, ours in zip(times, took[AS_IT_IS], strict=True)
        )
        for variant, times in took.items()
        if variant != AS_IT_IS
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--models", nargs="+", default=MODELS, choices=list(RECIPES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="a stretch")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    models: dict[str, Any] = {}
    machine = {"hardware": describe_hardware(CPU), "threads": arguments.threads}
    for name in arguments.models:
        models[name] = compare(
            RECIPES[name], arguments.rounds, arguments.seconds, arguments.threads
        )
        print(
            name, {variant: f"{ratio:.2f}" for variant, ratio in models[name].items()}, flush=True
        )
        # After each model, as all of them together take minutes.
        files.write_json(RESULT, {**machine, "torch": torch.__version__, "models": models})


if __name__ == "__main__":
    main()

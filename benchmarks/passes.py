"""Where a step of the GAN of faces spends its time, and what each way of doing it is worth.

    python -m benchmarks.passes

The ways take turns, round after round, on the same batch, in one thread and by the process's own
clock, so that other work on the machine weighs on all of them alike and as little as it can. One
stretch of each is as many steps as lie between two gradient penalties of the laziest way. Written
to benchmarks/results/passes.json: images a second of each way (median over the rounds), its ratio
to the first (median of the ratios within each round), and the operators that take most of a step
of the first and of the last, as shares of it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from ganvae import files
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training.hardware import arrange, describe_hardware, reuse_memory, usable_precision
from ganvae.training.step import make_update

RESULT = Path(__file__).parent / "results" / "passes.json"
CPU = torch.device("cpu")
STRETCH = 16
OPERATORS = 8

# The recipe as it was before relativistic losses came in, and each way as what it changes of it.
FORMER = RECIPES["tuned-gan-digits"].replace(
    name="hinge",
    dataset="celeba",
    image_shape=(3, 64, 64),
    latent=128,
    decoder_widths=(256, 128, 64, 48),
    encoder_widths=(48, 96, 192),
    patch=2,
    mirror=True,
)
_PAIRED: dict[str, Any] = {"loss": "relativistic", "spectral_norm": False}
WAYS: dict[str, dict[str, Any]] = {
    "hinge, spectral norm": {},
    "the same in float32": {"precision": "float32"},
    "the same, channels first": {},
    "relativistic, penalties in every step": {**_PAIRED, "gradient_penalty": 1.0},
    "in every 8th": {**_PAIRED, "gradient_penalty": 1.0, "penalty_every": 8},
    "in every 16th": {**_PAIRED, "gradient_penalty": 1.0, "penalty_every": 16},
    "every 8th, one pass": {
        **_PAIRED,
        "gradient_penalty": 1.0,
        "penalty_every": 8,
        "one_pass": True,
    },
    "every 16th, one pass": {
        **_PAIRED,
        "gradient_penalty": 1.0,
        "penalty_every": 16,
        "one_pass": True,
    },
}


def stepper(way: str, images: Tensor, **changes: Any) -> Callable[[int], object]:
    """One step of a way, called with its number.

    Args:
        images: a batch (N, C, H, W) in [-1, 1].
        changes: of the recipe, besides the way's own.
    """
    recipe = FORMER.replace(**WAYS[way], **changes)
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    if not way.endswith("channels first"):
        arrange(model)
    update = make_update(model)
    return lambda step: update(images, step)


def cost(step: Callable[[int], object], steps: int, begin: int = 0) -> float:
    """Seconds of the processor that so many steps take."""
    began = time.process_time()
    for number in range(begin, begin + steps):
        step(number)
    return time.process_time() - began


def shares(step: Callable[[int], object]) -> dict[str, float]:
    """The operators that take most of a step between two penalties, as shares of its time."""
    with profile(activities=[ProfilerActivity.CPU]) as watched:
        for number in (1, 2, 3):
            step(number)
    found = {event.key: event.self_cpu_time_total for event in watched.key_averages()}
    total = sum(found.values())
    most = sorted(found, key=lambda name: -found[name])[:OPERATORS]
    return {name.removeprefix("aten::"): found[name] / total for name in most}


def measure(rounds: int, recipe: Recipe = FORMER) -> dict[str, Any]:
    """Every way's speed, interleaved, and what the first and the last spend their time on."""
    images = torch.rand(recipe.batch_size, *recipe.image_shape) * 2 - 1
    steps = {way: stepper(way, images) for way in WAYS}
    for step in steps.values():
        cost(step, 2)
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, step in steps.items():
            seconds[way].append(cost(step, STRETCH, number * STRETCH))
        print(
            f"{number + 1}/{rounds} "
            + ", ".join(f"{way} {taken[-1]:.1f} s" for way, taken in seconds.items()),
            flush=True,
        )
    first, last = next(iter(WAYS)), list(WAYS)[-1]
    seen = STRETCH * recipe.batch_size
    return {
        "precision": usable_precision(recipe, CPU),
        "batch_size": recipe.batch_size,
        "rounds": rounds,
        "images_a_stretch": seen,
        "ways": {
            way: {
                "images_per_second": seen / statistics.median(taken),
                "ratio": statistics.median(
                    was / now for was, now in zip(seconds[first], taken, strict=True)
                ),
            }
            for way, taken in seconds.items()
        },
        "shares": {way: shares(steps[way]) for way in (first, last)},
    }


def main() -> None:
    """Measure, print, write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULT)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    reuse_memory()
    found = measure(arguments.rounds)
    for way, one in found["ways"].items():
        print(f"{way:40} {one['images_per_second']:6.0f} images/s {one['ratio']:5.2f}")
    machine = {"hardware": describe_hardware(CPU), "threads": 1, "torch": torch.__version__}
    files.write_json(arguments.output, {**machine, **found})


if __name__ == "__main__":
    main()

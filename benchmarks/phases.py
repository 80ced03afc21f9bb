"""Where the time of a training step goes: data, forward, backward, optimiser, curves.

    python -m benchmarks.phases

Each recipe trains for some steps with a clock around its batches, its backward passes and its
optimisers, and without; what is left is the forward pass and the loss. Written to
benchmarks/results/phases.json: the share of each, and what the clocks themselves cost.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from ganvae import files
from ganvae.data import Batches, load_for
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training.callbacks import TrainCurves
from ganvae.training.hardware import arrange, describe_hardware, reuse_memory, usable_precision
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.step import make_update

RESULT = Path(__file__).parent / "results" / "phases.json"
CPU = torch.device("cpu")
PHASES = ("data", "forward", "backward", "optimiser", "curves")


class Clock:
    """Adds up the seconds spent in the functions it was put around."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(PHASES, 0.0)

    def around(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds[phase] += time.perf_counter() - began

        return timed


def measure(recipe: Recipe, seconds: float) -> dict[str, Any]:
    """Share of each phase in a step, over about so many seconds."""
    torch.manual_seed(recipe.seed)
    model, history = build(recipe), History(recipe.family)
    arrange(model)
    batches = Batches.of(recipe, load_for(recipe, "train"))
    curves = TrainCurves(history, recipe.total_steps(len(batches.images)), {})
    loop = Loop(make_update(model), batches, 0, [curves])

    def run(steps: int) -> float:
        loop.total_steps += steps
        began = time.perf_counter()
        loop.run()
        return (time.perf_counter() - began) / steps

    run(5)
    steps = max(5, round(seconds / 2 / run(5)))
    plain = run(steps)
    clock = Clock()
    backward = torch.Tensor.backward
    torch.Tensor.backward = clock.around(backward, "backward")  # type: ignore[method-assign]
    object.__setattr__(batches, "batch", clock.around(batches.batch, "data"))
    for optimiser in loop.update.optimisers:
        optimiser.step = clock.around(optimiser.step, "optimiser")  # type: ignore[method-assign]
    loop.callbacks = [clock.around(curves, "curves")]
    try:
        timed = run(steps)
    finally:
        torch.Tensor.backward = backward  # type: ignore[method-assign]
    spent = {phase: clock.seconds[phase] / steps for phase in PHASES}
    spent["forward"] = timed - sum(spent.values())
    return {
        "precision": usable_precision(recipe, CPU),
        "batch_size": recipe.batch_size,
        "milliseconds_a_step": 1000 * plain,
        "clocks_cost": timed / plain - 1,
        "shares": {phase: value / timed for phase, value in spent.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    shipped = [name for name, recipe in RECIPES.items() if recipe.shipped]
    parser.add_argument("--models", nargs="+", default=shipped, choices=list(RECIPES))
    parser.add_argument("--seconds", type=float, default=10, help="for each model")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    reuse_memory()
    models = {}
    for name in arguments.models:
        rounds = [
            measure(RECIPES[name], arguments.seconds / arguments.rounds)
            for _ in range(arguments.rounds)
        ]
        # The round in the middle: shares of one step add up to a whole.
        middle = statistics.median_low([found["milliseconds_a_step"] for found in rounds])
        models[name] = next(f for f in rounds if f["milliseconds_a_step"] == middle)
        print(name, models[name], flush=True)
    machine = {"hardware": describe_hardware(CPU), "threads": arguments.threads}
    files.write_json(RESULT, {**machine, "torch": torch.__version__, "models": models})


if __name__ == "__main__":
    main()

"""Which precision each recipe should ship with: float32 against bfloat16 autocast.

    python -m benchmarks.precision --steps 1500

Both precisions train the same recipe from the same seed, a few steps of one and then a few of the
other, so that a machine that speeds up or slows down does it to both. Written to
benchmarks/results/precision.json: the ratio of speeds (median over the blocks) and, for a VAE,
both losses on the test set at the end. A recipe takes bfloat16 where that is at least 1.1 times
faster (faces: 1.2) and, for a VAE, the loss stays within 1 % (faces: 2 %). What bfloat16 does to
the face GAN is in its card: two runs of 100,000 images, one in each precision.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import torch

from ganvae import checkpoint, files
from ganvae.data import Batches, load_for
from ganvae.models import VAE, build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training.callbacks import test_losses
from ganvae.training.hardware import arrange, describe_hardware, reuse_memory
from ganvae.training.step import make_update

RESULT = Path(__file__).parent / "results" / "precision.json"
PRECISIONS = ("float32", "bfloat16")
BLOCK = 50
# (speed ratio that pays, change of a VAE's loss that is let pass): of digits, and of faces.
_LIMITS = ((1.1, 0.01), (1.2, 0.02))


def compare(recipe: Recipe, steps: int) -> dict[str, Any]:
    """Train `recipe` in both precisions, interleaved; ratio of speeds and both losses."""
    train, test = load_for(recipe, "train"), load_for(recipe, "test")
    batches = Batches.of(recipe, train)
    models, updates = {}, {}
    states: dict[str, torch.Tensor] = {}
    for precision in PRECISIONS:
        torch.manual_seed(recipe.seed)
        models[precision] = build(recipe.replace(precision=precision))
        arrange(models[precision])
        updates[precision] = make_update(models[precision])
        states[precision] = torch.get_rng_state()
    seconds: dict[str, list[float]] = {precision: [] for precision in PRECISIONS}
    for start in range(0, steps, BLOCK):
        for precision in PRECISIONS:
            torch.set_rng_state(states[precision])
            order = batches.epoch_order(start // batches.steps_per_epoch)
            began = time.perf_counter()
            for step in range(start, start + BLOCK):
                updates[precision](batches.batch(order, step), step)
            seconds[precision].append(time.perf_counter() - began)
            states[precision] = torch.get_rng_state()
    ratios = [
        slow / fast for slow, fast in zip(seconds["float32"], seconds["bfloat16"], strict=True)
    ]
    result: dict[str, Any] = {"steps": steps, "speed_ratio": statistics.median(ratios)}
    close, faster, near = True, *_LIMITS[recipe.network == "strided"]
    losses = {p: test_losses(m, test)["test_loss"] for p, m in models.items() if isinstance(m, VAE)}
    if losses:
        result |= {"test_loss": losses, "loss_ratio": losses["bfloat16"] / losses["float32"]}
        close = abs(result["loss_ratio"] - 1) <= near
    result["choice"] = "bfloat16" if close and result["speed_ratio"] >= faster else "float32"
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1500, help="for VAEs; GANs take a fifth")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--models", nargs="*", default=list(RECIPES), choices=list(RECIPES))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    reuse_memory()
    # Those measured before stay, so that a new recipe can be added alone.
    results = checkpoint.read_json(RESULT)["models"] if RESULT.is_file() else {}
    for name in arguments.models:
        recipe = RECIPES[name]
        results[name] = compare(recipe, arguments.steps // (1 if recipe.family == "vae" else 5))
        print(name, results[name], flush=True)
    files.write_json(
        RESULT,
        {
            "hardware": describe_hardware(torch.device("cpu")),
            "threads": arguments.threads,
            "torch": torch.__version__,
            "models": results,
        },
    )


if __name__ == "__main__":
    main()

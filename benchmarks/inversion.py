"""How near a GAN comes to a picture it never saw, beside a VAE's reconstruction of the same.

    python -m benchmarks.inversion

100 held-out images of each set, drawn by a fixed seed: a GAN's z is searched as the page does it, a
VAE decodes the mean of its posterior. Written to benchmarks/results/inversion.json after each
model: the squared errors (mean over pixels in [0, 1]) with their quantiles, how far the pictures
are from the originals in the digit classifier's features, seconds of each, and how long z is
against what the prior expects. The figures for choosing the search were taken on other images.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganvae import DEFAULT_WEIGHTS, checkpoint, files
from ganvae.data import load_for, to_float
from ganvae.data.digits import NAMES
from ganvae.errors import UserError
from ganvae.inversion.search import effort_for, invert
from ganvae.latents import prior_std
from ganvae.metrics.features import FeatureNetwork, feature_network
from ganvae.models import GAN, VAE
from ganvae.recipe import Recipe
from ganvae.training.hardware import describe_hardware

RESULT = Path(__file__).parent / "results" / "inversion.json"
MODELS = ("gan-100", "vae-100", "face-gan-128", "face-vae-128", "mini-gan-100", "mlp-gan-100")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
IMAGES_SEED = 0


def held_out(recipe: Recipe, count: int) -> Tensor:
    """So many test images of a recipe's set, the same for all recipes: float (count, C, H, W)."""
    images = load_for(recipe, "test")
    order = np.random.default_rng(IMAGES_SEED).permutation(len(images))
    return to_float(images[torch.from_numpy(order[:count])])


def measure(model: VAE | GAN, images: Tensor, network: FeatureNetwork | None) -> dict[str, Any]:
    """Errors, feature distances and seconds of a model's pictures of images (N, C, H, W)."""
    seconds, found = [], []
    for image in images.split(1):
        began = time.perf_counter()
        z = invert(model, image).z if isinstance(model, GAN) else model.encode(image)[0]
        seconds.append(time.perf_counter() - began)
        found.append(z)
    z = torch.cat(found)
    drawn = model.generate(z)
    errors = (drawn - images).square().flatten(1).mean(dim=1).tolist()
    lengths = z.norm(dim=1) / (math.sqrt(z.shape[1]) * prior_std(model.recipe.prior))
    result: dict[str, Any] = {"images": len(images)}
    if isinstance(model, GAN):
        effort = effort_for(model.recipe)
        result |= {"starts": effort.starts, "steps": effort.steps}
    result |= {
        "mean": statistics.fmean(errors),
        "quantiles": {f"{q:g}": float(np.quantile(errors, q)) for q in QUANTILES},
        "median_seconds": statistics.median(seconds),
        "slowest_seconds": max(seconds),
        "length": statistics.fmean(lengths.tolist()),
        "errors": errors,
    }
    if network is not None:
        apart = (network.features(drawn) - network.features(images)).norm(dim=1).tolist()
        result["feature_distance"] = {
            "features": network.name,
            "mean": statistics.fmean(apart),
            "median": statistics.median(apart),
        }
    return result


def main(arguments: list[str]) -> int:
    """Measure the models; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--models", nargs="+", default=list(MODELS), help="those of weights/")
    add("--images", type=int, default=100, help="of each set")
    add("--threads", type=int, default=2, help="CPU threads")
    add("--output", type=Path, default=RESULT, help="JSON file")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        for name in options.models:
            model = checkpoint.load(DEFAULT_WEIGHTS / name)
            dataset = model.recipe.dataset
            # Of faces no network was taught anything: only digits have a judge.
            network = feature_network(dataset, DEFAULT_WEIGHTS) if dataset in NAMES else None
            images = held_out(model.recipe, options.images)
            told = measure(model, images, network) | {
                "hardware": describe_hardware(torch.device("cpu")),
                "threads": options.threads,
            }
            # Read at the last moment: digits and faces may be measured side by side.
            results = checkpoint.read_json(options.output) if options.output.is_file() else {}
            files.write_json(options.output, results | {name: told})
            print(f"{name}: {told['mean']:.5f}, {told['median_seconds']:.2f} s", flush=True)
    except UserError as error:
        print(f"benchmarks.inversion: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

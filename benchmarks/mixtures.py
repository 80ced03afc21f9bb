"""What a richer fitted prior is worth: samples of one VAE from mixtures of more and more Gaussians.

    python -m benchmarks.mixtures
    python -m benchmarks.mixtures --models vae-10 --output /tmp/mixtures.json

The VAE is not trained again: only where its samples are drawn from changes. First its prior,
N(0, I); then mixtures fitted to the encodings of the training images; last the encodings of test
images themselves, the best that any prior could do. Needs the training images (GANVAE_DATA).
Written to benchmarks/results/mixtures.json: Fréchet distance, recall and sharpness of as many
samples as the model was scored with, and the seconds of the fit.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganvae import checkpoint, files
from ganvae.data.sets import Images, load_sets
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.metrics.features import feature_network
from ganvae.metrics.reference import find_reference
from ganvae.metrics.scoring import SCORE_SEED, Scorer, prior_z
from ganvae.models import VAE
from ganvae.prior.fit import encode, fit_prior

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "mixtures.json"
MODELS = ("tuned-vae-digits", "tuned-vae-faces")
COMPONENTS = (1, 10, 30, 100)
NORMAL, ENCODINGS = "N(0, I)", "encodings of test images"


def compare(
    model: VAE, images: Images, scorer: Scorer, components: Sequence[int], count: int
) -> list[dict[str, Any]]:
    """A row for each place that samples are drawn from."""
    rows = [_row(NORMAL, scorer, model, prior_z(model, count))]
    recipe = model.recipe
    for number in components:
        model.recipe = recipe.replace(components=number)
        began = time.perf_counter()
        prior = fit_prior(model, images.train)
        seconds = time.perf_counter() - began
        place = f"{number} Gaussian{'s' if number > 1 else ''}"
        row = _row(place, scorer, model, prior.sample(SCORE_SEED, count))
        rows.append({**row, "seconds": round(seconds, 1)})
    model.recipe = recipe
    encodings = encode(model, images.test[:count]).astype(np.float32)
    return [*rows, _row(ENCODINGS, scorer, model, encodings)]


def _row(place: str, scorer: Scorer, model: VAE, z: Array) -> dict[str, Any]:
    scores = scorer.score_fully(model, z)
    print(f"{model.recipe.name}, {place}: {scores['distance']['value']:.1f}")
    return {
        "place": place,
        "distance": scores["distance"]["value"],
        "recall": scores["precision_recall"]["recall"],
        "sharpness": scores["sharpness"]["ratio"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    report = {}
    for name in options.models:
        try:
            model = checkpoint.load(options.weights / name)
            images = load_sets(model.recipe)
        except UserError as error:
            parser.error(str(error))
        if not isinstance(model, VAE):
            parser.error(f"{name} has no encoder, and so no encodings to fit a prior to.")
        network = feature_network(model.recipe.dataset, options.weights)
        reference = find_reference(model.recipe, images, network, options.weights)
        # As many as the model itself was scored with.
        count = checkpoint.read_metrics(options.weights / name)["distance"]["n"]
        report[name] = compare(model, images, Scorer(reference, network), COMPONENTS, count)
    files.write_text(options.output, json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()

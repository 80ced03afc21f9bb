"""Everything that is measured of a trained model, at the end of its training or by `--score`."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from ganvae import checkpoint
from ganvae.bridges.stops import is_stop, pair_before
from ganvae.data import digits, to_float
from ganvae.data.sets import Images
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.metrics.scoring import SCORE_SEED, Scorer, generate, prior_z
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import GAN, VAE, GenerativeModel
from ganvae.prior.format import FittedPrior, read_fitted_prior
from ganvae.training.callbacks import test_losses
from ganvae.training.hardware import describe_hardware

SCORE_COUNT = 10_000
# Images that are timed.
_SPEED_COUNT = 1000
_BATCH = 500


def evaluate(
    model: VAE | GAN,
    images: Images,
    scorer: Scorer,
    weights: Path,
    fitted: FittedPrior | None = None,
) -> dict[str, Any]:
    """The measured part of metrics.json, the same whenever and wherever it is measured.

    Args:
        weights: where the other models of the pair lie, for a GAN's discriminator to judge, and
            the stops of a bridge from its VAE.
        fitted: of a VAE, measured beside N(0, I).
    """
    # As many pictures of photographs as there are real ones to compare them with.
    known = model.recipe.dataset in digits.NAMES
    count = SCORE_COUNT if known else scorer.reference.count
    bar = tqdm(desc=f"{model.recipe.name}: scoring", total=3, unit="part", leave=False)
    with bar:
        metrics = scorer.score_fully(model, prior_z(model, count))
        bar.update()
        if fitted is not None:
            scores = scorer.score_fully(model, fitted.sample(SCORE_SEED, count))
            metrics["fitted"] = {"components": len(fitted.shares), **scores}
        bar.update()
        if isinstance(model, VAE):
            metrics["reconstruction"] = _reconstruction(model, images.test)
        else:
            metrics["realness"] = _realness(model, images.test, weights, count)
        metrics["speed"] = _speed(model)
        bar.update()
    return metrics


def _reconstruction(model: VAE, test: Tensor) -> dict[str, Any]:
    """How well a VAE gives test images back: pixels, likelihood and sharpness."""
    device = next(model.parameters()).device
    error, sharp, real_sharp = 0.0, 0.0, 0.0
    for part in test.split(_BATCH):
        real = to_float(part)
        drawn = model.reconstruct(real.to(device)).cpu()
        error += (drawn - real).square().flatten(1).mean(dim=1).double().sum().item()
        sharp += laplacian_variance(drawn).double().sum().item()
        real_sharp += laplacian_variance(real).double().sum().item()
    return {
        "squared_error": error / len(test),
        "sharpness_ratio": sharp / real_sharp,
        **_negative_elbo(model, test),
        "n": len(test),
        "reference": "test images",
    }


def _negative_elbo(model: VAE, test: Tensor) -> dict[str, Any]:
    """Nats per image, one posterior sample each.

    Where the loss is the mean squared error of D pixels + beta KL, it is, up to a factor, the
    negative ELBO of a Gaussian likelihood of variance beta D / 2: that is what is given.
    """
    losses = test_losses(model, test)
    recipe = model.recipe
    if recipe.loss != "squared-error":
        fitted = "Gaussian, pixels in [-1, 1], variance fitted to each batch"
        return {
            "negative_elbo": losses["test_reconstruction"] + losses["test_kl"],
            "likelihood": "Bernoulli" if recipe.loss == "cross-entropy" else fitted,
        }
    pixels = math.prod(recipe.image_shape)
    variance = recipe.beta * pixels / 2
    constant = 0.5 * pixels * math.log(2 * math.pi * variance)
    squares = losses["test_reconstruction"] * pixels / (2 * variance)
    return {
        "negative_elbo": squares + losses["test_kl"] + constant,
        "likelihood": f"Gaussian, pixels in [-1, 1], variance {variance:.3g}",
    }


def _realness(model: GAN, test: Tensor, weights: Path, count: int) -> dict[str, Any]:
    """What the discriminator says on the average of real images, its generator's and VAEs'."""

    def mean(batches: Any) -> float:
        device = next(model.parameters()).device
        values = [model.realness(batch.to(device)).cpu() for batch in batches]
        return torch.cat(values).double().mean().item()

    others = {
        name: mean(generate(other, _shown_z(other, weights / name, count)))
        for name, other in _vaes_beside(model, weights).items()
    }
    return {
        "real": mean(to_float(part) for part in test.split(_BATCH)),
        "generated": mean(generate(model, prior_z(model, count))),
        "others": others,
        "n": count,
        "seed": SCORE_SEED,
    }


def _shown_z(model: GenerativeModel, folder: Path, count: int) -> Array:
    """Where the page draws its samples from: those of a bridge from the fitted prior."""
    fitted = read_fitted_prior(folder, model.recipe) if is_stop(model.recipe) else None
    return prior_z(model, count) if fitted is None else fitted.sample(SCORE_SEED, count)


def _vaes_beside(model: GAN, weights: Path) -> dict[str, GenerativeModel]:
    """The VAEs in `weights` of the same pair, or on a bridge from it, with the same image shape."""
    found: dict[str, GenerativeModel] = {}
    entries = checkpoint.scan(weights) if weights.is_dir() else []
    recipes = {entry.name: entry.recipe for entry in entries if entry.recipe}
    for entry in entries:
        recipe = entry.recipe
        if recipe is None or recipe.family != "vae":
            continue
        pair = pair_before(recipe, recipes) if is_stop(recipe) else recipe.pair
        if (pair, recipe.image_shape) != (model.recipe.pair, model.recipe.image_shape):
            continue
        try:
            found[entry.name] = checkpoint.load(entry.folder)
        except UserError:
            continue
    return found


def _speed(model: GenerativeModel) -> dict[str, Any]:
    """Seconds for 1,000 images; the first batch, which sets things up, does not count."""
    z = prior_z(model, _SPEED_COUNT + _BATCH)
    batches = generate(model, z)
    next(batches)
    began = time.perf_counter()
    for _ in batches:
        pass
    return {
        "seconds_per_1000_images": time.perf_counter() - began,
        "threads": torch.get_num_threads(),
        "hardware": describe_hardware(next(model.parameters()).device),
    }

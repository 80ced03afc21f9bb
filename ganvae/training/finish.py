"""The end of a run: the model is measured, its folder gathered and swapped into place."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import cards, checkpoint, files
from ganvae.data import digits, to_float
from ganvae.metrics.scoring import Scorer
from ganvae.models import GAN, VAE, evaluation
from ganvae.training.hardware import describe_hardware, usable_precision
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.objectives import kl_per_dimension

SCORE_COUNT = 10_000
_PACKAGES = ("torch", "numpy", "safetensors", "torchmetrics")


def gather(
    folder: Path,
    model: VAE | GAN,
    history: History,
    metrics: dict[str, Any],
    command: str,
    target: Path,
) -> None:
    """Write a finished model's folder and put it where `target` is, whole.

    Args:
        folder: of the run; its snapshots go along.
        metrics: what `measure` found.
        command: what was typed.
    """
    result = folder / "result"
    shutil.rmtree(result, ignore_errors=True)
    result.mkdir()
    checkpoint.save_weights(result, model)
    files.write_json(
        result / checkpoint.CONFIG,
        {
            "recipe": model.recipe.to_dict(),
            "versions": {
                "python": platform.python_version(),
                **{package: importlib.metadata.version(package) for package in _PACKAGES},
            },
            "command": command,
            "threads": metrics["training"]["threads"],
            "date": datetime.date.today().isoformat(),
        },
    )
    files.write_json(result / checkpoint.METRICS, metrics)
    files.write_text(result / checkpoint.HISTORY, history.to_csv())
    shutil.copytree(folder / checkpoint.SNAPSHOTS, result / checkpoint.SNAPSHOTS)
    if (target / cards.COMPARISON).is_file():
        shutil.copy(target / cards.COMPARISON, result)
    files.write_text(result / checkpoint.CARD, cards.write_card(result))
    _swap(result, target)


def measure(
    model: VAE | GAN, history: History, loop: Loop, test: Tensor, scorer: Scorer, threads: int
) -> dict[str, Any]:
    """metrics.json of a finished model: sizes, last losses, distance, sharpness, time.

    Args:
        test: uint8 test images at the model's size.
    """
    parts = {
        name: sum(parameter.numel() for parameter in network.parameters())
        for name, network in model.named_children()
    }
    known = model.recipe.dataset in digits.NAMES
    device = next(model.parameters()).device
    # As many pictures of photographs as there are real ones to compare them with.
    count = SCORE_COUNT if known else scorer.reference_count
    metrics: dict[str, Any] = {
        "parameters": {"total": model.parameter_count(), **parts},
        "final": {curve: history.last(curve) for curve in history.losses},
        **scorer.score(model, count),
        "training": {
            "steps": loop.step,
            "images": loop.images,
            "seconds": loop.seconds,
            "images_per_second": loop.images / loop.seconds,
            "hardware": describe_hardware(device),
            "precision": usable_precision(model.recipe, device),
            "threads": threads,
        },
    }
    if isinstance(model, VAE):
        metrics["kl_per_dimension"] = _mean_kl(model, test)
    return metrics


def _mean_kl(model: VAE, test: Tensor) -> list[float]:
    """KL of each latent dimension, nats, mean over the test images."""
    total = torch.zeros(model.recipe.latent, dtype=torch.float64)
    with evaluation(model):
        for part in test.split(1000):
            mean, log_variance = model.encoder(to_float(part, model.recipe.image_range))
            total += kl_per_dimension(mean.double(), log_variance.double()).sum(0).cpu()
    return (total / len(test)).tolist()


def _swap(result: Path, target: Path) -> None:
    """Move a folder into place, by way of a copy beside the target if that is on another disk."""
    beside = target.with_name(f".{target.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(result, beside)
    files.replace_folder(beside, target)

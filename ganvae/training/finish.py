"""The end of a run: the model is measured, its folder gathered and swapped into place."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import cards, checkpoint, digests, files
from ganvae.bridges.stops import is_stop
from ganvae.data import to_float
from ganvae.data.sets import Images
from ganvae.errors import UserError
from ganvae.export.write import export
from ganvae.metrics.reference import FOLDER as REFERENCES
from ganvae.models import GAN, VAE, evaluation
from ganvae.prior.format import FittedPrior
from ganvae.snapshots.write import copy_snapshots
from ganvae.training.hardware import describe_hardware, usable_precision
from ganvae.training.history import History
from ganvae.training.loop import Loop
from ganvae.training.step.objectives import kl_per_dimension

_PACKAGES = ("torch", "numpy", "safetensors", "torch-fidelity", "scikit-learn")


def gather(
    folder: Path,
    model: VAE | GAN,
    history: History,
    metrics: dict[str, Any],
    fitted: FittedPrior | None,
    command: str,
    target: Path,
    look: Callable[[Path], None] | None = None,
) -> None:
    """Write a finished model's folder and put it where `target` is, whole.

    Args:
        folder: of the run; its snapshots go along.
        metrics: what `measure` found.
        fitted: a VAE's fitted prior.
        command: what was typed.
        look: writes what the page shows of the model's inside into the folder it is given; None
            leaves that out.
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
    _export(result, model.recipe.name)
    if fitted is not None:
        fitted.write(result)
    files.write_json(result / checkpoint.METRICS, metrics)
    files.write_text(result / checkpoint.HISTORY, history.to_csv())
    try:
        if look is not None:
            look(result)
    except UserError as error:
        print(f"{model.recipe.name} is not looked into: {error}", file=sys.stderr)
    copy_snapshots(folder, result, last_only=is_stop(model.recipe))
    for kept in (cards.COMPARISON, cards.SEEDS):
        if (target / kept).is_file():
            shutil.copy(target / kept, result)
    cards.update_card(result, former=target)
    _swap(result, target)
    digests.refresh(target.parent, target.name, REFERENCES)


def measure(
    model: VAE | GAN,
    history: History,
    loop: Loop,
    images: Images,
    scores: dict[str, Any],
    threads: int,
) -> dict[str, Any]:
    """metrics.json of a finished model: sizes, last losses, scores, time, data.

    Args:
        images: uint8, at the model's size.
        scores: what `evaluate` found.
    """
    parts = {
        name: sum(parameter.numel() for parameter in network.parameters())
        for name, network in model.named_children()
    }
    device = next(model.parameters()).device
    metrics: dict[str, Any] = {
        "parameters": {"total": model.parameter_count(), **parts},
        "final": {curve: history.last(curve) for curve in history.losses},
        **scores,
        "training": {
            "steps": loop.step,
            "images": loop.images,
            "seconds": loop.seconds,
            "images_per_second": loop.images / loop.seconds,
            "hardware": describe_hardware(device),
            "precision": usable_precision(model.recipe, device),
            "threads": threads,
        },
        "data": {
            "train": len(images.train),
            "test": len(images.test),
            "skipped": len(images.skipped),
            "fingerprint": images.fingerprint,
        },
    }
    if isinstance(model, VAE):
        metrics["kl_per_dimension"] = _mean_kl(model, images.test)
    return metrics


def _mean_kl(model: VAE, test: Tensor) -> list[float]:
    """KL of each latent dimension, nats, mean over the test images."""
    total = torch.zeros(model.recipe.latent, dtype=torch.float64)
    with evaluation(model):
        device = next(model.parameters()).device
        for part in test.split(1000):
            images = to_float(part.to(device), model.recipe.image_range)
            mean, log_variance = model.encoder(images)
            total += kl_per_dimension(mean.double(), log_variance.double()).sum(0).cpu()
    return (total / len(test)).tolist()


def _export(result: Path, name: str) -> None:
    """Write the ONNX files; a model that can't have them is no worse for everything else."""
    try:
        export(result)
    except UserError as error:
        print(f"{name} goes without ONNX files: {error}", file=sys.stderr)


def _swap(result: Path, target: Path) -> None:
    """Move a folder into place, by way of a copy beside the target if that is on another disk."""
    beside = target.with_name(f".{target.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(result, beside)
    files.replace_folder(beside, target)

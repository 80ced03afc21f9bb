"""Trains the digit classifier that the digit models are judged with."""

from __future__ import annotations

import math
import shutil
import time

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import trange

from ganvae import digests, files
from ganvae.cards import update_card
from ganvae.data import load_images, load_labels, to_float
from ganvae.errors import UserError
from ganvae.metrics.classifier import FEATURES, NAME, WEIGHTS, DigitClassifier
from ganvae.models import evaluation
from ganvae.training.hardware import describe_hardware, pick_device
from ganvae.training.settings import Settings

EPOCHS, BATCH, PEAK_LR, SEED = 10, 128, 3e-3, 0
REQUIRED_ACCURACY = 0.993
_DEGREES, _SCALE, _SHIFT = 10.0, 0.1, 2 / 14


def train_classifier(settings: Settings) -> None:
    """Train the classifier on MNIST and put it into `weights/digit-classifier/`.

    Raises:
        UserError: MNIST is not there, or fewer than 99.3 % of the test images are told right.
    """
    from safetensors.torch import save

    device = pick_device(settings.device)
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    images = load_images("mnist", "train", settings.data_dir, download=True).to(device)
    labels = load_labels("mnist", "train", settings.data_dir).to(device)
    torch.manual_seed(SEED)
    model = DigitClassifier().to(device)
    started = time.perf_counter()
    _fit(model, images, labels)
    seconds = time.perf_counter() - started
    accuracy = _accuracy(
        model,
        load_images("mnist", "test", settings.data_dir).to(device),
        load_labels("mnist", "test", settings.data_dir).to(device),
    )
    print(f"{NAME}: {accuracy:.2%} of the 10,000 test images right, {seconds:.0f} s")
    if accuracy < REQUIRED_ACCURACY:
        raise UserError(
            f"The classifier tells {accuracy:.2%} of the test images right where "
            f"{REQUIRED_ACCURACY:.1%} are needed; it was not saved."
        )
    result = settings.runs / NAME
    shutil.rmtree(result, ignore_errors=True)
    tensors = {name: tensor.cpu().contiguous() for name, tensor in model.state_dict().items()}
    files.write_bytes(result / WEIGHTS, save(tensors))
    facts = {
        "accuracy": accuracy,
        "n": 10_000,
        "features": FEATURES,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "epochs": EPOCHS,
        "batch_size": BATCH,
        "lr": PEAK_LR,
        "seed": SEED,
        "seconds": seconds,
        "hardware": describe_hardware(device),
        "torch": torch.__version__,
        "command": settings.command,
    }
    files.write_json(result / "metrics.json", facts)
    update_card(result, former=settings.weights / NAME)
    files.replace_folder(result, settings.weights / NAME)
    digests.refresh(settings.weights, NAME)


def _fit(model: DigitClassifier, images: Tensor, labels: Tensor) -> None:
    steps_per_epoch = math.ceil(len(images) / BATCH)
    optimiser = torch.optim.Adam(model.parameters(), PEAK_LR, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_LR, EPOCHS * steps_per_epoch)
    model.train()
    for _ in trange(EPOCHS, desc=NAME, unit="epoch"):
        for batch in torch.randperm(len(images), device=images.device).split(BATCH):
            logits = model(_distort(to_float(images[batch])))
            loss = F.cross_entropy(logits, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def _distort(images: Tensor) -> Tensor:
    """Small random turns, sizes and shifts: what a digit may undergo and stay itself."""
    count, device = len(images), images.device

    def uniform(reach: float) -> Tensor:
        return (torch.rand(count, device=device) * 2 - 1) * reach

    angle, scale = uniform(math.radians(_DEGREES)), 1 + uniform(_SCALE)
    cos, sin = angle.cos() * scale, angle.sin() * scale
    rows = ([cos, -sin, uniform(_SHIFT)], [sin, cos, uniform(_SHIFT)])
    matrices = torch.stack([torch.stack(row, 1) for row in rows], 1)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def _accuracy(model: DigitClassifier, images: Tensor, labels: Tensor) -> float:
    with evaluation(model):
        logits = torch.cat([model(to_float(part)) for part in images.split(1000)])
    return (logits.argmax(1) == labels).double().mean().item()

"""The training loop that tutorials teach, for every recipe: what ours is measured beside.

Data one image at a time through a DataLoader, float32, plain Adam, fakes drawn twice a step, and a
loss read after every step. Networks, batch size, losses and learning rate are the recipe's own.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader

from ganvae.data import DOWNLOAD_FOLDER, digits, find_data_dir
from ganvae.data.sets import celeba_folder
from ganvae.data.vision import import_torchvision
from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe

WORKERS = 2


def conventional(recipe: Recipe) -> Callable[[int], float]:
    """The loop of the tutorials."""
    torch.manual_seed(recipe.seed)
    model = build(recipe)
    batches = endless(conventional_loader(recipe))
    step = vae_step(model) if isinstance(model, VAE) else gan_step(model)

    def run(steps: int) -> float:
        return statistics.fmean(step(next(batches)) for _ in range(steps))

    return run


def conventional_loader(recipe: Recipe) -> DataLoader[Any]:
    """torchvision's MNIST without workers, or its ImageFolder of faces with two of them."""
    torchvision = import_torchvision()
    from torchvision import transforms

    size, faces = recipe.image_shape[1:], recipe.dataset not in digits.NAMES
    steps: list[Any] = [] if size == (28, 28) else [transforms.Resize(size)]
    if faces:
        steps.append(transforms.CenterCrop(size))
    if recipe.mirror:
        steps.append(transforms.RandomHorizontalFlip())
    steps.append(transforms.ToTensor())
    if recipe.image_range == (-1.0, 1.0):
        steps.append(transforms.Normalize((0.5,), (0.5,)))
    transform = transforms.Compose(steps)
    if faces:
        # ImageFolder wants a folder of classes: one class, by a link.
        root = Path(tempfile.mkdtemp(prefix="ganvae-benchmark-"))
        (root / "faces").symlink_to(celeba_folder())
        dataset: Any = torchvision.datasets.ImageFolder(root, transform)
    else:
        dataset = torchvision.datasets.MNIST(
            find_data_dir() or DOWNLOAD_FOLDER, train=True, transform=transform
        )
    if not faces:
        return DataLoader(dataset, recipe.batch_size, shuffle=True)
    # Forked, as they are in a plain script on Linux: spawned ones would import torchvision alone.
    return DataLoader(
        dataset,
        recipe.batch_size,
        shuffle=True,
        num_workers=WORKERS,
        multiprocessing_context="fork",
    )


def endless(loader: DataLoader[Any]) -> Iterator[Tensor]:
    """Images of one epoch after another, without the labels."""
    while True:
        for images, _ in loader:
            yield images


def vae_step(model: VAE) -> Callable[[Tensor], float]:
    """One step on the ELBO as it is usually written."""
    recipe = model.recipe
    optimiser = torch.optim.Adam(model.parameters(), recipe.lr, betas=recipe.adam_betas)

    def step(images: Tensor) -> float:
        mean, log_variance = model.encoder(images)
        std = torch.exp(0.5 * log_variance)
        raw = model.decoder(mean + std * torch.randn_like(std))
        kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
        if recipe.loss == "cross-entropy":
            loss = F.binary_cross_entropy(torch.sigmoid(raw), images, reduction="sum") + kl
        else:
            loss = F.mse_loss(torch.tanh(raw), images) * len(images) + recipe.beta * kl
        if recipe.reduction == "mean":
            loss = loss / len(images)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item() / (1 if recipe.reduction == "mean" else len(images))

    return step


def gan_step(model: GAN) -> Callable[[Tensor], float]:
    """A step of D and a step of G, each with fakes of its own."""
    recipe = model.recipe
    generator, discriminator = model.generator, model.discriminator
    d_optimiser = torch.optim.Adam(discriminator.parameters(), recipe.lr, betas=recipe.adam_betas)
    g_optimiser = torch.optim.Adam(generator.parameters(), recipe.lr, betas=recipe.adam_betas)

    def draw_z(count: int) -> Tensor:
        if recipe.prior == "normal":
            return torch.randn(count, recipe.latent)
        return torch.rand(count, recipe.latent) * 2 - 1

    def loss(scores: Tensor, targets: Tensor) -> Tensor:
        if recipe.loss == "squared-error":
            return F.mse_loss(scores, targets)
        return F.binary_cross_entropy(torch.sigmoid(scores), targets)

    def noisy(images: Tensor) -> Tensor:
        if not recipe.input_noise:
            return images
        return images + recipe.input_noise * torch.randn_like(images)

    number = [0]

    def step(images: Tensor) -> float:
        count = len(images)
        real, fake = torch.full((count,), recipe.real_label), torch.zeros(count)
        number[0] += 1
        if recipe.label_noise:
            real = real + recipe.label_noise * torch.randn(count)
            fake = fake + recipe.label_noise * torch.randn(count)
        if recipe.flip_every and number[0] % recipe.flip_every == 0:
            real, fake = fake, real

        fakes = generator(draw_z(count))
        d_loss = loss(discriminator(noisy(images)), real)
        d_loss = d_loss + loss(discriminator(noisy(fakes.detach())), fake)
        d_optimiser.zero_grad()
        d_loss.backward()
        d_optimiser.step()

        g_loss = loss(discriminator(noisy(generator(draw_z(count)))), torch.ones(count))
        g_optimiser.zero_grad()
        g_loss.backward()
        g_optimiser.step()
        g_loss.item()
        return d_loss.item()

    return step

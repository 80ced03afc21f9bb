"""Study D: convolutions at 32x32, every second one of the VAE's halving or doubling the image."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganvae.networks.layers import activation
from ganvae.recipe import Recipe


class SplitEncoder(nn.Module):
    """One stack whose 2 x latent outputs are split into mean and log variance (study D)."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.body(images).chunk(2, dim=1)
        return mean, log_variance


def encoder(recipe: Recipe) -> nn.Module:
    """Study D: 3x3 convolutions, every second one halving the image, 32x32 to 8x8."""
    channels, height, width = recipe.image_shape
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(pairwise((channels, *recipe.encoder_widths))):
        layers += [nn.Conv2d(before, after, 3, 1 + index % 2, 1), activation(recipe.leak)]
    halvings = 2 ** (len(recipe.encoder_widths) // 2)
    flat = recipe.encoder_widths[-1] * (height // halvings) * (width // halvings)
    outputs = 2 * recipe.latent
    return SplitEncoder(
        nn.Sequential(
            *layers,
            nn.Flatten(),
            nn.Linear(flat, outputs),
            activation(recipe.leak),
            nn.Linear(outputs, outputs),
        )
    )


def decoder(recipe: Recipe) -> nn.Module:
    """Study D: 8x8 to 32x32, every second transposed convolution doubling the image."""
    channels, height, width = recipe.image_shape
    widths = recipe.decoder_widths
    halvings = 2 ** (len(widths) // 2)
    start = (widths[0], height // halvings, width // halvings)
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(pairwise(widths)):
        doubling = 1 - index % 2
        layers += [
            nn.ConvTranspose2d(before, after, 3, 1 + doubling, 1, output_padding=doubling),
            activation(recipe.leak),
        ]
    return nn.Sequential(
        nn.Linear(recipe.latent, recipe.latent),
        activation(recipe.leak),
        nn.Linear(recipe.latent, torch.Size(start).numel()),
        nn.Unflatten(1, start),
        *layers,
        nn.ConvTranspose2d(widths[-1], channels, 3, 1, 1),
    )


def generator(recipe: Recipe) -> nn.Module:
    """Study D: 1x1 to 4x4 to 32x32 with 4x4 kernels, batch norm and ReLU, after DCGAN."""
    channels = recipe.image_shape[0]
    widths = (recipe.latent, *recipe.decoder_widths)
    layers: list[nn.Module] = [nn.Unflatten(1, (recipe.latent, 1, 1))]
    for index, (before, after) in enumerate(pairwise(widths)):
        stride, padding = (2, 1) if index else (1, 0)
        layers.append(nn.ConvTranspose2d(before, after, 4, stride, padding))
        if recipe.batch_norm:
            layers.append(nn.BatchNorm2d(after))
        layers.append(nn.ReLU(inplace=True))
    stack = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1))
    return nn.Sequential(stack, nn.Tanh())


def discriminator(recipe: Recipe) -> nn.Module:
    """Study D: 32x32 to 4x4 to one logit, no biases, no batch norm on the first layer."""
    layers: list[nn.Module] = []
    widths = (recipe.image_shape[0], *recipe.encoder_widths)
    for index, (before, after) in enumerate(pairwise(widths)):
        layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=False))
        if recipe.batch_norm and index:
            layers.append(nn.BatchNorm2d(after))
        layers.append(activation(recipe.leak))
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, bias=False), nn.Flatten(0))

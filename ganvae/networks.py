"""Encoders, decoders, generators and discriminators: modules and nothing else.

A `Recipe` names the widths; these functions stack the layers. Decoders and generators map z
(N, latent) to raw images (N, C, H, W): logits for a VAE, values in [-1, 1] for a GAN. Encoders map
images to (mean, log variance), each (N, latent); discriminators map images to one logit, (N,).
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganvae.recipes import Recipe


class GaussianEncoder(nn.Module):
    """Body plus one linear head each for the posterior's mean and log variance (studies A, B)."""

    def __init__(self, body: nn.Module, width: int, latent: int) -> None:
        super().__init__()
        self.body = body
        self.mean = nn.Linear(width, latent)
        self.log_variance = nn.Linear(width, latent)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.body(images)
        return self.mean(hidden), self.log_variance(hidden)


class SplitEncoder(nn.Module):
    """One stack whose 2 x latent outputs are split into mean and log variance (study D)."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.body(images).chunk(2, dim=1)
        return mean, log_variance


def _activation(leak: float) -> nn.Module:
    return nn.LeakyReLU(leak, inplace=True) if leak else nn.ReLU(inplace=True)


def _hidden_linears(recipe: Recipe, widths: tuple[int, ...]) -> list[nn.Module]:
    """Linear (+ batch norm) + activation (+ dropout) for each step from one width to the next."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers.append(nn.Linear(before, after))
        if recipe.batch_norm:
            layers.append(nn.BatchNorm1d(after))
        layers.append(_activation(recipe.leak))
        if recipe.dropout:
            layers.append(nn.Dropout(recipe.dropout))
    return layers


def _perceptron_decoder(recipe: Recipe) -> nn.Module:
    pixels = torch.Size(recipe.image_shape).numel()
    widths = (recipe.latent, *recipe.decoder_widths)
    return nn.Sequential(
        *_hidden_linears(recipe, widths),
        nn.Linear(widths[-1], pixels),
        nn.Unflatten(1, recipe.image_shape),
    )


def _perceptron_body(recipe: Recipe) -> tuple[nn.Module, int]:
    pixels = torch.Size(recipe.image_shape).numel()
    widths = (pixels, *recipe.encoder_widths)
    return nn.Sequential(nn.Flatten(), *_hidden_linears(recipe, widths)), widths[-1]


def _convolutional_encoder(recipe: Recipe) -> nn.Module:
    """Study D: 3x3 convolutions, every second one halving the image, 32x32 to 8x8."""
    channels, height, width = recipe.image_shape
    layers: list[nn.Module] = []
    for index, (before, after) in enumerate(pairwise((channels, *recipe.encoder_widths))):
        layers += [nn.Conv2d(before, after, 3, 1 + index % 2, 1), _activation(recipe.leak)]
    halvings = 2 ** (len(recipe.encoder_widths) // 2)
    flat = recipe.encoder_widths[-1] * (height // halvings) * (width // halvings)
    outputs = 2 * recipe.latent
    return SplitEncoder(
        nn.Sequential(
            *layers,
            nn.Flatten(),
            nn.Linear(flat, outputs),
            _activation(recipe.leak),
            nn.Linear(outputs, outputs),
        )
    )


def _convolutional_decoder(recipe: Recipe) -> nn.Module:
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
            _activation(recipe.leak),
        ]
    return nn.Sequential(
        nn.Linear(recipe.latent, recipe.latent),
        _activation(recipe.leak),
        nn.Linear(recipe.latent, torch.Size(start).numel()),
        nn.Unflatten(1, start),
        *layers,
        nn.ConvTranspose2d(widths[-1], channels, 3, 1, 1),
    )


def _convolutional_generator(recipe: Recipe) -> nn.Module:
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
    return nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1))


def _convolutional_discriminator(recipe: Recipe) -> nn.Module:
    """Study D: 32x32 to 4x4 to one logit, no biases, no batch norm on the first layer."""
    layers: list[nn.Module] = []
    widths = (recipe.image_shape[0], *recipe.encoder_widths)
    for index, (before, after) in enumerate(pairwise(widths)):
        layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=False))
        if recipe.batch_norm and index:
            layers.append(nn.BatchNorm2d(after))
        layers.append(_activation(recipe.leak))
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, bias=False), nn.Flatten(0))


def build_encoder(recipe: Recipe) -> nn.Module:
    """A VAE's encoder: images (N, C, H, W) to the posterior's (mean, log variance)."""
    if recipe.network == "convolutional":
        return _convolutional_encoder(recipe)
    body, width = _perceptron_body(recipe)
    return GaussianEncoder(body, width, recipe.latent)


def build_decoder(recipe: Recipe) -> nn.Module:
    """A VAE's decoder: z (N, latent) to the logits of pixels in [0, 1], (N, C, H, W)."""
    if recipe.network == "convolutional":
        return _convolutional_decoder(recipe)
    return _perceptron_decoder(recipe)


def build_generator(recipe: Recipe) -> nn.Module:
    """A GAN's generator: z (N, latent) to images in [-1, 1], (N, C, H, W)."""
    if recipe.network == "convolutional":
        return nn.Sequential(_convolutional_generator(recipe), nn.Tanh())
    return nn.Sequential(_perceptron_decoder(recipe), nn.Tanh())


def build_discriminator(recipe: Recipe) -> nn.Module:
    """A GAN's discriminator: images in [-1, 1] to the logit of being real, (N,)."""
    if recipe.network == "convolutional":
        return _convolutional_discriminator(recipe)
    body, width = _perceptron_body(recipe)
    return nn.Sequential(body, nn.Linear(width, 1), nn.Flatten(0))


def initialise(module: nn.Module, scheme: str) -> None:
    """Set first weights in place from PyTorch's global generator.

    `default` leaves PyTorch's; `xavier` is Glorot and Bengio's uniform with zero biases (study B);
    `dcgan` draws convolutions from N(0, .02) and batch norm scales from N(1, .02) (study D).
    """
    # On the meta device, where a checkpoint's shapes are checked, there are no weights to set; to
    # draw normal numbers there PyTorch imports its compiler, which takes more than a second.
    if any(parameter.is_meta for parameter in module.parameters()):
        return
    for layer in module.modules():
        if scheme == "xavier" and isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        elif scheme == "dcgan" and isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif scheme == "dcgan" and isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)

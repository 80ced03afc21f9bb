"""Residual networks (He et al. 2016) for the tuned pairs: doubling and halving blocks.

A picture is doubled by repeating its pixels and convolved after that, as transposed convolutions
leave checkerboards (Odena et al., "Deconvolution and checkerboard artifacts", 2016). A
discriminator has no batch norm: its batches are all real or all generated.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from ganvae.networks.layers import GaussianEncoder, activation
from ganvae.recipe import Recipe


class Doubling(nn.Module):
    """A block that doubles height and width: (N, before, H, W) to (N, after, 2H, 2W)."""

    def __init__(self, before: int, after: int, leak: float, batch_norm: bool) -> None:
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        # The wider of the two convolutions works at the smaller size, for a quarter of its price.
        self.body = nn.Sequential(
            *_convolution(before, after, batch_norm),
            activation(leak),
            self.up,
            *_convolution(after, after, batch_norm),
        )
        self.skip = nn.Conv2d(before, after, 1)
        self.last = activation(leak)

    def forward(self, x: Tensor) -> Tensor:
        # A 1x1 convolution gives the same before the doubling.
        return self.last(self.body(x) + self.up(self.skip(x)))


class Halving(nn.Module):
    """A block that halves height and width: (N, before, H, W) to (N, after, H / 2, W / 2)."""

    def __init__(self, before: int, after: int, leak: float, batch_norm: bool) -> None:
        super().__init__()
        self.down = nn.AvgPool2d(2)
        self.body = nn.Sequential(
            *_convolution(before, after, batch_norm),
            activation(leak),
            self.down,
            *_convolution(after, after, batch_norm),
        )
        self.skip = nn.Conv2d(before, after, 1)
        self.last = activation(leak)

    def forward(self, x: Tensor) -> Tensor:
        # A 1x1 convolution gives the same after the halving.
        return self.last(self.body(x) + self.skip(self.down(x)))


def _convolution(before: int, after: int, batch_norm: bool) -> list[nn.Module]:
    norm = [nn.BatchNorm2d(after)] if batch_norm else []
    return [nn.Conv2d(before, after, 3, 1, 1), *norm]


def _drawing(recipe: Recipe) -> list[nn.Module]:
    """z (N, latent) to a raw image: one doubling between each two of the decoder's widths."""
    channels, height, width = recipe.image_shape
    widths = recipe.decoder_widths
    factor = recipe.patch * 2 ** (len(widths) - 1)
    start = (widths[0], height // factor, width // factor)
    blocks = [
        Doubling(before, after, recipe.leak, recipe.batch_norm)
        for before, after in pairwise(widths)
    ]
    return [
        nn.Linear(recipe.latent, math.prod(start)),
        nn.Unflatten(1, start),
        activation(recipe.leak),
        *blocks,
        nn.Conv2d(widths[-1], channels * recipe.patch**2, 3, 1, 1),
        *([nn.PixelShuffle(recipe.patch)] if recipe.patch > 1 else []),
    ]


def _seeing(recipe: Recipe, batch_norm: bool) -> list[nn.Module]:
    """An image to its smallest feature map: one halving for each of the encoder's widths."""
    widths = (recipe.image_shape[0] * recipe.patch**2, *recipe.encoder_widths)
    blocks = [Halving(before, after, recipe.leak, batch_norm) for before, after in pairwise(widths)]
    return [*([nn.PixelUnshuffle(recipe.patch)] if recipe.patch > 1 else []), *blocks]


def encoder(recipe: Recipe) -> nn.Module:
    """Halvings, then one linear head each for mean and log variance."""
    factor = recipe.patch * 2 ** len(recipe.encoder_widths)
    height, width = (side // factor for side in recipe.image_shape[1:])
    flat = recipe.encoder_widths[-1] * height * width
    body = nn.Sequential(*_seeing(recipe, recipe.batch_norm), nn.Flatten())
    return GaussianEncoder(body, flat, recipe.latent)


def decoder(recipe: Recipe) -> nn.Module:
    """Doublings and a convolution to the image."""
    return nn.Sequential(*_drawing(recipe))


def generator(recipe: Recipe) -> nn.Module:
    """As the decoder, and a tanh."""
    return nn.Sequential(*_drawing(recipe), nn.Tanh())


def copy_decoder(source: nn.Module, target: nn.Module) -> None:
    """Copy all of a decoder, running statistics included, into a generator: only the tanh is new.

    Raises:
        RuntimeError: their shapes differ.
    """
    target.load_state_dict(source.state_dict())


def discriminator(recipe: Recipe) -> nn.Module:
    """Halvings, the sum over all places, and a linear score."""
    width = recipe.encoder_widths[-1]
    # First, as it ever was: a recipe's seed stands for the weights that are drawn in this order.
    score = nn.Linear(width, 1)
    compared: list[nn.Module] = []
    if recipe.minibatch_deviation:
        convolution = nn.Conv2d(width + 1, width, 3, 1, 1)
        compared = [MinibatchDeviation(), convolution, activation(recipe.leak)]
    blocks = _seeing(recipe, batch_norm=False)
    return nn.Sequential(*blocks, *compared, _Sum(), score, nn.Flatten(0))


class MinibatchDeviation(nn.Module):
    """One more feature map, which says how much the images of the batch differ from one another.

    Karras et al., "Progressive growing of GANs", ICLR 2018: the standard deviation of each feature
    over the batch, averaged over all of them, so that D sees a generator whose images are too
    much alike. Pictures that are judged later come in any number: they get the mean of what
    batches had in training, as a batch norm would do it.

    (N, C, H, W) to (N, C + 1, H, W).
    """

    _MOMENTUM = 0.01

    running: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("running", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            # In float32: the square of a small difference is nothing in bfloat16. The small number
            # keeps the slope of the root finite where all images are the same.
            deviation = (x.float().var(dim=0, correction=0) + 1e-8).sqrt().mean()
            with torch.no_grad():
                self.running.lerp_(deviation, self._MOMENTUM)
        else:
            deviation = self.running
        return torch.cat([x, deviation.to(x.dtype).expand_as(x[:, :1])], dim=1)


class _Sum(nn.Module):
    """(N, C, H, W) to its sum over all places, (N, C)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.sum(dim=(2, 3))

"""Study C: every 3x3 convolution halves or doubles the image, with batch norm and a leaky ReLU.

Decoder and generator share their trunk, so that a VAE's can be copied into a GAN (Ham et al.,
"Unbalanced GANs", 2020).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from itertools import pairwise

from torch import nn

from ganvae.networks.layers import GaussianEncoder, activation
from ganvae.recipe import Recipe

# Hidden units between a discriminator's convolutions and its score.
_SCORE_UNITS = 128


def _block(recipe: Recipe, layer: nn.Module, channels: int) -> list[nn.Module]:
    norm = [nn.BatchNorm2d(channels)] if recipe.batch_norm else []
    return [layer, *norm, activation(recipe.leak)]


def _halving(recipe: Recipe) -> nn.Module:
    """Convolutions of stride 2, one for each of the encoder's widths, flattened at the end."""
    layers: list[nn.Module] = []
    for before, after in pairwise((recipe.image_shape[0], *recipe.encoder_widths)):
        layers += _block(recipe, nn.Conv2d(before, after, 3, 2, 1), after)
    return nn.Sequential(*layers, nn.Flatten())


def _start(recipe: Recipe, widths: tuple[int, ...]) -> tuple[int, int, int]:
    """(channels, height, width) of the smallest feature map."""
    halvings = 2 ** len(widths)
    return widths[0], recipe.image_shape[1] // halvings, recipe.image_shape[2] // halvings


def _doubling(before: int, after: int) -> nn.Module:
    return nn.ConvTranspose2d(before, after, 3, 2, 1, output_padding=1)


def trunk(recipe: Recipe) -> nn.Module:
    """z to the decoder's last hidden feature map, half the image's size."""
    widths = recipe.decoder_widths
    start = _start(recipe, widths)
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += _block(recipe, _doubling(before, after), after)
    return nn.Sequential(
        nn.Linear(recipe.latent, math.prod(start)), nn.Unflatten(1, start), *layers
    )


def encoder(recipe: Recipe) -> nn.Module:
    """64x64 to 2x2, then one linear head each for mean and log variance."""
    smallest = _start(recipe, recipe.encoder_widths)
    flat = recipe.encoder_widths[-1] * smallest[1] * smallest[2]
    return GaussianEncoder(_halving(recipe), flat, recipe.latent)


def decoder(recipe: Recipe) -> nn.Module:
    """The trunk, then one transposed convolution to the image, with batch norm (3 channels)."""
    channels = recipe.image_shape[0]
    output: list[nn.Module] = [_doubling(recipe.decoder_widths[-1], channels)]
    if recipe.batch_norm:
        output.append(nn.BatchNorm2d(channels))
    return nn.Sequential(OrderedDict(trunk=trunk(recipe), output=nn.Sequential(*output)))


def generator(recipe: Recipe) -> nn.Module:
    """The trunk, one more doubling block of the same width, a convolution to the image, tanh."""
    width = recipe.decoder_widths[-1]
    output = nn.Sequential(
        *_block(recipe, _doubling(width, width), width),
        nn.Conv2d(width, recipe.image_shape[0], 3, 1, 1),
        nn.Tanh(),
    )
    return nn.Sequential(OrderedDict(trunk=trunk(recipe), output=output))


def discriminator(recipe: Recipe) -> nn.Module:
    """Convolutions of stride 2 and one hidden linear layer; by default one block fewer than G."""
    smallest = _start(recipe, recipe.encoder_widths)
    flat = recipe.encoder_widths[-1] * smallest[1] * smallest[2]
    return nn.Sequential(
        _halving(recipe),
        nn.Linear(flat, _SCORE_UNITS),
        activation(recipe.leak),
        nn.Linear(_SCORE_UNITS, 1),
        nn.Flatten(0),
    )


def copy_trunk(source: nn.Module, target: nn.Module) -> None:
    """Copy a decoder's trunk, running statistics included, into a generator's.

    Raises:
        RuntimeError: their shapes differ.
    """
    target.get_submodule("trunk").load_state_dict(source.get_submodule("trunk").state_dict())

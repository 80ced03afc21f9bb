"""Encoders, decoders, generators and discriminators: modules and nothing else.

A `Recipe` names the kind of network and its widths; one file a kind stacks the layers, with the
same four functions in each. Decoders and generators map z (N, latent) to raw images (N, C, H, W):
what an image is before its last sigmoid or tanh for a VAE, values in [-1, 1] for a GAN. Encoders
map images to (mean, log variance), each (N, latent); discriminators map images to one score, (N,).
"""

from __future__ import annotations

from types import ModuleType

from torch import nn

from ganvae.networks import convolutional, perceptron, residual, strided
from ganvae.recipe import Network, Recipe

_KINDS: dict[Network, ModuleType] = {
    "perceptron": perceptron,
    "convolutional": convolutional,
    "strided": strided,
    "residual": residual,
}


def build_encoder(recipe: Recipe) -> nn.Module:
    """A VAE's encoder: images (N, C, H, W) to the posterior's (mean, log variance)."""
    return _KINDS[recipe.network].encoder(recipe)


def build_decoder(recipe: Recipe) -> nn.Module:
    """A VAE's decoder: z (N, latent) to raw images (N, C, H, W), without their last activation."""
    return _KINDS[recipe.network].decoder(recipe)


def build_generator(recipe: Recipe) -> nn.Module:
    """A GAN's generator: z (N, latent) to images in [-1, 1], (N, C, H, W)."""
    return _KINDS[recipe.network].generator(recipe)


def build_discriminator(recipe: Recipe) -> nn.Module:
    """A GAN's discriminator: images in [-1, 1] to a score, the higher the more real, (N,)."""
    return _KINDS[recipe.network].discriminator(recipe)


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

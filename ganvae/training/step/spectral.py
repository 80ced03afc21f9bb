"""A discriminator that can't be steep: each of its weights is held to a spectral norm of 1.

Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018. It is a
matter of training alone: what is stored at the end are the weights as they were held.
"""

from __future__ import annotations

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.nn.utils.parametrize import is_parametrized, remove_parametrizations

_LAYERS = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def hold(network: nn.Module) -> None:
    """Hold the weights of a network from now on, in place."""
    for layer in network.modules():
        if isinstance(layer, _LAYERS):
            spectral_norm(layer)


def release(network: nn.Module) -> None:
    """Make of each weight that is held a plain one of the same value, in place."""
    for layer in network.modules():
        if isinstance(layer, _LAYERS) and is_parametrized(layer, "weight"):
            remove_parametrizations(layer, "weight")

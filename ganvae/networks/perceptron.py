"""Perceptrons: the networks of studies A and B."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from ganvae.networks.layers import GaussianEncoder, activation
from ganvae.recipe import Recipe


def _hidden_linears(recipe: Recipe, widths: tuple[int, ...]) -> list[nn.Module]:
    """Linear (+ batch norm) + activation (+ dropout) for each step from one width to the next."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers.append(nn.Linear(before, after))
        if recipe.batch_norm:
            layers.append(nn.BatchNorm1d(after))
        layers.append(activation(recipe.leak))
        if recipe.dropout:
            layers.append(nn.Dropout(recipe.dropout))
    return layers


def _body(recipe: Recipe) -> nn.Module:
    widths = (torch.Size(recipe.image_shape).numel(), *recipe.encoder_widths)
    return nn.Sequential(nn.Flatten(), *_hidden_linears(recipe, widths))


def encoder(recipe: Recipe) -> nn.Module:
    """Hidden layers, then one linear head each for mean and log variance."""
    return GaussianEncoder(_body(recipe), recipe.encoder_widths[-1], recipe.latent)


def decoder(recipe: Recipe) -> nn.Module:
    """Hidden layers, then one linear layer to the pixels."""
    widths = (recipe.latent, *recipe.decoder_widths)
    return nn.Sequential(
        *_hidden_linears(recipe, widths),
        nn.Linear(widths[-1], torch.Size(recipe.image_shape).numel()),
        nn.Unflatten(1, recipe.image_shape),
    )


def generator(recipe: Recipe) -> nn.Module:
    """A decoder with tanh."""
    return nn.Sequential(decoder(recipe), nn.Tanh())


def discriminator(recipe: Recipe) -> nn.Module:
    """Hidden layers, then one linear layer to the logit."""
    return nn.Sequential(_body(recipe), nn.Linear(recipe.encoder_widths[-1], 1), nn.Flatten(0))

"""What the Sample tab and the endpoints show of models: samples of a seed, and matched ones."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ganvae import latents
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.models import VAE


def sample_z(collection: Collection, name: str, seed: int, count: int, temperature: float) -> Array:
    """The first `count` rows (count, latent) of the seed for that model."""
    recipe = collection.recipe(name)
    return latents.sample_z(seed, recipe.latent, count, recipe.prior, temperature)


def sample(
    collection: Collection, name: str, seed: int, count: int, temperature: float
) -> torch.Tensor:
    """Images (count, C, H, W) in [0, 1] of one model."""
    return collection.generate(name, sample_z(collection, name, seed, count, temperature))


def grids(
    collection: Collection,
    names: Sequence[str],
    seed: int,
    count: int,
    temperature: float,
    matched: bool = False,
) -> dict[str, torch.Tensor]:
    """Images of each model by its name, from one seed.

    Matched, a VAE shows its reconstructions of the GAN's samples instead of samples of its own:
    the same pictures on both sides, so that the eye compares nothing but how they are drawn.

    Raises:
        UserError: matched, and there is not exactly one GAN, or its images have another shape.
    """
    gans = [name for name in names if collection.recipe(name).family == "gan"]
    if matched and len(gans) != 1:
        raise UserError("Matched pictures need one GAN beside the VAE.")
    images = {
        name: sample(collection, name, seed, count, temperature)
        for name in names
        if name in gans or not matched
    }
    if matched:
        for name in names:
            if name not in gans:
                vae = collection.model(name)
                assert isinstance(vae, VAE)
                images[name] = vae.reconstruct(images[gans[0]])
    return {name: images[name] for name in names}

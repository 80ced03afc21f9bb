"""What the Sample tab and the endpoints show of models: samples of a seed, and matched ones."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.models import VAE


def sample(
    collection: Collection,
    name: str,
    seed: int,
    count: int,
    temperature: float,
    fitted: bool = False,
) -> torch.Tensor:
    """Images (count, C, H, W) in [0, 1] of one model."""
    z = collection.sample_z(name, seed, count, temperature, fitted)
    return collection.generate(name, z)


def grids(
    collection: Collection,
    names: Sequence[str],
    seed: int,
    count: int,
    temperature: float,
    matched: bool = False,
    fitted: bool = False,
) -> dict[str, torch.Tensor]:
    """Images of each model by its name, from one seed.

    Matched, a VAE shows its reconstructions of the GAN's samples instead of samples of its own:
    the same pictures on both sides, so that the eye compares nothing but how they are drawn.
    Fitted, a VAE that has a fitted prior draws its samples from that.

    Raises:
        UserError: matched, and there is not exactly one GAN, or its images have another shape.
    """
    gans = [name for name in names if collection.recipe(name).family == "gan"]
    if matched and len(gans) != 1:
        raise UserError("Matched pictures need one GAN beside the VAE.")
    images = {
        name: sample(collection, name, seed, count, temperature, fitted)
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

"""Discriminators that tell what they see on the way to their score: a bridge compares by that.

Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML 2016: what tells
pictures from real ones knows better than their pixels what matters in them.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.models import GAN
from ganvae.networks.residual import Halving
from ganvae.recipe import Recipe


class Judge(nn.Module):
    """A residual discriminator that also gives the feature maps of its blocks."""

    def __init__(self, discriminator: nn.Module) -> None:
        super().__init__()
        self.layers = discriminator

    def forward(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Scores (N,) and the feature maps of every block, largest first, of (N, C, H, W)."""
        x, maps = images, []
        for layer in self.layers.children():
            x = layer(x)
            if isinstance(layer, Halving):
                maps.append(x)
        return x, maps

    def errors(self, drawn: Tensor, images: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of all that is drawn, and what its first pictures have wrong of `images`.

        Gradients reach `drawn` and nothing of the judge.

        Args:
            drawn: (M, C, H, W) in [-1, 1], M >= N.
            images: (N, C, H, W) in [-1, 1].

        Returns:
            scores (M,), and of each block's features the mean squared error as a share of their
            variance, (blocks,); float32.
        """
        self.requires_grad_(False)
        scores, found = self(drawn)
        with torch.no_grad():
            _, wanted = self(images)
        self.requires_grad_(True)
        shares = [
            relative_error(one[: len(images)].float(), other.float())
            for one, other in zip(found, wanted, strict=True)
        ]
        return scores.float(), torch.stack(shares)


def relative_error(found: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared error as a share of the variance of what is wanted: 1 for its mean."""
    return F.mse_loss(found, wanted) / wanted.var().clamp(min=1e-6)


def load_judge(recipe: Recipe, folder: Path) -> Judge:
    """The discriminator of the GAN in `folder`, for a stop of this recipe to start with.

    Raises:
        UserError: there is no such GAN, or its discriminator can't see the stop's pictures.
    """
    if not folder.is_dir():
        raise UserError(
            f"The discriminator of {recipe.name} starts as that of {folder.name}, which is not in "
            f"{folder.parent}: train it first, or start a fresh one with --judge none."
        )
    gan = checkpoint.load(folder)
    wanted = (recipe.image_shape, recipe.image_range)
    found = (gan.recipe.image_shape, gan.recipe.image_range)
    if not isinstance(gan, GAN) or gan.recipe.network != "residual" or found != wanted:
        raise UserError(
            f"{folder.name} can't be the judge of {recipe.name}: a judge is a GAN with residual "
            f"networks and pictures of the same size and range."
        )
    # What is loaded to draw is frozen; a bridge trains it further.
    return Judge(gan.discriminator.train().requires_grad_(True))

"""What the page and the scores need of a model, the same for every recipe.

`generate(z) -> images`, plus `encode(images)` for a VAE and `realness(images)` for a GAN. Images
are float32 (N, C, H, W) in [0, 1] on this side, whatever range the networks work in. All three
run in evaluation mode without gradients, so dropout and batch statistics never reach a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ganvae import networks
from ganvae.errors import UserError
from ganvae.recipe import Recipe


@contextmanager
def evaluation(module: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients, and the former mode back afterwards."""
    was_training = module.training
    if was_training:
        module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        if was_training:
            module.train()


def _type_name(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


class GenerativeModel(nn.Module):
    """Common part of `VAE` and `GAN`.

    Attributes:
        recipe: how the model is built and trained.
    """

    recipe: Recipe

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe

    def parameter_count(self) -> int:
        """Trainable numbers in all networks of the model together."""
        return sum(parameter.numel() for parameter in self.parameters())

    def check_z(self, z: Tensor) -> None:
        """Raise UserError unless z is finite float32 of shape (N, latent) with N at least 1."""
        if z.dtype != torch.float32:
            raise UserError(f"z must be float32, not {_type_name(z)}.")
        if z.ndim != 2 or z.shape[0] < 1 or z.shape[1] != self.recipe.latent:
            raise UserError(
                f"{self.recipe.name} takes z of shape (N, {self.recipe.latent}), "
                f"not {tuple(z.shape)}."
            )
        if not torch.isfinite(z).all():
            raise UserError("z must hold finite numbers only, no NaN and no infinity.")

    def check_images(self, images: Tensor) -> None:
        """Raise UserError unless the images are float32 of the model's shape."""
        if images.dtype != torch.float32:
            raise UserError(f"Images must be float32 in [0, 1], not {_type_name(images)}.")
        if images.ndim != 4 or tuple(images.shape[1:]) != self.recipe.image_shape:
            raise UserError(
                f"{self.recipe.name} takes images of shape (N, "
                f"{', '.join(map(str, self.recipe.image_shape))}), not {tuple(images.shape)}."
            )

    def generate(self, z: Tensor) -> Tensor:
        """Images (N, C, H, W) in [0, 1] for z (N, latent), float32.

        Raises:
            UserError: z has another type or shape, or holds a number that is not finite.
        """
        self.check_z(z)
        with evaluation(self):
            return self.draw(z)

    def draw(self, z: Tensor) -> Tensor:
        """What `generate` computes, without its checks and in the mode that the model is in."""
        raise NotImplementedError


class VAE(GenerativeModel):
    """Variational autoencoder (Kingma and Welling 2014): an encoder and a decoder."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.encoder = networks.build_encoder(recipe)
        self.decoder = networks.build_decoder(recipe)
        networks.initialise(self, recipe.initialisation)

    def draw(self, z: Tensor) -> Tensor:
        return self.pixels(self.decoder(z))

    def pixels(self, raw: Tensor) -> Tensor:
        """Images in [0, 1] from what the decoder gives: its last activation."""
        if self.recipe.loss == "cross-entropy":
            return torch.sigmoid(raw)
        return (torch.tanh(raw) + 1) / 2

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance, each (N, latent), of the posterior of images in [0, 1].

        Raises:
            UserError: the images have another type or shape.
        """
        self.check_images(images)
        with evaluation(self):
            return self.posterior(images)

    def posterior(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """What `encode` computes, without its checks and in the mode that the model is in."""
        low, high = self.recipe.image_range
        return self.encoder(images * (high - low) + low)

    def reconstruct(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) in [0, 1] decoded from the posterior means of those given."""
        return self.generate(self.encode(images)[0])


class GAN(GenerativeModel):
    """Generative adversarial network (Goodfellow et al. 2014): generator and discriminator."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        self.generator = networks.build_generator(recipe)
        self.discriminator = networks.build_discriminator(recipe)
        networks.initialise(self, recipe.initialisation)

    def draw(self, z: Tensor) -> Tensor:
        return (self.generator(z) + 1) / 2

    def realness(self, images: Tensor) -> Tensor:
        """How real the discriminator takes each image in [0, 1] to be: (N,), in [0, 1].

        A probability where the loss is cross-entropy or relativistic; elsewhere a score, 1 for real
        and 0 for generated, cut off at both ends. The hinge loss's margins, 1 and -1, are taken for
        those.

        Raises:
            UserError: the images have another type or shape.
        """
        self.check_images(images)
        with evaluation(self):
            return self.judge(images)

    def judge(self, images: Tensor) -> Tensor:
        """What `realness` computes, without its checks and in the mode that the model is in."""
        score = self.discriminator(images * 2 - 1)
        if self.recipe.loss in ("cross-entropy", "relativistic"):
            return torch.sigmoid(score)
        if self.recipe.loss == "hinge":
            score = (score + 1) / 2
        return score.clamp(0, 1)


def build(recipe: Recipe) -> VAE | GAN:
    """A fresh model in training mode, its first weights drawn from PyTorch's global generator."""
    return VAE(recipe) if recipe.family == "vae" else GAN(recipe)

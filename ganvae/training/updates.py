"""One optimiser step of each family: images in, the numbers for the curves out."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.optim import Adam, Optimizer

from ganvae.models import GAN, VAE
from ganvae.recipe import Recipe
from ganvae.training.objectives import NegativeELBO, NonSaturatingLoss, reparameterise


class Update(Protocol):
    """What the loop asks of a family."""

    optimisers: list[Optimizer]

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        """One step on images (N, C, H, W) in the recipe's range; scalars by curve name."""
        ...


def _adam(module: torch.nn.Module, recipe: Recipe) -> Adam:
    # One kernel for all parameters: on CPU, too, the plain loop over them costs more.
    return Adam(module.parameters(), recipe.lr, recipe.adam_betas, fused=True)


def _autocast(recipe: Recipe, device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, recipe.precision == "bfloat16")


class VAEUpdate:
    """One step down the negative ELBO, encoder and decoder together."""

    def __init__(self, model: VAE) -> None:
        self.model, self.recipe = model, model.recipe
        self.objective = NegativeELBO(self.recipe.beta)
        self.optimisers: list[Optimizer] = [_adam(model, self.recipe)]

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        with _autocast(self.recipe, images.device):
            mean, log_variance = self.model.encoder(images)
            mean, log_variance = mean.float(), log_variance.float()
            z = reparameterise(mean, log_variance, torch.randn_like(mean))
            logits = self.model.decoder(z)
        # The loss itself is always float32: sums over a whole batch would lose digits in bfloat16.
        reconstruction, kl = self.objective.terms(logits.float(), images, mean, log_variance)
        loss = self.objective(reconstruction, kl)
        (optimiser,) = self.optimisers
        optimiser.zero_grad()
        (loss if self.recipe.reduction == "sum" else loss / len(images)).backward()
        optimiser.step()
        count = len(images)
        return {
            "train_loss": loss.detach() / count,
            "train_reconstruction": reconstruction.detach() / count,
            "train_kl": kl.detach() / count,
        }


class GANUpdate:
    """One step of the discriminator, then one of the generator, on the same fakes."""

    def __init__(self, model: GAN) -> None:
        self.model, self.recipe = model, model.recipe
        self.objective = NonSaturatingLoss(self.recipe.real_label)
        self.optimisers: list[Optimizer] = [
            _adam(model.discriminator, self.recipe),
            _adam(model.generator, self.recipe),
        ]

    def _draw_z(self, count: int, device: torch.device) -> Tensor:
        if self.recipe.prior == "normal":
            return torch.randn(count, self.recipe.latent, device=device)
        return torch.rand(count, self.recipe.latent, device=device) * 2 - 1

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        generator, discriminator = self.model.generator, self.model.discriminator
        discriminator_optimiser, generator_optimiser = self.optimisers
        device = images.device

        # The generator runs once: D sees its images without their graph, G's step uses the graph.
        with _autocast(self.recipe, device):
            fakes = generator(self._draw_z(len(images), device))
            real_logits = discriminator(images).float()
            fake_logits = discriminator(fakes.detach()).float()
        d_loss = self.objective.discriminator(real_logits, fake_logits)
        discriminator_optimiser.zero_grad()
        d_loss.backward()
        discriminator_optimiser.step()

        # D's own gradients would be thrown away: don't compute them.
        discriminator.requires_grad_(False)
        with _autocast(self.recipe, device):
            judged = discriminator(fakes).float()
        g_loss = self.objective.generator(judged)
        generator_optimiser.zero_grad()
        g_loss.backward()
        generator_optimiser.step()
        discriminator.requires_grad_(True)

        return {
            "d_loss": d_loss.detach(),
            "g_loss": g_loss.detach(),
            "d_real": real_logits.detach().sigmoid().mean(),
            "d_fake_before": fake_logits.detach().sigmoid().mean(),
            "d_fake_after": judged.detach().sigmoid().mean(),
        }


def make_update(model: VAE | GAN) -> Update:
    """The update for a model's family, with fresh optimisers."""
    return VAEUpdate(model) if isinstance(model, VAE) else GANUpdate(model)

"""One step of a GAN."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganvae.models import GAN
from ganvae.training.processes import Processes
from ganvae.training.step import common, spectral
from ganvae.training.step.augment import DRAWS, augment
from ganvae.training.step.averaging import Averaged
from ganvae.training.step.objectives import adversarial_of


class GANUpdate:
    """One step of the discriminator, then one of the generator, on the same fakes."""

    def __init__(self, model: GAN, processes: Processes) -> None:
        self.model, self.recipe, self.processes = model, model.recipe, processes
        # Without averaging the network that is trained is the one that draws.
        decay = self.recipe.averaging
        self.averaged = Averaged(model.generator, decay) if decay else None
        trained = self.averaged.trained if self.averaged else model.generator
        self.besides: dict[str, nn.Module] = {"generator": trained} if self.averaged else {}
        self.generator = processes.wrap(trained)
        if self.recipe.spectral_norm:
            spectral.hold(model.discriminator)
        self.discriminator = processes.wrap(model.discriminator)
        self.objective = adversarial_of(self.recipe)
        self.optimisers: list[Optimizer] = [
            common.adam(model.discriminator, self.recipe, self.recipe.discriminator_lr),
            common.adam(trained, self.recipe),
        ]

    def _draw_z(self, count: int, device: torch.device) -> Tensor:
        shape = (count * self.processes.world, self.recipe.latent)
        if self.recipe.prior == "normal":
            return self.processes.share(torch.randn(shape, device=device))
        return self.processes.share(torch.rand(shape, device=device)) * 2 - 1

    def _disguise(self, images: Tensor) -> Callable[[Tensor], Tensor]:
        """What D's images go through first: noise, changes of the whole image, or nothing."""
        if self.recipe.augmentation:
            return self._augment
        if not self.recipe.input_noise:
            return lambda seen: seen
        # One draw a step, since three would cost.
        noise = self.recipe.input_noise * self.processes.noise_like(images)
        return lambda seen: seen + noise

    def _augment(self, images: Tensor) -> Tensor:
        shape = (len(images) * self.processes.world, DRAWS)
        return augment(images, self.processes.share(torch.rand(shape, device=images.device)))

    def _judge(self, real: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor]:
        """D's scores of real and generated images, (N,) each."""
        discriminator = self.discriminator
        if not self.recipe.mixed_batches:
            return discriminator(real).float(), discriminator(fakes).float()
        scores = discriminator(torch.cat([real, fakes])).float()
        return scores[: len(real)], scores[len(real) :]

    def _judge_fakes(self, fakes: Tensor) -> Tensor:
        """D's scores of generated images, (N,), through which the generator learns.

        With mixed batches a batch of fakes alone would have other statistics than D has learned
        with: the running ones stand in, as they do when D judges a single picture.
        """
        discriminator = self.model.discriminator
        discriminator.train(not self.recipe.mixed_batches)
        scores = discriminator(fakes).float()
        discriminator.train()
        return scores

    def _labelled(self, real: Tensor, fake: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """D's scores in the order of the targets: swapped in every `flip_every`th step."""
        every = self.recipe.flip_every
        return (fake, real) if every and (step + 1) % every == 0 else (real, fake)

    def __call__(self, images: Tensor, step: int) -> dict[str, Tensor]:
        discriminator_optimiser, generator_optimiser = self.optimisers
        device = images.device

        disguised = self._disguise(images)
        # The generator runs once: D sees its images without their graph, G's step uses the graph.
        with common.autocast(self.recipe, device):
            fakes = self.generator(self._draw_z(len(images), device))
            real_scores, fake_scores = self._judge(disguised(images), disguised(fakes.detach()))
        d_loss = self.objective.discriminator(
            *self._labelled(real_scores, fake_scores, step), self.processes.noise_like
        )
        discriminator_optimiser.zero_grad()
        d_loss.backward()
        discriminator_optimiser.step()

        self.processes.average_statistics(self.model.discriminator)
        # D's own gradients would be thrown away: don't compute them.
        self.model.discriminator.requires_grad_(False)
        with common.autocast(self.recipe, device):
            judged = self._judge_fakes(disguised(fakes))
        g_loss = self.objective.generator(judged)
        generator_optimiser.zero_grad()
        g_loss.backward()
        generator_optimiser.step()
        self.model.discriminator.requires_grad_(True)

        self.processes.average_statistics(self.model)
        if self.averaged is not None:
            self.processes.average_statistics(self.averaged.trained)
            self.averaged.follow(step)
        return self.processes.mean(
            {
                "d_loss": d_loss.detach(),
                "g_loss": g_loss.detach(),
                "d_real": self.objective.judgement(real_scores.detach()).mean(),
                "d_fake_before": self.objective.judgement(fake_scores.detach()).mean(),
                "d_fake_after": self.objective.judgement(judged.detach()).mean(),
            }
        )

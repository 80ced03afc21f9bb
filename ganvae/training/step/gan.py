"""One step of a GAN."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganvae.models import GAN
from ganvae.training.processes import Processes
from ganvae.training.schedule import augmentation_probability
from ganvae.training.step import common, penalties, spectral
from ganvae.training.step.augment import COINS, DRAWS, augment, sometimes
from ganvae.training.step.averaging import Averaged
from ganvae.training.step.objectives import RelativisticLoss, adversarial_of

# Of one image's slope in D's loss, as a share of what an image counts.
_LEAST_SLOPE = 1e-5


class _Told(NamedTuple):
    """What a step found: two losses, and D's scores (N,) of real images, and of generated ones
    before and after its own step."""

    d_loss: Tensor
    g_loss: Tensor
    real: Tensor
    fake: Tensor
    judged: Tensor


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

    def _disguise(self, images: Tensor, step: int) -> Callable[[Tensor], Tensor]:
        """What D's images go through first: noise, changes of the whole image, or nothing."""
        probability = augmentation_probability(self.recipe, step)
        if probability:
            return lambda seen: self._augment(seen, probability)
        if not self.recipe.input_noise:
            return lambda seen: seen
        # One draw a step, since three would cost.
        noise = self.recipe.input_noise * self.processes.noise_like(images)
        return lambda seen: seen + noise

    def _augment(self, images: Tensor, probability: float) -> Tensor:
        draws = self._draw_uniform(images, DRAWS)
        if probability < 1:
            draws = sometimes(draws, self._draw_uniform(images, COINS), probability)
        return augment(images, draws)

    def _draw_uniform(self, images: Tensor, count: int) -> Tensor:
        """So many numbers (N, count) in [0, 1) for each image."""
        shape = (len(images) * self.processes.world, count)
        return self.processes.share(torch.rand(shape, device=images.device))

    def _judge(self, real: Tensor, fakes: Tensor, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """D's scores of real and generated images, (N,) each, and what it pays for being steep."""
        if not penalties.is_due(self.recipe, step):
            return *self._scores(real, fakes), real.new_zeros(())
        real_scores, at_real = penalties.scores_and_steepness(self.discriminator, real)
        fake_scores, at_fakes = penalties.scores_and_steepness(self.discriminator, fakes)
        return real_scores, fake_scores, penalties.weight(self.recipe) * (at_real + at_fakes)

    def _scores(self, real: Tensor, fakes: Tensor) -> tuple[Tensor, Tensor]:
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

    @torch.no_grad()
    def _beside(self, real: Tensor) -> Tensor | None:
        """D's scores (N,) of real images as it is after its step, if G's loss asks for them."""
        if not isinstance(self.objective, RelativisticLoss):
            return None
        return self.model.discriminator(real).float()

    def _labelled(self, real: Tensor, fake: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """D's scores in the order of the targets: swapped in every `flip_every`th step."""
        every = self.recipe.flip_every
        return (fake, real) if every and (step + 1) % every == 0 else (real, fake)

    def __call__(self, images: Tensor, step: int) -> dict[str, Tensor]:
        disguised = self._disguise(images, step)
        # The gradient of a gradient takes passes of its own.
        at_once = self.recipe.one_pass and not penalties.is_due(self.recipe, step)
        told = (self._at_once if at_once else self._in_turn)(images, disguised, step)
        self.processes.average_statistics(self.model)
        if self.averaged is not None:
            self.processes.average_statistics(self.averaged.trained)
            self.averaged.follow(step)
        return self.processes.mean(
            {
                "d_loss": told.d_loss.detach(),
                "g_loss": told.g_loss.detach(),
                "d_real": self.objective.judgement(told.real.detach()).mean(),
                "d_fake_before": self.objective.judgement(told.fake.detach()).mean(),
                "d_fake_after": self.objective.judgement(told.judged.detach()).mean(),
            }
        )

    def _in_turn(self, images: Tensor, disguised: Callable[[Tensor], Tensor], step: int) -> _Told:
        """D's step, then G's against the new D."""
        discriminator_optimiser, generator_optimiser = self.optimisers
        device = images.device
        # The generator runs once: D sees its images without their graph, G's step uses the graph.
        with common.autocast(self.recipe, device):
            fakes = self.generator(self._draw_z(len(images), device))
            seen = disguised(images)
            real_scores, fake_scores, penalty = self._judge(seen, disguised(fakes.detach()), step)
        d_loss = self.objective.discriminator(
            *self._labelled(real_scores, fake_scores, step), self.processes.noise_like
        )
        discriminator_optimiser.zero_grad()
        (d_loss + penalty).backward()
        discriminator_optimiser.step()

        self.processes.average_statistics(self.model.discriminator)
        # D's own gradients would be thrown away: don't compute them.
        self.model.discriminator.requires_grad_(False)
        with common.autocast(self.recipe, device):
            judged = self._judge_fakes(disguised(fakes))
            beside = self._beside(seen)
        g_loss = self.objective.generator(judged, beside)
        generator_optimiser.zero_grad()
        g_loss.backward()
        generator_optimiser.step()
        self.model.discriminator.requires_grad_(True)
        return _Told(d_loss, g_loss, real_scores, fake_scores, judged)

    def _at_once(self, images: Tensor, disguised: Callable[[Tensor], Tensor], step: int) -> _Told:
        """Both steps from one pass of D, forwards and backwards.

        Shen et al., "Training generative adversarial networks in one stage", CVPR 2021: where D
        scores each image by itself, what its loss and G's send back through it into a generated
        image differ by one factor, the ratio of their slopes at the image's score.
        """
        discriminator_optimiser, generator_optimiser = self.optimisers
        with common.autocast(self.recipe, images.device):
            fakes = self.generator(self._draw_z(len(images), images.device))
            met = fakes.detach().requires_grad_()
            scores = self.discriminator(torch.cat([disguised(images), disguised(met)]))
        real, fake = scores.detach().float().requires_grad_().chunk(2)
        d_loss = self.objective.discriminator(real, fake, self.processes.noise_like)
        g_loss = self.objective.generator(fake, real.detach())
        real_slopes, slopes = torch.autograd.grad(d_loss, (real, fake))
        (wanted,) = torch.autograd.grad(g_loss, fake)
        # An image that D is sure of would else send nothing back for G to learn from.
        # Slopes below 0 stay: with a relativistic loss D pulls scores up that are low on the whole.
        least = torch.full_like(slopes, _LEAST_SLOPE / len(images))
        slopes = torch.where(slopes.abs() < least, least, slopes)
        discriminator_optimiser.zero_grad()
        scores.backward(torch.cat([real_slopes, slopes]).to(scores.dtype))
        assert met.grad is not None
        generator_optimiser.zero_grad()
        fakes.backward(met.grad * (wanted / slopes).to(met.dtype)[:, None, None, None])
        discriminator_optimiser.step()
        generator_optimiser.step()
        return _Told(d_loss, g_loss, real, fake, fake)

"""What is minimised: each objective one object, its equation in view, its paper above it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from ganvae.errors import UserError
from ganvae.recipe import Recipe

T = TypeVar("T")

# N(0, I) in the shape of a tensor.
NoiseLike = Callable[[Tensor], Tensor]


class AdversarialLoss(Protocol):
    """What a GAN's two networks are told; scores are D's outputs (N,), losses scalars."""

    def discriminator(
        self, real_scores: Tensor, fake_scores: Tensor, noise_like: NoiseLike = ..., /
    ) -> Tensor:
        """What D minimises, over its scores of real and generated images."""
        ...

    def generator(self, fake_scores: Tensor, real_scores: Tensor | None = ..., /) -> Tensor:
        """What G minimises, over D's scores of its images, and of as many real ones."""
        ...

    def judgement(self, scores: Tensor, /) -> Tensor:
        """What D says of each image, for the curves."""
        ...


def reparameterise(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """z = mean + std * noise, so that gradients reach the encoder through the sample."""
    return torch.addcmul(mean, torch.exp(0.5 * log_variance), noise)


def kl_per_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) of each image and dimension, in nats."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


# Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014; the weight beta of the KL term
# is Higgins et al., "beta-VAE", ICLR 2017 (1 is the ELBO itself).
@dataclass(frozen=True)
class NegativeELBO:
    """reconstruction + beta * KL, with a Bernoulli likelihood for each pixel."""

    beta: float = 1.0

    def terms(
        self, logits: Tensor, images: Tensor, mean: Tensor, log_variance: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Reconstruction and KL in nats, summed over all images: two scalars.

        Args:
            logits, images: (N, C, H, W); images in [0, 1].
            mean, log_variance: (N, latent), of the posterior.
        """
        reconstruction = F.binary_cross_entropy_with_logits(logits, images, reduction="sum")
        return reconstruction, kl_per_dimension(mean, log_variance).sum()

    def __call__(self, reconstruction: Tensor, kl: Tensor) -> Tensor:
        return reconstruction + self.beta * kl


# Study C. With a weight of the KL term this is the ELBO of a Gaussian likelihood whose variance is
# the same for every pixel, scaled so that the error of the pixels counts once.
@dataclass(frozen=True)
class SquaredErrorELBO(NegativeELBO):
    """reconstruction + beta * KL, the reconstruction being the mean squared error of the pixels."""

    def terms(
        self, logits: Tensor, images: Tensor, mean: Tensor, log_variance: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Mean squared error of each image's pixels and KL in nats, summed over all images.

        Args:
            logits: (N, C, H, W), images in [-1, 1] before their tanh.
            images: (N, C, H, W) in [-1, 1].
            mean, log_variance: (N, latent), of the posterior.
        """
        error = F.mse_loss(torch.tanh(logits), images) * len(images)
        return error, kl_per_dimension(mean, log_variance).sum()


# Rybkin et al., "Simple and effective VAE training with calibrated decoders", ICML 2021: the best
# variance for a batch is its own mean squared error, so no weight between the two terms is to be
# chosen.
@dataclass(frozen=True)
class CalibratedELBO(NegativeELBO):
    """reconstruction + beta * KL, with a Gaussian likelihood of the variance that fits best."""

    def terms(
        self, logits: Tensor, images: Tensor, mean: Tensor, log_variance: Tensor
    ) -> tuple[Tensor, Tensor]:
        """-log N(x; decoded, variance) and KL in nats, summed over all images.

        Args:
            logits: (N, C, H, W), images in [-1, 1] before their tanh.
            images: (N, C, H, W) in [-1, 1].
            mean, log_variance: (N, latent), of the posterior.
        """
        variance = F.mse_loss(torch.tanh(logits), images).clamp(min=1e-6)
        # With that variance the squared errors over twice the variance are half a nat a pixel.
        nats = 0.5 * images.numel() * (torch.log(2 * math.pi * variance) + 1)
        return nats, kl_per_dimension(mean, log_variance).sum()


# Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, section 3: the generator climbs
# log D(G(z)) instead of descending log(1 - D(G(z))), which gives it gradients from the start.
@dataclass(frozen=True)
class NonSaturatingLoss:
    """-log D(x) - log(1 - D(G(z))) for D, -log D(G(z)) for G, on logits, means over the batch.

    Attributes:
        real_label: what D is told a real image is; below 1 is one-sided label smoothing
            (Salimans et al. 2016).
    """

    real_label: float = 1.0

    def discriminator(
        self, real_logits: Tensor, fake_logits: Tensor, noise_like: NoiseLike = torch.randn_like
    ) -> Tensor:
        real = torch.full_like(real_logits, self.real_label)
        return (
            F.binary_cross_entropy_with_logits(real_logits, real) + F.softplus(fake_logits).mean()
        )

    def generator(self, fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
        return F.softplus(-fake_logits).mean()

    def judgement(self, logits: Tensor) -> Tensor:
        """What D says of each image, for the curves: the probability that it is real."""
        return logits.sigmoid()


# Mao et al., "Least squares generative adversarial networks", ICCV 2017; noisy labels are Salimans
# et al., "Improved techniques for training GANs", NeurIPS 2016.
@dataclass(frozen=True)
class LeastSquaresLoss:
    """(D(x) - 1)^2 + D(G(z))^2 for D, (D(G(z)) - 1)^2 for G, on scores, means over the batch.

    Attributes:
        label_noise: standard deviation of the noise on each of D's targets.
    """

    label_noise: float = 0.0

    def discriminator(
        self, real_scores: Tensor, fake_scores: Tensor, noise_like: NoiseLike = torch.randn_like
    ) -> Tensor:
        real, fake = torch.ones_like(real_scores), torch.zeros_like(fake_scores)
        if self.label_noise:
            real = real + self.label_noise * noise_like(real)
            fake = fake + self.label_noise * noise_like(fake)
        return F.mse_loss(real_scores, real) + F.mse_loss(fake_scores, fake)

    def generator(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return (fake_scores - 1).square().mean()

    def judgement(self, scores: Tensor) -> Tensor:
        """What D says of each image, for the curves: its score, 1 for real and 0 for generated."""
        return scores


# Lim and Ye, "Geometric GAN", 2017; Tran et al., "Hierarchical implicit models", NeurIPS 2017.
class HingeLoss:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z))) for D, -D(G(z)) for G, means over the batch."""

    def discriminator(
        self, real_scores: Tensor, fake_scores: Tensor, noise_like: NoiseLike = torch.randn_like
    ) -> Tensor:
        return F.relu(1 - real_scores).mean() + F.relu(1 + fake_scores).mean()

    def generator(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return -fake_scores.mean()

    def judgement(self, scores: Tensor) -> Tensor:
        """What D says of each image, for the curves: its score, 1 and above for real."""
        return scores


# Jolicoeur-Martineau, "The relativistic discriminator", ICLR 2019, paired as in Sun et al.,
# "Towards a better global loss landscape of GANs", NeurIPS 2020; Huang et al., "The GAN is dead;
# long live the GAN!", NeurIPS 2024, train it with two gradient penalties (penalties.py).
class RelativisticLoss:
    """softplus(D(G(z)) - D(x)) for D, softplus(D(x) - D(G(z))) for G, means over pairs.

    D has but to tell which of two images is the real one, so a score alone means nothing. To give
    it a meaning, D also minimises a little of the square of the level half way between the two
    means: nothing else in the loss depends on it. (Karras et al., "Progressive growing of GANs",
    ICLR 2018, hold D's scores near 0 likewise.)
    """

    _LEVEL = 0.01

    def discriminator(
        self, real_scores: Tensor, fake_scores: Tensor, noise_like: NoiseLike = torch.randn_like
    ) -> Tensor:
        level = (real_scores.mean() + fake_scores.mean()) / 2
        return F.softplus(fake_scores - real_scores).mean() + self._LEVEL * level.square()

    def generator(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        assert real_scores is not None
        return F.softplus(real_scores - fake_scores).mean()

    def judgement(self, scores: Tensor) -> Tensor:
        """What D says of each image, for the curves: how likely it is that it is the real one of a
        pair, the other one being at the level half way."""
        return scores.sigmoid()


# What a Recipe's `loss` stands for. A new objective is a class above and a line here.
ELBOS: dict[str, Callable[[Recipe], NegativeELBO]] = {
    "cross-entropy": lambda recipe: NegativeELBO(recipe.beta),
    "squared-error": lambda recipe: SquaredErrorELBO(recipe.beta),
    "calibrated": lambda recipe: CalibratedELBO(recipe.beta),
}
ADVERSARIAL: dict[str, Callable[[Recipe], AdversarialLoss]] = {
    "cross-entropy": lambda recipe: NonSaturatingLoss(recipe.real_label),
    "squared-error": lambda recipe: LeastSquaresLoss(recipe.label_noise),
    "hinge": lambda recipe: HingeLoss(),
    "relativistic": lambda recipe: RelativisticLoss(),
}


def elbo_of(recipe: Recipe) -> NegativeELBO:
    """The objective of a VAE's recipe.

    Raises:
        UserError: there is none of that name.
    """
    return _find(ELBOS, recipe)(recipe)


def adversarial_of(recipe: Recipe) -> AdversarialLoss:
    """The objective of a GAN's recipe.

    Raises:
        UserError: there is none of that name.
    """
    return _find(ADVERSARIAL, recipe)(recipe)


def _find(table: dict[str, T], recipe: Recipe) -> T:
    if recipe.loss not in table:
        raise UserError(
            f"There is no loss {recipe.loss!r} for a {recipe.family.upper()}; there are: "
            f"{', '.join(table)}."
        )
    return table[recipe.loss]

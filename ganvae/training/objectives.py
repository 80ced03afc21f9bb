"""What is minimised: each objective one object, its equation in view, its paper above it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


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

    def discriminator(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        real = torch.full_like(real_logits, self.real_label)
        return (
            F.binary_cross_entropy_with_logits(real_logits, real) + F.softplus(fake_logits).mean()
        )

    def generator(self, fake_logits: Tensor) -> Tensor:
        return F.softplus(-fake_logits).mean()

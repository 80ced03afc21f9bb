"""One step of a stop on the bridge from a VAE to a GAN.

Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML 2016: the VAE's
decoder is a GAN's generator, and what a reconstruction has wrong is measured in the features of the
discriminator. Here the encoder is that of a trained VAE and stays as it is, so that all stops share
one latent space.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganvae import networks
from ganvae.models import VAE
from ganvae.training.processes import Processes
from ganvae.training.step import common, spectral
from ganvae.training.step.judges import Judge, relative_error
from ganvae.training.step.objectives import HingeLoss, elbo_of, reparameterise


class BridgeUpdate:
    """One step of the discriminator, then one of the decoder, on the same pictures.

    With weight w of the adversarial term the decoder minimises

        (1 - w) * ((1 - w) * error of the pixels + w * error of D's features) + w * adversarial

    over reconstructions of the batch, and for the last term also over samples of the prior. At
    w = 0 that is a VAE's own reconstruction term.

    Args:
        judge: what the discriminator starts as; None for a fresh one.
    """

    def __init__(self, model: VAE, processes: Processes, judge: Judge | None = None) -> None:
        self.model, self.recipe, self.processes = model, model.recipe, processes
        assert self.recipe.adversarial is not None
        self.weight = self.recipe.adversarial
        self.elbo, self.adversarial = elbo_of(self.recipe), HingeLoss()
        self.judge = judge or Judge(networks.build_discriminator(self.recipe))
        spectral.hold(self.judge)
        self.judge.to(processes.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.besides: dict[str, nn.Module] = {"judge": self.judge}
        model.encoder.requires_grad_(False)
        self.decoder, self.seen = processes.wrap(model.decoder), processes.wrap(self.judge)
        self.optimisers: list[Optimizer] = [
            common.adam(self.judge, self.recipe),
            common.adam(model.decoder, self.recipe),
        ]

    def _encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        # Its running statistics, too, are those of the VAE that all stops share.
        self.model.encoder.eval()
        with torch.no_grad():
            mean, log_variance = self.model.encoder(images)
        return mean.float(), log_variance.float()

    def _learn_to_judge(self, images: Tensor, drawn: Tensor) -> None:
        """One step of D, on the batch and as many pictures of the decoder's."""
        optimiser, _ = self.optimisers
        # Of each image its reconstruction or the sample, in turn.
        half = torch.cat([drawn[: len(images) : 2], drawn[len(images) + 1 :: 2]])
        with common.autocast(self.recipe, images.device):
            real, _ = self.seen(images)
            fake, _ = self.seen(half)
        optimiser.zero_grad()
        self.adversarial.discriminator(real.float(), fake.float()).backward()
        optimiser.step()

    def __call__(self, images: Tensor, step: int) -> dict[str, Tensor]:
        w, count = self.weight, len(images)
        with common.autocast(self.recipe, images.device):
            mean, log_variance = self._encode(images)
            z = reparameterise(mean, log_variance, self.processes.noise_like(mean))
            if w:
                z = torch.cat([z, self.processes.noise_like(mean)])
            logits = self.decoder(z)
        logits = logits.float()
        low, high = self.recipe.image_range
        drawn = self.model.pixels(logits) * (high - low) + low
        loss = (1 - w) ** 2 * relative_error(drawn[:count], images)
        if w:
            self._learn_to_judge(images, drawn.detach())
            with common.autocast(self.recipe, images.device):
                scores, features = self.judge.errors(drawn, images)
            loss = loss + (1 - w) * w * features.mean() + w * self.adversarial.generator(scores)
        optimiser = self.optimisers[1]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        self.processes.average_statistics(self.model)
        # The curves are a VAE's, to be read beside those of the one that all stops started from.
        with torch.no_grad():
            terms = self.elbo.terms(logits[:count], images, mean, log_variance)
        reconstruction, kl = terms
        return self.processes.mean(
            {
                "train_loss": self.elbo(reconstruction, kl) / count,
                "train_reconstruction": reconstruction / count,
                "train_kl": kl / count,
            }
        )

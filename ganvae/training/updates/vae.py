"""One step of a VAE."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganvae.models import VAE
from ganvae.training.judges import Judge
from ganvae.training.objectives import best_gaussian, elbo_of, reparameterise
from ganvae.training.processes import Processes
from ganvae.training.updates import common


class VAEUpdate:
    """One step down the negative ELBO, encoder and decoder together.

    With a judge half of the evidence is what its features say of a reconstruction, each block's
    with the variance that fits it best, and half what the pixels say: Hou et al., "Deep feature
    consistent variational autoencoder", WACV 2017.

    Args:
        judge: stays as it is.
    """

    def __init__(self, model: VAE, processes: Processes, judge: Judge | None = None) -> None:
        self.model, self.recipe, self.processes = model, model.recipe, processes
        self.encoder, self.decoder = processes.wrap(model.encoder), processes.wrap(model.decoder)
        self.objective = elbo_of(self.recipe)
        self.optimisers: list[Optimizer] = [common.adam(model, self.recipe)]
        self.besides: dict[str, nn.Module] = {}
        self.judge = judge
        if judge is not None:
            judge.to(processes.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _seen(self, logits: Tensor, images: Tensor) -> Tensor:
        """What the judge's features say of reconstructions, in nats as if they were the pixels."""
        assert self.judge is not None
        with common.autocast(self.recipe, images.device):
            _, errors = self.judge.errors(torch.tanh(logits), images)
        return best_gaussian(errors, images.numel()).mean()

    def __call__(self, images: Tensor, step: int) -> dict[str, Tensor]:
        with common.autocast(self.recipe, images.device):
            mean, log_variance = self.encoder(images)
            mean, log_variance = mean.float(), log_variance.float()
            z = reparameterise(mean, log_variance, self.processes.noise_like(mean))
            logits = self.decoder(z)
        # The loss itself is always float32: sums over a whole batch would lose digits in bfloat16.
        reconstruction, kl = self.objective.terms(logits.float(), images, mean, log_variance)
        told = reconstruction
        if self.judge is not None:
            told = (reconstruction + self._seen(logits.float(), images)) / 2
        loss = self.objective(told, kl)
        (optimiser,) = self.optimisers
        optimiser.zero_grad()
        count = len(images)
        # Processes average their gradients: for a sum over the whole batch that is too little.
        (loss * self.processes.world if self.recipe.reduction == "sum" else loss / count).backward()
        optimiser.step()
        self.processes.average_statistics(self.model)
        return self.processes.mean(
            {
                # With a judge, too, the curve is that of pixels, to be read beside other VAEs'.
                "train_loss": self.objective(reconstruction, kl).detach() / count,
                "train_reconstruction": reconstruction.detach() / count,
                "train_kl": kl.detach() / count,
            }
        )

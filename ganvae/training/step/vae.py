"""One step of a VAE."""

from __future__ import annotations

from torch import Tensor, nn
from torch.optim import Optimizer

from ganvae.models import VAE
from ganvae.training.processes import Processes
from ganvae.training.step import common
from ganvae.training.step.objectives import elbo_of, reparameterise


class VAEUpdate:
    """One step down the negative ELBO, encoder and decoder together."""

    def __init__(self, model: VAE, processes: Processes) -> None:
        self.model, self.recipe, self.processes = model, model.recipe, processes
        self.encoder, self.decoder = processes.wrap(model.encoder), processes.wrap(model.decoder)
        self.objective = elbo_of(self.recipe)
        self.optimisers: list[Optimizer] = [common.adam(model, self.recipe)]
        self.besides: dict[str, nn.Module] = {}

    def __call__(self, images: Tensor, step: int) -> dict[str, Tensor]:
        with common.autocast(self.recipe, images.device):
            mean, log_variance = self.encoder(images)
            mean, log_variance = mean.float(), log_variance.float()
            z = reparameterise(mean, log_variance, self.processes.noise_like(mean))
            logits = self.decoder(z)
        # The loss itself is always float32: sums over a whole batch would lose digits in bfloat16.
        reconstruction, kl = self.objective.terms(logits.float(), images, mean, log_variance)
        loss = self.objective(reconstruction, kl)
        (optimiser,) = self.optimisers
        optimiser.zero_grad()
        count = len(images)
        # Processes average their gradients: for a sum over the whole batch that is too little.
        (loss * self.processes.world if self.recipe.reduction == "sum" else loss / count).backward()
        optimiser.step()
        self.processes.average_statistics(self.model)
        return self.processes.mean(
            {
                "train_loss": loss.detach() / count,
                "train_reconstruction": reconstruction.detach() / count,
                "train_kl": kl.detach() / count,
            }
        )

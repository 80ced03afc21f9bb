"""One optimiser step of each family: images in, the numbers for the curves out."""

from __future__ import annotations

from ganvae.models import GAN, VAE
from ganvae.training.processes import Processes
from ganvae.training.step.bridge import BridgeUpdate
from ganvae.training.step.common import Update
from ganvae.training.step.gan import GANUpdate
from ganvae.training.step.judges import Judge
from ganvae.training.step.vae import VAEUpdate

__all__ = ["BridgeUpdate", "GANUpdate", "Update", "VAEUpdate", "make_update"]


def make_update(
    model: VAE | GAN, processes: Processes | None = None, judge: Judge | None = None
) -> Update:
    """The update for a model's family, with fresh optimisers.

    Args:
        processes: those that train together; None for this one alone.
        judge: that of a bridge whose recipe names one.
    """
    processes = processes or Processes(next(model.parameters()).device)
    if isinstance(model, GAN):
        return GANUpdate(model, processes)
    if model.recipe.adversarial is not None:
        return BridgeUpdate(model, processes, judge)
    return VAEUpdate(model, processes)

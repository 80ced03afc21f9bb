"""One optimiser step of each family: images in, the numbers for the curves out."""

from __future__ import annotations

from ganvae.models import GAN, VAE
from ganvae.training.judges import Judge
from ganvae.training.processes import Processes
from ganvae.training.updates.bridge import BridgeUpdate
from ganvae.training.updates.common import Update
from ganvae.training.updates.gan import GANUpdate
from ganvae.training.updates.vae import VAEUpdate

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

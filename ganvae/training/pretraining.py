"""Models that start from a trained VAE: generators, as in study C, and the stops of a bridge.

Ham et al., "Unbalanced GANs: pre-training the generator using variational autoencoder", 2020;
Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", ICML 2016.
"""

from __future__ import annotations

from pathlib import Path

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.models import GAN, VAE
from ganvae.networks.residual import copy_decoder
from ganvae.networks.strided import copy_trunk


def start_from(model: VAE | GAN, folder: Path) -> None:
    """Copy what a model starts with from the VAE in `folder`, running statistics included.

    A VAE takes all of it. A residual generator takes its decoder, a strided one the trunk of that;
    study C's output layers and the discriminator keep their random weights.

    Raises:
        UserError: there is no such VAE, or it has other shapes.
    """
    gan = isinstance(model, GAN)
    if not folder.is_dir():
        raise UserError(
            f"{model.recipe.name} starts from the VAE {folder.name}, which is not in "
            f"{folder.parent}: train it first"
            + (", or leave pre-training out with --pretraining none." if gan else ".")
        )
    vae = checkpoint.load(folder)
    if isinstance(model, VAE):
        _take_all(model, vae)
        return
    network = model.recipe.network
    if not isinstance(vae, VAE) or vae.recipe.network != network:
        raise UserError(
            f"{folder.name} is no VAE with {network} networks, so the generator of "
            f"{model.recipe.name} can't start from it."
        )
    copy = copy_trunk if network == "strided" else copy_decoder
    try:
        copy(vae.decoder, model.generator)
    except RuntimeError as error:
        raise UserError(
            f"The decoder of {folder.name} has other sizes than the generator of "
            f"{model.recipe.name}: their latent size, widths and image size must agree."
        ) from error


def _take_all(model: VAE, vae: VAE | GAN) -> None:
    ours, theirs = model.recipe, vae.recipe
    if not isinstance(vae, VAE) or theirs.network != ours.network or theirs.loss != ours.loss:
        raise UserError(
            f"{ours.name} starts from a VAE with {ours.network} networks and the {ours.loss} loss, "
            f"which {theirs.name} is not."
        )
    try:
        model.load_state_dict(vae.state_dict())
    except RuntimeError as error:
        raise UserError(
            f"{theirs.name} has other sizes than {ours.name}, which starts from it: their latent "
            f"size, widths and image size must agree."
        ) from error

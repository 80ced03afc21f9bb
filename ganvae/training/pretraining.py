"""A generator that starts as a trained VAE's decoder.

Ham et al., "Unbalanced GANs: pre-training the generator using variational autoencoder", 2020.
"""

from __future__ import annotations

from pathlib import Path

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.models import GAN, VAE
from ganvae.networks.strided import copy_trunk


def start_from(model: GAN, folder: Path) -> None:
    """Copy the decoder's trunk of the VAE in `folder`, running statistics included, into G.

    The generator's output layers and the discriminator keep their random weights.

    Raises:
        UserError: there is no such VAE, or its trunk has another shape.
    """
    if not folder.is_dir():
        raise UserError(
            f"{model.recipe.name} starts from the VAE {folder.name}, which is not in "
            f"{folder.parent}: train it first, or leave pre-training out with --pretraining none."
        )
    vae = checkpoint.load(folder)
    if not isinstance(vae, VAE) or vae.recipe.network != model.recipe.network:
        raise UserError(f"{folder.name} is no VAE of study C, so no generator can start from it.")
    try:
        copy_trunk(vae.decoder, model.generator)
    except RuntimeError as error:
        raise UserError(
            f"The decoder of {folder.name} has other sizes than the generator of "
            f"{model.recipe.name}: their latent size, widths and image size must agree."
        ) from error

"""What a model is, in a few sentences, and what it draws."""

from __future__ import annotations

from ganvae.bridges.stops import is_stop
from ganvae.cards.notes import NOTES
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES, TUNED

_STUDIES = {
    "A": "study A (MNIST, perceptrons, the perturbation test)",
    "B": "study B (MNIST, small perceptrons)",
    "C": "study C (CelebA at 64x64, convolutional, the GAN pre-trained by the VAE)",
    "D": "study D (MNIST at 32x32, convolutional, three latent sizes)",
}
_FAMILIES = {"vae": "variational autoencoder", "gan": "generative adversarial network"}


def summary(recipe: Recipe, sheet: str | None) -> str:
    """The title, a description and the last sheet of samples: its path, None if there is none."""
    study = _STUDIES.get(recipe.study, recipe.study)
    base = RECIPES.get(recipe.name)
    if is_stop(recipe):
        started = f"that starts as the one of `{recipe.judge}` and " if recipe.judge else ""
        relation = (
            f"It is a stop on a bridge from a VAE to a GAN: the encoder is that of "
            f"`{recipe.pretraining}`, and the decoder was trained further with a discriminator "
            f"{started}whose word has a weight of {recipe.adversarial:g}."
        )
    elif recipe.study == TUNED:
        relation = "It is of no study, but as good as we know how to make it at this size."
    elif base == recipe:
        relation = f"It reproduces {study}."
    else:
        relation = f"It varies {study}; config.json holds every setting."
    note = NOTES.get(recipe.name)
    height, width = recipe.image_shape[1:]
    return "\n".join(
        [
            f"# {recipe.name}",
            "",
            f"A {_FAMILIES[recipe.family]} with {recipe.latent} latent dimensions that draws "
            f"{height}x{width} pictures like those of {recipe.dataset}. {relation}"
            + (f" {note}" if note else ""),
            "",
            *([f"![samples]({sheet})", ""] if sheet else []),
        ]
    )

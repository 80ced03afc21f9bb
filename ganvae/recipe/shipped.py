"""Every model that ganvae trains, as data: one `Recipe` for each row of the studies.

The letters of the studies are explained in the README. A new model is a new Recipe, not new code.
"""

from __future__ import annotations

import re
from typing import Any

from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.recipe.pairs import BRIDGES, STOPS, Bridge

# In place of a study's letter: models of our own.
TUNED = "tuned"

_MNIST_VAE = Recipe(
    name="mlp-vae-20",
    family="vae",
    study="A",
    pair="digits-perceptrons",
    dataset="mnist",
    image_shape=(1, 28, 28),
    image_range=(0.0, 1.0),
    latent=20,
    prior="normal",
    network="perceptron",
    decoder_widths=(400,),
    encoder_widths=(400,),
    batch_norm=False,
    leak=0.0,
    dropout=0.0,
    initialisation="default",
    beta=1.0,
    reduction="sum",
    real_label=1.0,
    lr=1e-3,
    adam_betas=(0.9, 0.999),
    batch_size=64,
    epochs=100,
    steps=None,
    precision="float32",
    storage="float16",
)

_MNIST_GAN = _MNIST_VAE.replace(
    name="mlp-gan-100",
    family="gan",
    image_range=(-1.0, 1.0),
    latent=100,
    decoder_widths=(256, 512, 1024),
    encoder_widths=(1024, 512, 256),
    batch_norm=True,
    reduction="mean",
    lr=2e-4,
    precision="bfloat16",
)

_CONV_VAE = _MNIST_VAE.replace(
    name="vae-100",
    study="D",
    pair="digits-convolutional",
    image_shape=(1, 32, 32),
    latent=100,
    network="convolutional",
    decoder_widths=(16, 32, 32, 16),
    encoder_widths=(16, 32, 32, 16),
    reduction="mean",
    batch_size=32,
    epochs=None,
    steps=25_000,
)

_FACE_VAE = Recipe(
    name="face-vae-128",
    family="vae",
    study="C",
    pair="faces",
    dataset="celeba",
    image_shape=(3, 64, 64),
    image_range=(-1.0, 1.0),
    latent=128,
    prior="normal",
    network="strided",
    decoder_widths=(512, 256, 128, 64, 32),
    encoder_widths=(32, 64, 128, 256, 512),
    batch_norm=True,
    leak=0.2,
    dropout=0.0,
    initialisation="default",
    beta=0.00025,
    reduction="mean",
    real_label=1.0,
    lr=5e-3,
    adam_betas=(0.9, 0.999),
    batch_size=128,
    epochs=None,
    # Five passes over the 202,599 images of CelebA.
    steps=7_915,
    precision="bfloat16",
    loss="squared-error",
    mirror=True,
    storage="float16",
)

_TUNED_VAE = _MNIST_VAE.replace(
    name="tuned-vae-digits",
    study=TUNED,
    pair="digits-tuned",
    latent=32,
    network="residual",
    decoder_widths=(128, 48, 24),
    encoder_widths=(24, 64),
    batch_norm=True,
    leak=0.1,
    reduction="mean",
    image_range=(-1.0, 1.0),
    loss="calibrated",
    cooldown=0.5,
    components=100,
    epochs=None,
    steps=8_000,
)

_TUNED_GAN = _MNIST_GAN.replace(
    name="tuned-gan-digits",
    study=TUNED,
    pair="digits-tuned",
    network="residual",
    decoder_widths=(128, 64, 32),
    encoder_widths=(32, 96),
    leak=0.1,
    lr=4e-4,
    cooldown=0.5,
    adam_betas=(0.0, 0.9),
    epochs=None,
    steps=24_000,
    loss="hinge",
    spectral_norm=True,
    averaging=0.999,
    # Rounded to float16 a few of its pixels change by more than 1/255.
    storage="float32",
)

_TUNED_FACE_GAN = _TUNED_GAN.replace(
    name="tuned-gan-faces",
    pair="faces-tuned",
    dataset="celeba",
    image_shape=(3, 64, 64),
    latent=128,
    decoder_widths=(256, 128, 64, 48),
    encoder_widths=(48, 96, 192),
    patch=2,
    steps=12_500,
    mirror=True,
    storage="float16",
)

_TUNED_FACE_VAE = _TUNED_FACE_GAN.replace(
    name="tuned-vae-faces",
    family="vae",
    components=20,
    steps=16_000,
    lr=1e-3,
    adam_betas=(0.9, 0.999),
    loss="calibrated",
    spectral_norm=False,
    averaging=0.0,
)


def _stops(bridge: Bridge, vae: Recipe, steps: int, judge: str | None = None) -> list[Recipe]:
    return [
        vae.replace(
            name=name,
            pair=bridge.key,
            pretraining=vae.name,
            adversarial=weight,
            judge=judge,
            lr=4e-4,
            adam_betas=(0.0, 0.9),
            cooldown=0.5,
            steps=steps,
            storage="float16",
        )
        for name, weight in zip(bridge.stops, STOPS, strict=True)
    ]


# Precision is chosen by benchmarks/precision.py: bfloat16 where it is faster and, for a VAE, leaves
# the loss within 1 %. Study D's VAEs stay in float32 together, as vae-100 does, but for vae-3.
RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        _MNIST_VAE,
        _MNIST_GAN,
        # What study A's code does where its text says batch normalisation and ReLU.
        _MNIST_GAN.replace(
            name="mlp-gan-100-leaky",
            batch_norm=False,
            leak=0.2,
            dropout=0.3,
            batch_size=100,
            shipped=False,
        ),
        _MNIST_VAE.replace(
            name="mini-vae-20",
            study="B",
            pair="digits-small",
            initialisation="xavier",
            batch_size=128,
            precision="bfloat16",
        ),
        _MNIST_GAN.replace(
            name="mini-gan-100",
            study="B",
            pair="digits-small",
            prior="uniform",
            decoder_widths=(32, 64, 128),
            encoder_widths=(128, 64, 32),
            batch_norm=False,
            leak=0.2,
            dropout=0.3,
            real_label=0.9,
            lr=2e-3,
            precision="float32",
        ),
        # In float32 this seed draws one picture only: the six ReLUs before the encoder's output
        # die, so it says nothing of the image. In bfloat16 it learns.
        _CONV_VAE.replace(name="vae-3", latent=3, precision="bfloat16"),
        # As float16 one of its directions, towards a 4, would not grow over its whole slider.
        _CONV_VAE.replace(name="vae-10", latent=10, storage="float32"),
        _CONV_VAE,
        _CONV_VAE.replace(
            name="gan-100",
            family="gan",
            image_range=(-1.0, 1.0),
            decoder_widths=(64, 32, 16),
            encoder_widths=(16, 32, 64),
            batch_norm=True,
            leak=0.2,
            initialisation="dcgan",
            lr=2e-4,
            adam_betas=(0.5, 0.999),
            precision="bfloat16",
        ),
        _TUNED_VAE,
        _TUNED_GAN,
        _TUNED_FACE_VAE,
        _TUNED_FACE_GAN,
        *_stops(BRIDGES[0], _TUNED_VAE, 1_200),
        *_stops(BRIDGES[1], _TUNED_FACE_VAE, 1_600, judge="tuned-gan-faces"),
        _FACE_VAE,
        _FACE_VAE.replace(
            name="face-gan-128",
            family="gan",
            # One block fewer than the generator has: study C's "unbalanced" discriminator.
            encoder_widths=(32, 64, 128, 256),
            # Study C's 5e-3 does not train here: see the card.
            lr=2e-4,
            adam_betas=(0.5, 0.999),
            pretraining="face-vae-128",
            flip_every=16,
            label_noise=0.1,
            input_noise=0.1,
            mixed_batches=True,
        ),
    )
}

# What a bare family name stands for on the command line.
FAMILIES: dict[str, str] = {
    "vae": "vae-100",
    "gan": "gan-100",
    "mlp-vae": "mlp-vae-20",
    "mlp-gan": "mlp-gan-100",
    "mini-vae": "mini-vae-20",
    "mini-gan": "mini-gan-100",
    "face-vae": "face-vae-128",
    "face-gan": "face-gan-128",
}


def find_recipe(name: str, latent: int | None = None) -> Recipe:
    """The recipe of that name, or the member of that family with that latent size.

    A latent size that no recipe has makes a new member of the family: `("vae", 32)` is a Recipe
    named `vae-32` that differs from `vae-100` in nothing else.

    Raises:
        UserError: there is no such model, or the latent size is not 1 to 1024.
    """
    recipe = RECIPES.get(FAMILIES.get(name, name))
    if recipe is None:
        known = ", ".join([*RECIPES, *FAMILIES])
        raise UserError(f"There is no model {name!r}; there are: {known}.")
    if latent is None or latent == recipe.latent:
        return recipe
    changes: dict[str, Any] = {"name": _resized(recipe.name, recipe.latent, latent)}
    if recipe.pretraining is not None:
        changes["pretraining"] = _resized(recipe.pretraining, recipe.latent, latent)
    return RECIPES.get(changes["name"]) or recipe.replace(**changes, latent=latent, shipped=False)


def _resized(name: str, before: int, after: int) -> str:
    """The name of a family member of another latent size."""
    other, found = re.subn(rf"-{before}(?=-|$)", f"-{after}", name, count=1)
    # A name that does not tell its latent size is that of one size only.
    return other if found else f"{name}-latent{after}"


def vae_before(gan: Recipe) -> Recipe:
    """The VAE that a GAN, or a stop of a bridge, starts from: same data, same z."""
    assert gan.pretraining is not None
    if gan.pretraining in RECIPES:
        return RECIPES[gan.pretraining]
    if gan.network == "residual":
        return _residual_vae_before(gan)
    shared = ("pair", "dataset", "image_shape", "latent", "decoder_widths", "leak", "batch_norm")
    length = ("batch_size", "epochs", "steps", "precision", "mirror", "seed")
    values = {field: getattr(gan, field) for field in (*shared, *length)}
    return _FACE_VAE.replace(name=gan.pretraining, **values, shipped=False)


def _residual_vae_before(other: Recipe) -> Recipe:
    assert other.pretraining is not None
    starts = (RECIPES[bridge.vae] for bridge in BRIDGES)
    vae = next(vae for vae in starts if vae.image_shape == other.image_shape)
    fields = [
        "latent",
        "decoder_widths",
        "leak",
        "batch_norm",
        "patch",
        "dataset",
        "mirror",
        "seed",
    ]
    # The encoder and the likelihood of a GAN's VAE are its own; those of a stop are kept.
    fields += ["encoder_widths", "loss", "image_range"] if other.family == "vae" else []
    values = {field: getattr(other, field) for field in fields}
    pair = vae.pair if other.dataset == vae.dataset else other.pair
    return vae.replace(name=other.pretraining, pair=pair, **values, shipped=False)

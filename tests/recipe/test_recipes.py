from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganvae.errors import UserError
from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe
from ganvae.recipe.pairs import BRIDGES, PAIRS
from ganvae.recipe.shipped import FAMILIES, RECIPES, find_recipe, vae_before

# Read off the studies; the GANs' two networks apart.
VAES = {
    "mlp-vae-20": 652_824,
    "mini-vae-20": 652_824,
    "face-vae-128": 3_928_329,
    "vae-3": 47_629,
    "vae-10": 69_623,
    "vae-100": 396_053,
    "tuned-vae-digits": 565_609,
    "tuned-vae-faces": 2_641_292,
    **{f"bridge-digits-{stop}": 565_609 for stop in range(5)},
    **{f"bridge-faces-{stop}": 2_641_292 for stop in range(5)},
}
GANS = {
    "face-gan-128": (1_842_531, 913_921),
    "mlp-gan-100": (1_489_936, 1_463_809),
    "mlp-gan-100-leaky": (1_486_352, 1_460_225),
    "mini-gan-100": (114_800, 110_849),
    "gan-100": (143_953, 42_432),
    "tuned-gan-digits": (782_913, 123_681),
    "tuned-gan-faces": (1_180_636, 672_817),
}


def on_meta(recipe: Recipe) -> VAE | GAN:
    with torch.device("meta"):
        return build(recipe)


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_every_recipe_has_a_known_parameter_count() -> None:
    assert set(RECIPES) == set(VAES) | set(GANS)


@pytest.mark.parametrize(("name", "parameters"), VAES.items())
def test_vae_has_the_parameters_of_its_study(name: str, parameters: int) -> None:
    model = on_meta(RECIPES[name])
    assert isinstance(model, VAE)
    assert model.parameter_count() == parameters
    assert count(model.encoder) + count(model.decoder) == parameters


@pytest.mark.parametrize(("name", "parameters"), GANS.items())
def test_gan_has_the_parameters_of_its_study(name: str, parameters: tuple[int, int]) -> None:
    model = on_meta(RECIPES[name])
    assert isinstance(model, GAN)
    assert (count(model.generator), count(model.discriminator)) == parameters
    assert model.parameter_count() == sum(parameters)


def test_recipes_go_by_their_names_and_belong_to_a_pair() -> None:
    assert [name for name, recipe in RECIPES.items() if recipe.name != name] == []
    keys = {pair.key for pair in PAIRS} | {bridge.key for bridge in BRIDGES}
    assert {recipe.pair for recipe in RECIPES.values()} <= keys
    assert set(FAMILIES.values()) <= set(RECIPES)
    assert [name for name, recipe in RECIPES.items() if not recipe.shipped] == [
        "mlp-gan-100-leaky",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # lr, betas, batch, epochs, steps, image range, reduction, real label, prior, initialisation
        ("mlp-vae-20", (1e-3, (0.9, 0.999), 64, 100, None, (0, 1), "sum", 1, "normal", "default")),
        (
            "mlp-gan-100",
            (2e-4, (0.9, 0.999), 64, 100, None, (-1, 1), "mean", 1, "normal", "default"),
        ),
        (
            "mlp-gan-100-leaky",
            (2e-4, (0.9, 0.999), 100, 100, None, (-1, 1), "mean", 1, "normal", "default"),
        ),
        ("mini-vae-20", (1e-3, (0.9, 0.999), 128, 100, None, (0, 1), "sum", 1, "normal", "xavier")),
        (
            "mini-gan-100",
            (2e-3, (0.9, 0.999), 64, 100, None, (-1, 1), "mean", 0.9, "uniform", "default"),
        ),
        ("vae-3", (1e-3, (0.9, 0.999), 32, None, 25_000, (0, 1), "mean", 1, "normal", "default")),
        ("vae-10", (1e-3, (0.9, 0.999), 32, None, 25_000, (0, 1), "mean", 1, "normal", "default")),
        ("vae-100", (1e-3, (0.9, 0.999), 32, None, 25_000, (0, 1), "mean", 1, "normal", "default")),
        ("gan-100", (2e-4, (0.5, 0.999), 32, None, 25_000, (-1, 1), "mean", 1, "normal", "dcgan")),
    ],
)
def test_settings_are_those_of_the_study(name: str, expected: tuple[Any, ...]) -> None:
    r = RECIPES[name]
    assert (
        r.lr,
        r.adam_betas,
        r.batch_size,
        r.epochs,
        r.steps,
        r.image_range,
        r.reduction,
        r.real_label,
        r.prior,
        r.initialisation,
    ) == expected
    assert r.beta == 1


def test_total_steps_counts_the_last_smaller_batch() -> None:
    recipe = RECIPES["mlp-vae-20"].replace(epochs=3, batch_size=64)
    assert recipe.total_steps(128) == 6
    assert recipe.total_steps(129) == 9
    assert RECIPES["vae-3"].total_steps(60_000) == 25_000
    assert RECIPES["mlp-vae-20"].total_steps(60_000) == 93_800


@pytest.mark.parametrize(
    ("family", "latent", "name"),
    [
        ("vae", None, "vae-100"),
        ("vae", 3, "vae-3"),
        ("vae", 10, "vae-10"),
        ("gan", None, "gan-100"),
        ("gan", 100, "gan-100"),
        ("mlp-vae", None, "mlp-vae-20"),
        ("mini-gan", None, "mini-gan-100"),
        ("mlp-gan-100-leaky", None, "mlp-gan-100-leaky"),
    ],
)
def test_find_recipe(family: str, latent: int | None, name: str) -> None:
    assert find_recipe(family, latent) is RECIPES[name]


def test_new_member_of_a_family_differs_only_in_its_latent_size() -> None:
    # Whose name does not tell a size is not taken for one of another.
    bridge = find_recipe("bridge-digits-1", 7)
    assert (bridge.name, bridge.latent) == ("bridge-digits-1-latent7", 7)
    assert bridge.pretraining == "tuned-vae-digits-latent7"
    assert vae_before(bridge) == find_recipe("tuned-vae-digits", 7)
    # Photos of one's own: all of the VAE's networks, and the same photos.
    cats = RECIPES["bridge-faces-1"].replace(
        name="cats", pretraining="cats-vae", dataset="cats", pair="cats", decoder_widths=(8, 8)
    )
    before = vae_before(cats)
    assert (before.name, before.dataset, before.pair) == ("cats-vae", "cats", "cats")
    assert before.decoder_widths == (8, 8)
    assert before.adversarial is None
    # A VAE of another loss than the stop's could not be taken over.
    sharp = RECIPES["bridge-digits-1"].replace(
        name="sharp", pretraining="sharp-vae", loss="calibrated", image_range=(-1.0, 1.0)
    )
    assert (vae_before(sharp).loss, vae_before(sharp).image_range) == ("calibrated", (-1.0, 1.0))
    new = find_recipe("vae", 32)
    assert new.name == "vae-32"
    assert new.replace(name="vae-100", latent=100, shipped=True) == RECIPES["vae-100"]
    assert not new.shipped
    # Study D's layers by hand.
    encoder = (1 * 16 + 16 * 32 + 32 * 32 + 32 * 16) * 9 + 16 + 32 + 32 + 16
    heads = 1024 * 64 + 64 + 64 * 64 + 64
    decoder = (16 * 32 + 32 * 32 + 32 * 16 + 16 * 1) * 9 + 32 + 32 + 16 + 1
    feet = 32 * 32 + 32 + 32 * 1024 + 1024
    assert on_meta(new).parameter_count() == encoder + heads + decoder + feet == 141_937
    assert find_recipe("mlp-gan-100-leaky", 64).name == "mlp-gan-64-leaky"


def test_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(UserError, match=r"no model 'vea'; there are: mlp-vae-20, .*gan-100.*mini"):
        find_recipe("vea")


@pytest.mark.parametrize("latent", [0, -3, 1025])
def test_latent_size_out_of_range(latent: int) -> None:
    with pytest.raises(UserError, match=f"whole number from 1 to 1024, not {latent}"):
        find_recipe("vae", latent)


def test_round_trip_through_json() -> None:
    for recipe in RECIPES.values():
        assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe


BAD = [
    ("name", "../vae", "name is 1 to 64"),
    ("name", "Vae", "name is 1 to 64"),
    ("name", "", "name is 1 to 64"),
    ("name", 3, "name is 1 to 64"),
    ("family", "flow", "family must be vae or gan, not 'flow'"),
    ("study", None, "study must be a short text"),
    ("pair", "x" * 65, "pair must be a short text"),
    ("dataset", "../faces", "name of a data set is 1 to 64"),
    ("dataset", None, "name of a data set is 1 to 64"),
    ("prior", [], "prior must be normal or uniform"),
    ("network", {}, "network must be perceptron or convolutional"),
    ("initialisation", 1, "initialisation must be"),
    ("precision", "float16", "precision must be float32 or bfloat16"),
    ("reduction", "none", "reduction must be sum or mean"),
    ("image_shape", [28, 28], "image_shape must be"),
    ("image_shape", [2, 28, 28], "image_shape must be"),
    ("image_shape", [1.0, 28, 28], "image_shape must be"),
    ("image_shape", [True, 28, 28], "image_shape must be"),
    ("image_shape", [1, 28, 10**9], "image_shape must be"),
    ("image_range", [0, 255], "image_range must be"),
    ("latent", 0, "from 1 to 1024, not 0"),
    ("latent", True, "from 1 to 1024, not True"),
    ("latent", "20", "from 1 to 1024, not '20'"),
    ("decoder_widths", [], "decoder_widths must be"),
    ("decoder_widths", [400.0], "decoder_widths must be"),
    ("encoder_widths", [-1], "encoder_widths must be"),
    ("encoder_widths", 400, "encoder_widths must be"),
    ("batch_norm", 1, "batch_norm must be true or false"),
    ("leak", 1, r"leak must be in \[0, 1\), not 1"),
    ("leak", float("nan"), "leak must be"),
    ("leak", 10**400, "leak must be"),
    ("dropout", 1.0, "dropout must be"),
    ("beta", -1, "beta must be"),
    ("beta", float("inf"), "beta must be"),
    ("real_label", 0, "real label must be"),
    ("lr", 0, r"learning rate must be in \(0, 1\], not 0\."),
    ("lr", "0.1", "learning rate must be"),
    ("adam_betas", [0.9], "Adam's betas must be"),
    ("adam_betas", [0.9, 1], "Adam's betas must be"),
    ("batch_size", 1, "batch size must be"),
    ("epochs", None, "either epochs or steps"),
    ("steps", 10, "either epochs or steps"),
    ("epochs", 0, "epochs must be"),
    ("seed", -1, "seed must be"),
    ("seed", 2**32, "seed must be"),
    ("shipped", "yes", "shipped must be"),
    ("loss", "a loss", "loss must be the name of one, like cross-entropy, not 'a loss'"),
    ("loss", "absolute-error", r"The absolute-error loss needs images in \(-1, 1\)"),
    ("storage", "int8", "storage must be float32 or float16"),
    ("pretraining", "../vae", "pretraining must be the name of a VAE or none"),
    ("pretraining", "face-vae-128", "belongs to a GAN with strided or residual"),
    ("judge", "../gan", "judge must be the name of a GAN or none"),
    ("judge", "tuned-gan-faces", "A judge belongs to a bridge"),
    ("flip_every", -1, "flip_every must be"),
    ("flip_every", 16, "belong to a GAN with the squared-error loss"),
    ("label_noise", -0.1, "label noise must be"),
    ("label_noise", 0.1, "belong to a GAN with the squared-error loss"),
    ("input_noise", float("nan"), "input noise must be"),
    ("input_noise", 0.1, "belong to a GAN's discriminator"),
    ("mirror", 1, "mirror must be true or false"),
    ("cooldown", 1.5, r"cooldown must be in \[0, 1\], not 1.5"),
    ("averaging", 1, r"averaging must be in \[0, 1\), not 1"),
    ("averaging", 0.9, "Averaging belongs to a GAN's generator"),
    ("spectral_norm", 1, "spectral_norm must be true or false"),
    ("spectral_norm", True, "belongs to a GAN's discriminator"),
    ("augmentation", 1, "augmentation must be true or false"),
    ("augmentation", True, "belongs to a GAN's discriminator"),
    ("augmentation_start", 1.0, r"start of the augmentation must be in \[0, 1\) or none, not 1.0"),
    ("augmentation_start", 0.5, "belong to a recipe with augmentation"),
    ("augmentation_limit", 0, r"limit of the augmentation must be in \(0, 1\], not 0"),
    ("augmentation_limit", 0.3, "belong to a recipe with augmentation"),
    ("gradient_penalty", -1, r"gradient penalty must be in \[0, 1000000\], not -1"),
    ("gradient_penalty", 1.0, "belongs to a GAN's discriminator"),
    ("penalty_every", 0, "penalty_every must be a whole number from 1 to 1000000000, not 0"),
    ("penalty_every", 8, "belongs to a recipe with a gradient penalty"),
    ("minibatch_deviation", 1, "minibatch_deviation must be true or false"),
    ("minibatch_deviation", True, "belongs to a GAN with residual networks"),
    ("one_pass", 1, "one_pass must be true or false"),
    ("one_pass", True, "takes a GAN with residual networks, with the cross-entropy"),
    ("discriminator_lr", 0, r"learning rate must be in \(0, 1\], not 0"),
    ("discriminator_lr", 0.1, "belongs to a GAN"),
    ("adversarial", 2, r"adversarial weight must be in \[0, 1\] or none, not 2"),
    ("adversarial", 0.5, "belongs to a VAE with residual networks that starts from another one"),
    ("components", 0, "Components must be a whole number from 1 to 100, not 0"),
    ("components", 101, "Components must be a whole number from 1 to 100, not 101"),
    ("patch", 0, "patch must be a whole number of pixels from 1 to 16, not 0"),
    ("patch", 2, "belongs to residual networks"),
]


@pytest.mark.parametrize(("field", "value", "sentence"), BAD)
def test_bad_value_is_one_sentence(field: str, value: Any, sentence: str) -> None:
    values = RECIPES["mlp-vae-20"].to_dict() | {field: value}
    with pytest.raises(UserError, match=sentence) as caught:
        Recipe.from_dict(values)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message


def test_steps_out_of_range() -> None:
    for steps in (0, 10**9 + 1, 2.5):
        with pytest.raises(UserError, match="steps must be a whole number"):
            RECIPES["vae-3"].replace(steps=steps)


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        (
            "mlp-gan-100",
            {"augmentation": True, "augmentation_start": 0.5},
            "needs a run whose length is set in steps",
        ),
        ("face-gan-128", {"gradient_penalty": 1.0}, "no mixed batches"),
        ("tuned-gan-digits", {"one_pass": True}, "takes a GAN with residual networks"),
        (
            "tuned-vae-digits",
            {"one_pass": True, "loss": "cross-entropy", "image_range": (0.0, 1.0)},
            "takes a GAN with residual networks",
        ),
        ("gan-100", {"minibatch_deviation": True}, "belongs to a GAN with residual networks"),
    ],
)
def test_settings_that_do_not_go_together(
    name: str, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        RECIPES[name].replace(**changes)


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("gan-100", {"image_shape": (1, 28, 28)}, "need 32 pixels, not 28x28"),
        ("gan-100", {"image_shape": (1, 32, 64)}, "need 32 pixels, not 32x64"),
        ("gan-100", {"encoder_widths": (16, 32)}, "need 16 and 32 pixels, not 32x32"),
        ("vae-3", {"image_shape": (1, 30, 32)}, "30 by 32 can't be halved down by 4"),
        ("vae-3", {"encoder_widths": (2,) * 16}, "32 by 32 can't be halved down by 256"),
    ],
)
def test_convolutions_must_end_at_the_image(
    name: str, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        RECIPES[name].replace(**changes)


def test_from_dict_names_what_is_missing_or_unknown() -> None:
    values = RECIPES["vae-3"].to_dict()
    with pytest.raises(UserError, match="has no field 'colour'"):
        Recipe.from_dict(values | {"colour": 1})
    del values["latent"]
    with pytest.raises(UserError, match="lacks the field 'latent'"):
        Recipe.from_dict(values)
    with pytest.raises(UserError, match="must be a JSON object"):
        Recipe.from_dict([values])


def test_a_huge_value_makes_a_short_sentence() -> None:
    with pytest.raises(UserError) as caught:
        Recipe.from_dict(RECIPES["vae-3"].to_dict() | {"family": "x" * 10**6})
    assert len(str(caught.value)) < 200


numbers = st.integers() | st.integers(-(10**5000), 10**5000) | st.floats()
scalars = st.none() | st.booleans() | numbers | st.text(max_size=80)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
plausible = st.lists(st.integers(-2, 600) | st.booleans() | st.floats(0, 2), max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(RECIPES)),
    st.dictionaries(
        st.sampled_from(sorted(RECIPES["vae-3"].to_dict())), anything | plausible, max_size=3
    ),
)
def test_hostile_values_raise_user_error_or_make_a_model(
    name: str, changes: dict[str, Any]
) -> None:
    try:
        recipe = Recipe.from_dict(RECIPES[name].to_dict() | changes)
    except UserError:
        return
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    on_meta(recipe)


@given(anything)
def test_any_json_is_refused_with_a_sentence(value: Any) -> None:
    with pytest.raises(UserError):
        Recipe.from_dict(value)


def test_study_c() -> None:
    """The figures of study C's text that no other test counts."""
    vae, gan = RECIPES["face-vae-128"], RECIPES["face-gan-128"]
    for recipe in (vae, gan):
        assert recipe.batch_size == 128
        # Five passes over 202,599 images.
        assert recipe.steps == 5 * math.ceil(202_599 / 128)
        assert recipe.image_range == (-1, 1)
        assert recipe.loss == "squared-error"
    assert (vae.beta, vae.lr, vae.adam_betas) == (0.00025, 5e-3, (0.9, 0.999))
    assert (gan.flip_every, gan.label_noise, gan.pretraining) == (16, 0.1, "face-vae-128")
    # "Unbalanced": the generator's widest block has no counterpart in the discriminator.
    assert set(gan.decoder_widths) - set(gan.encoder_widths) == {512}


@pytest.mark.parametrize("side", [8, 48, 100])
def test_strided_networks_need_a_size_that_can_be_halved(side: int) -> None:
    with pytest.raises(UserError, match=f"Images of {side} by {side} can't be halved down by 32"):
        RECIPES["face-vae-128"].replace(image_shape=(3, side, side))


def test_a_gan_of_another_latent_size_starts_from_a_vae_of_that_size() -> None:
    gan = find_recipe("face-gan", 64)
    assert (gan.name, gan.latent, gan.pretraining) == ("face-gan-64", 64, "face-vae-64")
    vae = vae_before(gan)
    assert (vae.name, vae.latent, vae.family, vae.shipped) == ("face-vae-64", 64, "vae", False)
    assert vae.encoder_widths == RECIPES["face-vae-128"].encoder_widths


def test_the_vae_before_a_residual_gan_has_its_decoder_and_an_encoder_of_its_own() -> None:
    gan = RECIPES["tuned-gan-faces"].replace(
        pretraining="before", decoder_widths=(32, 16, 8, 8), dataset="cats", pair="cats"
    )
    vae = vae_before(gan)
    tuned = RECIPES["tuned-vae-faces"]
    assert (vae.name, vae.decoder_widths, vae.dataset) == ("before", (32, 16, 8, 8), "cats")
    assert (vae.encoder_widths, vae.loss, vae.lr) == (tuned.encoder_widths, tuned.loss, tuned.lr)


def test_the_vae_before_a_gan_shares_its_data_and_length() -> None:
    gan = RECIPES["face-gan-128"].replace(
        name="cats", dataset="cats", pair="cats", pretraining="cats-vae", steps=9, seed=4
    )
    vae = vae_before(gan)
    assert (vae.name, vae.dataset, vae.pair, vae.steps, vae.seed) == (
        "cats-vae",
        "cats",
        "cats",
        9,
        4,
    )
    assert vae_before(RECIPES["face-gan-128"]) == RECIPES["face-vae-128"]


def test_a_recipe_from_before_a_setting_existed_has_its_default() -> None:
    values = RECIPES["vae-100"].to_dict()
    for newer in ("loss", "pretraining", "flip_every", "mirror", "storage"):
        del values[newer]
    assert Recipe.from_dict(values) == RECIPES["vae-100"].replace(storage="float32")

"""The directions that ship mean what they say: measured again, on other samples than those of
their training.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
import torch

from ganvae import DEFAULT_WEIGHTS, checkpoint
from ganvae.directions.format import DIRECTIONS, STEPS, Direction, grows, moved, read_directions
from ganvae.directions.names import MEANINGS, NAMES
from ganvae.latents import Array, sample_z
from ganvae.metrics.classifier import load_classifier
from ganvae.metrics.meanings import SLANT, WIDTH, Meaning, digit_meaning
from ganvae.models import GAN, VAE
from ganvae.recipe.shipped import RECIPES

# The stops of a bridge are not explored.
SHIPPED = [
    recipe.name for recipe in RECIPES.values() if recipe.shipped and recipe.adversarial is None
]
DIGITS = [name for name in SHIPPED if RECIPES[name].dataset == "mnist"]
FACES = [name for name in SHIPPED if RECIPES[name].dataset == "celeba"]
# Beside the seed of the measurements that ship.
SEED, SAMPLES = 99, 64
# Means of so few samples go up and down by a few hundredths of the whole way near its ends.
UNEVEN = 0.05


@cache
def shipped(name: str) -> tuple[VAE | GAN, list[Direction]]:
    model = checkpoint.load(DEFAULT_WEIGHTS / name)
    return model, read_directions(DEFAULT_WEIGHTS / name, model.recipe)


@cache
def meanings() -> dict[str, Meaning]:
    """How each key is measured."""
    classifier = load_classifier(DEFAULT_WEIGHTS)
    digits = [digit_meaning(digit, classifier) for digit in range(10)]
    return {one.key: one for one in (*digits, WIDTH, SLANT)} | MEANINGS


def along(model: VAE | GAN, one: Direction, z: Array, steps: tuple[int, ...]) -> list[float]:
    """Mean of what a direction is named after, at steps of its slider."""
    measure = meanings()[one.key].of
    pictures = (
        model.generate(torch.from_numpy(moved(z, one.vector, step, model.recipe))) for step in steps
    )
    return [measure(images).double().mean().item() for images in pictures]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_direction_grows_over_its_whole_slider(name: str) -> None:
    model, found = shipped(name)
    z = sample_z(SEED, model.recipe.latent, SAMPLES, model.recipe.prior)
    steps = STEPS if name in DIGITS else (-3, 0, 3)
    assert found
    for one in found:
        meaning = meanings()[one.key]
        assert (one.label, one.measured) == (meaning.label, meaning.measured)
        assert grows(one.values)
        again = along(model, one, z, steps)
        way = again[-1] - again[0]
        assert way > max(meaning.least / 2, 0)
        assert min(b - a for a, b in pairwise(again)) > -UNEVEN * way, one.key
        # It comes about as far as is told, on samples that it was not measured with.
        assert way == pytest.approx(one.values[-1] - one.values[0], rel=0.5)


@pytest.mark.parametrize("name", ["mlp-vae-20", "mini-vae-20", "vae-100", "gan-100"])
def test_the_classifier_reads_more_of_each_digit(name: str) -> None:
    """Of the best models: from nearly none to most pictures, for all ten digits."""
    _, found = shipped(name)
    digits = {one.key: one for one in found if one.key.startswith("digit-")}
    assert sorted(digits) == [f"digit-{digit}" for digit in range(10)]
    for one in digits.values():
        assert one.values[0] < 5
        assert one.values[-1] > 35


@pytest.mark.parametrize("name", [name for name in DIGITS if name != "vae-3"])
def test_width_and_slant_are_among_them(name: str) -> None:
    found = {one.key: one for one in shipped(name)[1]}
    assert found["width"].values[-1] > 1.2 * found["width"].values[0]
    assert found["slant"].values[0] < 0 < found["slant"].values[-1]


def test_names_of_faces_are_those_of_the_weights_that_ship() -> None:
    digests = {
        checkpoint.read_json(DEFAULT_WEIGHTS / name / DIRECTIONS)["weights"] for name in FACES
    }
    assert digests == set(NAMES)
    for names in NAMES.values():
        assert 4 <= len(names) <= 8
        assert len({one.component for one in names}) == len(names)
    # One slider drives both.
    keys = [sorted(one.key for one in shipped(name)[1]) for name in FACES]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("name", SHIPPED)
def test_directions_are_in_order_of_their_effect(name: str) -> None:
    effects = [one.effect for one in shipped(name)[1]]
    assert effects == sorted(effects, reverse=True)
    assert effects[-1] > 0

"""From a picture back to a GAN's z."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganvae import checkpoint, latents
from ganvae.errors import UserError
from ganvae.inversion import invert
from ganvae.models import GAN


@pytest.fixture(scope="module", params=["gan-100", "mlp-gan-100"])
def gan(request: pytest.FixtureRequest, tiny_weights: Path) -> GAN:
    model = checkpoint.load(tiny_weights / request.param)
    assert isinstance(model, GAN)
    return model


def samples(gan: GAN, seed: int, count: int) -> torch.Tensor:
    recipe = gan.recipe
    return gan.generate(
        torch.from_numpy(latents.sample_z(seed, recipe.latent, count, recipe.prior))
    )


def error(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a - b).square().mean().item()


def test_its_own_sample_is_found_again(gan: GAN) -> None:
    image = samples(gan, 123, 1)
    found = invert(gan, image, steps=60)
    usual = np.mean([error(image, other) for other in samples(gan, 5, 50)])
    assert found.error < 0.2 * usual
    # The error told is that of the z told.
    assert error(gan.generate(found.z), image) == pytest.approx(found.error, rel=1e-3, abs=1e-6)


def test_the_same_answer_twice_and_another_for_another_seed(gan: GAN) -> None:
    image = samples(gan, 7, 1)
    first, again = invert(gan, image, 3, 2, 5), invert(gan, image, 3, 2, 5)
    assert (first.z == again.z).all()
    assert first.error == again.error
    assert (invert(gan, image, 4, 2, 5).z != first.z).any()


def test_z_stays_where_the_generator_was_trained(gan: GAN) -> None:
    # No digit: the search runs away from it as far as it may.
    found = invert(gan, torch.ones(gan.recipe.image_shape), starts=2, steps=60)
    assert found.z.shape == (1, gan.recipe.latent)
    assert found.z.abs().max() <= (3 if gan.recipe.prior == "normal" else 1)


def test_more_steps_are_never_worse(gan: GAN) -> None:
    image = samples(gan, 11, 1)
    # The first step alone would be the best of the starts.
    assert invert(gan, image, 0, 4, 60).error < invert(gan, image, 0, 4, 1).error


def test_the_model_is_left_as_it_was(gan: GAN) -> None:
    before = {name: value.clone() for name, value in gan.state_dict().items()}
    image = samples(gan, 1, 1)
    gan.train()
    invert(gan, image, starts=2, steps=2)
    assert gan.generator.training
    gan.eval()
    assert all((before[name] == value).all() for name, value in gan.state_dict().items())
    assert all(parameter.grad is None for parameter in gan.parameters())


def test_a_single_image_without_batch(gan: GAN) -> None:
    image = samples(gan, 2, 1)
    assert (invert(gan, image[0], 0, 2, 3).z == invert(gan, image, 0, 2, 3).z).all()


@pytest.mark.parametrize("shape", [(2, 1, 32, 32), (1, 1, 5, 5), (3, 32, 32)])
def test_another_shape_is_refused(tiny_weights: Path, shape: tuple[int, ...]) -> None:
    gan = checkpoint.load(tiny_weights / "gan-100")
    assert isinstance(gan, GAN)
    with pytest.raises(UserError):
        invert(gan, torch.zeros(shape))


@pytest.mark.parametrize(("starts", "steps"), [(0, 5), (5, 0)])
def test_no_start_or_step_is_refused(gan: GAN, starts: int, steps: int) -> None:
    with pytest.raises(UserError, match="at least 1"):
        invert(gan, torch.zeros(gan.recipe.image_shape), 0, starts, steps)

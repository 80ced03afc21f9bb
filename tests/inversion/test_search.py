"""From a picture back to a GAN's z."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganvae import DEFAULT_WEIGHTS, checkpoint, latents
from ganvae.errors import UserError
from ganvae.inversion.descent import Descent
from ganvae.inversion.search import Effort, effort_for, invert, search
from ganvae.models import GAN
from ganvae.recipe.shipped import RECIPES


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


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_image_that_is_no_numbers_is_refused(gan: GAN, wrong: float) -> None:
    with pytest.raises(UserError, match="finite"):
        search(gan, torch.full(gan.recipe.image_shape, wrong))


def test_a_model_that_draws_no_numbers_is_told(tiny_weights: Path) -> None:
    gan = checkpoint.load(tiny_weights / "mlp-gan-100")
    assert isinstance(gan, GAN)
    with torch.no_grad():
        for parameter in gan.generator.parameters():
            parameter.fill_(torch.nan)
    with pytest.raises(UserError, match="draws no pictures"):
        invert(gan, torch.zeros(gan.recipe.image_shape), 0, 2, 2)


def test_progress_is_never_worse_and_ends_at_the_result(gan: GAN) -> None:
    image = samples(gan, 17, 1)
    effort = Effort(4, 70)
    told = list(search(gan, image, 5, effort))
    assert [progress.step for progress in told] == [0, 20, 40, 60, 70]
    assert {progress.steps for progress in told} == {70}
    errors = [progress.error for progress in told]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0]
    for progress in told:
        assert progress.z.shape == (1, gan.recipe.latent)
        assert progress.z.dtype == torch.float32
        assert error(gan.generate(progress.z), image) == pytest.approx(
            progress.error, rel=1e-3, abs=1e-6
        )
    found = invert(gan, image, 5, effort.starts, effort.steps)
    assert (found.z == told[-1].z).all()
    assert found.error == told[-1].error


def test_what_was_told_stays_as_it_was(gan: GAN) -> None:
    going = search(gan, samples(gan, 18, 1), 0, Effort(3, 45))
    first = next(going)
    before = first.z.clone()
    list(going)
    assert (first.z == before).all()


def test_nothing_is_drawn_before_it_is_asked_for_or_after_it_is_cancelled(
    gan: GAN, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    step = Descent.step

    def counted(descent: Descent) -> None:
        nonlocal steps
        steps += 1
        step(descent)

    monkeypatch.setattr(Descent, "step", counted)
    drawn = []
    monkeypatch.setattr(
        "ganvae.inversion.search.sample_z", lambda *a: drawn.append(a) or latents.sample_z(*a)
    )
    going = search(gan, samples(gan, 19, 1), 0, Effort(2, 100))
    assert drawn == []
    next(going)
    assert (len(drawn), steps) == (1, 0)
    next(going)
    going.close()
    assert steps == 20


def test_the_mode_and_the_grad_of_the_model_are_never_touched(gan: GAN) -> None:
    gan.train()
    before = {name: value.clone() for name, value in gan.state_dict().items()}
    flags = [parameter.requires_grad for parameter in gan.parameters()]
    going = search(gan, samples(gan, 20, 1), 0, Effort(2, 40))
    for _ in going:
        assert all(module.training for module in gan.modules())
        assert torch.is_grad_enabled()
    gan.eval()
    assert all((before[name] == value).all() for name, value in gan.state_dict().items())
    assert [parameter.requires_grad for parameter in gan.parameters()] == flags
    assert all(parameter.grad is None for parameter in gan.parameters())


def test_the_prior_pulls_z_to_the_length_of_its_own(
    gan: GAN, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = torch.rand(gan.recipe.image_shape, generator=torch.Generator().manual_seed(0))
    pulled = invert(gan, image, 0, 2, 60).z.norm()
    monkeypatch.setattr("ganvae.inversion.search._PULL", 0.0)
    free = invert(gan, image, 0, 2, 60).z.norm()
    assert pulled < free


def test_the_shipped_gan_finds_its_own_digit() -> None:
    gan = checkpoint.load(DEFAULT_WEIGHTS / "gan-100")
    assert isinstance(gan, GAN)
    image = samples(gan, 31, 1)
    found = invert(gan, image, 0)
    # Two of its digits differ by about a hundred times as much.
    assert found.error < 0.001
    assert found.z.norm() / gan.recipe.latent**0.5 < 1.3


def test_effort_follows_the_size_of_pictures() -> None:
    small, large = effort_for(RECIPES["gan-100"]), effort_for(RECIPES["face-gan-128"])
    assert effort_for(RECIPES["mlp-gan-100"]) == small
    assert small != large
    assert min(small.starts, small.steps, large.starts, large.steps) >= 4

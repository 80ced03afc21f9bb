"""What a discriminator sees in place of the images: changed, and gradients pass through."""

from __future__ import annotations

import torch

from ganvae.models import GAN, build
from ganvae.training.schedule import augmentation_probability
from ganvae.training.step import make_update
from ganvae.training.step.augment import COINS, DRAWS, augment, sometimes
from tests.training.conftest import SHORT_RESIDUAL_GAN

# Of the seven draws: colours as they are, no shift; the hole is around the place that they name.
AS_IT_IS = [0.5, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0]


def changed(images: torch.Tensor, **draws: float) -> torch.Tensor:
    """The images with one and the same change each."""
    names = ("brightness", "saturation", "contrast", "down", "right", "top", "left")
    values = [draws.get(name, own) for name, own in zip(names, AS_IT_IS, strict=True)]
    return augment(images, torch.tensor([values] * len(images)))


def test_colours() -> None:
    torch.manual_seed(0)
    images = torch.rand(2, 3, 16, 16) - 0.5
    seen = slice(5, None)  # beyond the hole, which lies in the first corner
    plain = changed(images)
    assert torch.allclose(plain[:, :, seen, seen], images[:, :, seen, seen], atol=1e-6)
    brighter = changed(images, brightness=0.75)
    assert torch.allclose(brighter[:, :, seen, seen], images[:, :, seen, seen] + 0.25, atol=1e-6)
    grey = changed(images, saturation=0.0)
    assert torch.allclose(grey[:, 0, seen, seen], images.mean(1)[:, seen, seen], atol=1e-6)
    assert torch.allclose(grey[:, 0], grey[:, 2])
    flat = changed(images, contrast=0.0)
    mean = images.mean((1, 2, 3), keepdim=True)
    assert torch.allclose(flat[:, :, seen, seen], (mean + (images - mean) / 2)[:, :, seen, seen])


def test_shifts_of_up_to_an_eighth_leave_black_behind() -> None:
    images = torch.arange(1.0, 257.0).reshape(1, 1, 16, 16)
    # The place that is drawn is where the frame begins on a canvas with a margin of two.
    moved = changed(images, down=0.999, right=0.0)
    assert torch.equal(moved[0, 0, 5:14, 5:], images[0, 0, 7:, 3:14])
    assert torch.equal(moved[0, 0, 14:], torch.zeros(2, 16))


def test_a_hole_of_half_a_side() -> None:
    images = torch.ones(1, 1, 16, 16)
    covered = changed(images, top=0.5, left=0.5)
    assert covered[0, 0, 8, 8] == 0
    assert int((covered == 0).sum()) == 9 * 9
    assert torch.equal(covered[0, 0, :4], torch.ones(4, 16))


def test_images_are_changed_each_in_its_own_way() -> None:
    torch.manual_seed(0)
    images = (torch.rand(1, 3, 16, 16) * 2 - 1).expand(6, -1, -1, -1)
    seen = augment(images, torch.rand(6, DRAWS))
    assert len({tuple(one.flatten().tolist()) for one in seen}) == 6


def test_the_generator_learns_through_it() -> None:
    torch.manual_seed(0)
    model = build(SHORT_RESIDUAL_GAN.replace(augmentation=True))
    assert isinstance(model, GAN)
    met = []
    model.discriminator.register_forward_pre_hook(lambda _, seen: met.append(seen[0].detach()))
    update = make_update(model)
    images = torch.full((8, 1, 28, 28), 0.5)
    update(images, 0)
    trained = update.besides["generator"]
    assert all(one.grad is not None and one.grad.any() for one in trained.parameters())
    # Real images, and generated ones twice; none as it was, and no two alike.
    assert len(met) == 3
    assert all((one == 0).any() for one in met)
    assert len({float(one.mean()) for one in met[0]}) == 8


def test_each_kind_of_change_has_a_coin_of_its_own() -> None:
    torch.manual_seed(0)
    images = torch.rand(3, 3, 16, 16) - 0.5
    draws = torch.rand(3, DRAWS)
    coins = torch.full((3, COINS), 0.7)
    assert torch.allclose(augment(images, sometimes(draws, coins, 0.7)), images, atol=1e-6)
    assert torch.equal(sometimes(draws, coins, 0.71), draws)
    for kind, own in enumerate((slice(0, 3), slice(3, 5), slice(5, 7))):
        coins = torch.ones(3, COINS)
        coins[:, kind] = 0.0
        done = sometimes(draws, coins, 0.5)
        assert torch.equal(done[:, own], draws[:, own])
        assert torch.equal(done[:, own.stop :], sometimes(draws, coins, 0.0)[:, own.stop :])
        assert not torch.allclose(augment(images, done), images)


def test_augmentation_comes_in_late_and_slowly() -> None:
    recipe = SHORT_RESIDUAL_GAN.replace(
        augmentation=True, augmentation_start=0.5, augmentation_limit=0.4, steps=100
    )
    probabilities = [augmentation_probability(recipe, step) for step in (0, 50, 75, 100)]
    assert probabilities == [0.0, 0.0, 0.2, 0.4]
    constant = recipe.replace(augmentation_start=None)
    assert [augmentation_probability(constant, step) for step in (0, 99)] == [0.4, 0.4]
    assert augmentation_probability(SHORT_RESIDUAL_GAN, 99) == 0.0


def test_before_it_begins_a_discriminator_sees_the_images_themselves() -> None:
    recipe = SHORT_RESIDUAL_GAN.replace(augmentation=True, augmentation_start=0.5, steps=100)
    model = build(recipe)
    met = []
    model.discriminator.register_forward_pre_hook(lambda _, seen: met.append(seen[0].detach()))
    update = make_update(model)
    images = torch.full((8, 1, 28, 28), 0.5)
    update(images, 49)
    assert torch.equal(met[0], images)
    update(images, 99)
    assert not torch.equal(met[3], images)

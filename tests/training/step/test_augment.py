"""What a discriminator sees in place of the images: changed, and gradients pass through."""

from __future__ import annotations

import torch

from ganvae.models import GAN, build
from ganvae.training.step import make_update
from ganvae.training.step.augment import DRAWS, augment
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

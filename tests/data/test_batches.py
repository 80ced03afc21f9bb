"""Mirrored batches: which images, and always the same ones. Their order is in test_digits.py."""

from __future__ import annotations

import torch

from ganvae.data import Batches

COUNT = 1000


def images() -> torch.Tensor:
    """Each an asymmetric image, 3x2x3, that tells its number."""
    values = torch.arange(COUNT * 18).remainder(251).view(COUNT, 3, 2, 3)
    return values.to(torch.uint8)


def batches(seed: int = 0, *, mirror: bool = True, batch_size: int = COUNT) -> Batches:
    return Batches(images(), batch_size, seed, (0.0, 255.0), mirror=mirror)


def coins(seed: int, step: int) -> list[bool]:
    """Which images of a batch are mirrored."""
    order = torch.arange(COUNT)
    batch = batches(seed).batch(order, step).round().to(torch.uint8)
    mirrored = (batch == images().flip(-1)).flatten(1).all(1)
    untouched = (batch == images()).flatten(1).all(1)
    # Whole images, nothing else: left to right, not top to bottom, no pixel changed.
    assert (mirrored ^ untouched).all()
    return mirrored.tolist()


def test_about_half_are_mirrored_left_to_right() -> None:
    assert 440 <= sum(coins(0, 0)) <= 560


def test_which_depends_on_seed_and_step_alone() -> None:
    torch.manual_seed(5)
    first = coins(3, 7)
    torch.manual_seed(6)
    assert coins(3, 7) == first
    assert coins(3, 8) != first
    assert coins(4, 7) != first


def test_an_image_is_mirrored_in_some_epochs_only() -> None:
    mirrored = torch.tensor([coins(0, step) for step in range(20)]).sum(0)
    # In 20 epochs next to no image of 1,000 stays on one side.
    assert ((mirrored > 0) & (mirrored < 20)).float().mean() > 0.99


def test_without_mirroring_nothing_changes_and_the_order_is_the_same() -> None:
    plain, mirroring = batches(mirror=False), batches()
    order = plain.epoch_order(2)
    assert torch.equal(order, mirroring.epoch_order(2))
    assert torch.equal(plain.batch(order, 2).round().to(torch.uint8), images()[order])


def test_the_images_themselves_stay_as_they_are() -> None:
    set_of_images = images()
    mirroring = Batches(set_of_images, 64, 0, (-1.0, 1.0), mirror=True)
    order = mirroring.epoch_order(0)
    sizes = [len(mirroring.batch(order, step)) for step in range(mirroring.steps_per_epoch)]
    assert sizes == [64] * 15 + [40]
    assert torch.equal(set_of_images, images())


def test_processes_share_every_batch_and_mirror_as_one_would() -> None:
    whole = batches(batch_size=300)
    order = whole.epoch_order(0)
    for step in range(whole.steps_per_epoch):
        shares = [
            Batches(images(), 300, 0, (0.0, 255.0), mirror=True, rank=rank, world=2)
            for rank in range(2)
        ]
        together = torch.cat([share.batch(order, step) for share in shares])
        assert torch.equal(together, whole.batch(order, step))


def test_a_batch_that_can_not_be_shared_out_evenly_is_filled_up() -> None:
    shares = [
        Batches(images(), 64, 0, (0.0, 255.0), rank=rank, world=3).batch(torch.arange(COUNT), 15)
        for rank in range(3)
    ]
    # 40 images are left for the last step of the epoch; the first two are seen again.
    assert [len(share) for share in shares] == [14, 14, 14]
    expected = torch.cat([images()[960:], images()[:2]])
    assert torch.equal(torch.cat(shares).round().to(torch.uint8), expected)

"""A drawing in the frame of MNIST."""

from __future__ import annotations

import pytest
import torch

from ganvae.data.handwriting import as_mnist
from ganvae.errors import UserError


def centre(image: torch.Tensor) -> tuple[float, float]:
    mass, at = image[0, 0], torch.arange(28.0)
    return (
        ((mass.sum(1) * at).sum() / mass.sum()).item(),
        ((mass.sum(0) * at).sum() / mass.sum()).item(),
    )


def extent(image: torch.Tensor) -> tuple[int, int]:
    inked = image[0, 0] > 0
    return int(inked.any(1).sum()), int(inked.any(0).sum())


@pytest.mark.parametrize(("top", "left"), [(0, 0), (40, 10), (8, 50)])
def test_any_place_and_size_becomes_the_same_digit(top: int, left: int) -> None:
    drawing = torch.zeros(64, 64)
    drawing[top : top + 20, left : left + 10] = 1
    image = as_mnist(drawing)
    assert image.shape == (1, 1, 28, 28)
    assert extent(image) == (20, 10)
    assert image.max() == 1
    for middle in centre(image):
        assert abs(middle - 14) <= 0.51


def test_the_centre_of_mass_counts_not_that_of_the_box() -> None:
    # An L: most of its ink is low and left.
    drawing = torch.zeros(64, 64)
    drawing[10:50, 10:16] = 1
    drawing[44:50, 10:50] = 1
    image = as_mnist(drawing)
    assert extent(image) == (20, 20)
    inked = (image[0, 0] > 0).nonzero()
    middle = (inked.min(0).values + inked.max(0).values).float() / 2
    for mass in centre(image):
        assert abs(mass - 14) <= 0.51
    # The box itself therefore sits high and to the right.
    assert middle[0] < 13
    assert middle[1] > 14


def test_a_dot_fills_the_box_and_is_not_cut_off() -> None:
    drawing = torch.zeros(64, 64)
    drawing[63, 63] = 1
    assert extent(as_mnist(drawing)) == (20, 20)


def test_heavy_on_one_side_stays_in_the_frame() -> None:
    drawing = torch.full((64, 64), 0.06)
    drawing[:, 62:] = 1
    image = as_mnist(drawing)
    assert image.sum() > 0
    assert extent(image) == (20, 20)


def test_an_empty_drawing_is_told() -> None:
    with pytest.raises(UserError, match="Nothing is drawn"):
        as_mnist(torch.zeros(64, 64))

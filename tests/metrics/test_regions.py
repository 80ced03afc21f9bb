"""Brightness and warmth of parts of a picture."""

from __future__ import annotations

import pytest
import torch

from ganvae.metrics.regions import Region

LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)


def picture() -> torch.Tensor:
    """The left half red, the upper right quarter white, all else black."""
    image = torch.zeros(1, 3, 64, 64)
    image[0, 0, :, :32] = 1
    image[0, :, :32, 32:] = 1
    return image


def test_brightness_is_the_mean_of_the_colours_in_the_boxes() -> None:
    assert Region("", (LEFT,))(picture()).item() == pytest.approx(100 / 3)
    assert Region("", (RIGHT,))(picture()).item() == pytest.approx(50)
    assert Region("", (LEFT, RIGHT))(picture()).item() == pytest.approx((100 / 3 + 50) / 2)
    assert Region("", (RIGHT,), (LEFT,))(picture()).item() == pytest.approx(50 - 100 / 3)


def test_warmth_is_red_less_blue() -> None:
    assert Region("", (LEFT,), channel="warmth")(picture()).item() == pytest.approx(100)
    assert Region("", (RIGHT,), channel="warmth")(picture()).item() == pytest.approx(0)
    blue = picture().flip(1)
    assert Region("", (LEFT,), channel="warmth")(blue).item() == pytest.approx(-100)

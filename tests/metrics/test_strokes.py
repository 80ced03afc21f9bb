"""Width and slant of strokes that are drawn here."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganvae.metrics.strokes import slant, stroke_width


def bar(width: int, lean: float = 0.0, grey: float = 1.0) -> Tensor:
    """An upright bar (1, 1, 32, 32), each row moved so many pixels more to the right than the one
    below it.
    """
    image = torch.zeros(1, 1, 32, 32)
    for row in range(4, 28):
        left = 16 - width // 2 + round(lean * (15.5 - row))
        image[0, 0, row, left : left + width] = grey
    return image


@pytest.mark.parametrize("width", [2, 4, 6])
def test_a_bar_is_as_thick_as_it_was_drawn(width: int) -> None:
    # Its two ends are edges too: 24 rows and the width, twice each.
    expected = 2 * 24 * width / (2 * 24 + 2 * width)
    assert stroke_width(bar(width)).item() == pytest.approx(expected, rel=0.03)


def test_a_thicker_line_is_thicker_whatever_its_slant_grey_or_length() -> None:
    for lean in (0.0, 0.5):
        widths = stroke_width(torch.cat([bar(width, lean) for width in (1, 2, 3, 5)]))
        assert (widths.diff() > 0.4).all()
    assert stroke_width(bar(3, grey=0.3)).item() == pytest.approx(
        stroke_width(bar(3)).item(), rel=1e-3
    )
    short = bar(3).clone()
    short[:, :, 16:] = 0
    assert stroke_width(short).item() == pytest.approx(stroke_width(bar(3)).item(), rel=0.15)


@pytest.mark.parametrize("lean", [-0.6, -0.25, 0.0, 0.25, 0.6])
def test_a_sheared_bar_leans_by_its_angle(lean: float) -> None:
    angle = torch.rad2deg(torch.atan(torch.tensor(lean))).item()
    assert slant(bar(3, lean)).item() == pytest.approx(angle, abs=1.5)
    mirrored = bar(3, lean).flip(3)
    assert slant(mirrored).item() == pytest.approx(-angle, abs=1.5)


def test_an_empty_picture_has_no_width_and_no_slant() -> None:
    empty = torch.zeros(2, 1, 28, 28)
    assert stroke_width(empty).tolist() == [0, 0]
    assert slant(empty).tolist() == [0, 0]


def test_a_faint_stroke_has_the_width_and_the_slant_of_a_bright_one() -> None:
    faint, bright = bar(3, 0.5, grey=0.01), bar(3, 0.5)
    assert 0.5 < faint.sum() < 1
    assert stroke_width(faint).item() == pytest.approx(stroke_width(bright).item(), rel=1e-2)
    assert slant(faint).item() == pytest.approx(slant(bright).item(), rel=1e-4)
    # A level line has no height to lean over: it stays within bounds.
    level = torch.zeros(1, 1, 32, 32)
    level[0, 0, 10, 4:28] = 1
    assert slant(level).item() == pytest.approx(0, abs=1e-6)


def test_images_are_measured_apart_whatever_their_colours() -> None:
    bars = torch.cat(
        [bar(width, lean, grey) for width, lean, grey in ((2, 0.3, 1.0), (5, -0.5, 0.4))]
    )
    tall = torch.nn.functional.pad(bars, (0, 0, 0, 16))
    for measure in (stroke_width, slant):
        together = measure(bars)
        assert together.tolist() == pytest.approx([measure(one[None]).item() for one in bars])
        assert measure(tall).tolist() == pytest.approx(together.tolist(), rel=1e-4)
        coloured = torch.cat([bars * share for share in (0.2, 0.9, 0.4)], dim=1)
        assert measure(coloured).tolist() == pytest.approx(measure(bars / 2).tolist(), rel=1e-4)

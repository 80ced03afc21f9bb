"""Pictures from tensors: exact pixels, and animations read back from their bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from ganvae import render
from ganvae.errors import UserError


def greys(*values: float, size: int = 2) -> torch.Tensor:
    """One flat grey image (1, size, size) for each value."""
    return torch.tensor(values).reshape(-1, 1, 1, 1).expand(-1, 1, size, size).contiguous()


def test_pixels_are_rounded_and_clamped() -> None:
    images = torch.tensor([-0.5, 0.0, 0.4999, 0.501, 1.0, 1.5]).reshape(1, 1, 2, 3)
    assert render.to_pixels(images)[0, :, :, 0].tolist() == [[0, 0, 127], [128, 255, 255]]


def test_pixels_keep_channels_last() -> None:
    images = torch.zeros(1, 3, 2, 2)
    images[0, 1] = 1
    pixels = render.to_pixels(images)
    assert pixels.shape == (1, 2, 2, 3)
    assert pixels[0, 0, 0].tolist() == [0, 255, 0]


@pytest.mark.parametrize("shape", [(1, 2, 2), (0, 1, 2, 2), (1, 2, 4, 4), (1, 4, 4, 4)])
def test_pixels_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="1 or 3"):
        render.to_pixels(torch.zeros(shape))


def test_grid_places_every_image_and_the_gap() -> None:
    sheet = render.grid(greys(0, 0.2, 0.4, 0.6, 0.8), columns=3, scale=2, gap=1)
    assert (sheet.mode, sheet.size) == ("L", (14, 9))
    pixels = np.asarray(sheet)
    gap = render.GAP_GREY
    assert pixels[0].tolist() == [0] * 4 + [gap] + [51] * 4 + [gap] + [102] * 4
    assert pixels[4].tolist() == [gap] * 14
    # The place of a sixth image stays empty.
    assert pixels[8].tolist() == [153] * 4 + [gap] + [204] * 4 + [gap] + [gap] * 4


def test_grid_is_about_square_by_itself() -> None:
    assert render.grid(greys(*[0.5] * 7), scale=1, gap=0).size == (6, 6)


def test_grid_of_fewer_images_than_columns_is_no_wider_than_they_are() -> None:
    assert render.grid(greys(0, 1), columns=10, scale=1, gap=3).size == (7, 2)


def test_digits_are_magnified_with_hard_pixels() -> None:
    images = torch.tensor([0.0, 1.0, 1.0, 0.0]).reshape(1, 1, 2, 2)
    pixels = np.asarray(render.pictures(images, scale=3)[0])
    expected = np.kron(np.array([[0, 255], [255, 0]]), np.ones((3, 3)))
    assert (pixels == expected).all()


def test_colour_stays_colour_and_is_magnified_smoothly() -> None:
    images = torch.zeros(1, 3, 2, 2)
    images[0, 0, :, 1] = 1
    picture = render.pictures(images, scale=8)[0]
    assert (picture.mode, picture.size) == ("RGB", (16, 16))
    pixels = np.asarray(picture)
    assert pixels[:, :, 1:].max() == 0
    assert len(np.unique(pixels[0, :, 0])) > 2


@pytest.mark.parametrize("scale", [0, 65])
def test_scales_out_of_range_are_refused(scale: int) -> None:
    with pytest.raises(UserError, match="scale"):
        render.pictures(greys(0), scale)


def test_no_column_is_refused() -> None:
    with pytest.raises(UserError, match="column"):
        render.grid(greys(0), columns=0)


def test_strip_is_one_row() -> None:
    sheet = render.strip(greys(0, 0.4, 1), scale=1, gap=1)
    assert np.asarray(sheet).tolist() == [[0, 0, 128, 102, 102, 128, 255, 255]] * 2


def test_side_by_side_and_stacked_centre_the_smaller_one() -> None:
    small, large = Image.new("L", (2, 2), 10), Image.new("L", (4, 4), 20)
    across = render.side_by_side([small, large], gap=1)
    assert (across.mode, across.size) == ("L", (7, 4))
    assert np.asarray(across)[:, 0].tolist() == [128, 10, 10, 128]
    down = render.stacked([small, large], gap=1)
    assert down.size == (4, 7)
    assert np.asarray(down)[0].tolist() == [128, 10, 10, 128]


def test_grey_beside_colour_becomes_colour() -> None:
    joined = render.side_by_side(
        [Image.new("L", (1, 1), 7), Image.new("RGB", (1, 1), (9, 0, 0))], 0
    )
    assert joined.mode == "RGB"
    assert np.asarray(joined).tolist() == [[[7, 7, 7], [9, 0, 0]]]


def test_nothing_to_join_is_refused() -> None:
    with pytest.raises(UserError):
        render.side_by_side([])


@pytest.mark.parametrize(("fps", "gif", "webp"), [(10, 100, 100), (8, 120, 125), (30, 30, 33)])
def test_animations_have_every_frame_and_its_duration(fps: int, gif: int, webp: int) -> None:
    frames = render.pictures(greys(*torch.linspace(0, 1, 21).tolist(), size=4), scale=2)
    for file_format, duration in (("gif", gif), ("webp", webp)):
        with Image.open(io.BytesIO(render.animation(frames, file_format, fps))) as movie:
            assert (movie.format, movie.n_frames) == (file_format.upper(), 21)
            assert movie.info["loop"] == 0
            for expected, frame in zip(frames, ImageSequence.Iterator(movie), strict=True):
                frame.load()
                assert frame.info["duration"] == duration
                assert (np.asarray(frame.convert("L")) == np.asarray(expected)).all()


def ramps(count: int) -> torch.Tensor:
    """Soft colour pictures (count, 3, 64, 64), each a little bluer than the one before."""
    across = torch.linspace(0, 1, 64).expand(64, 64)
    blue = torch.linspace(0, 1, count)
    return torch.stack([torch.stack([across, 1 - across, b.expand(64, 64)]) for b in blue])


def test_animations_in_colour_look_like_their_frames() -> None:
    frames = render.pictures(ramps(6), scale=2)
    for file_format, most in (("webp", 2.5), ("gif", 10)):
        with Image.open(io.BytesIO(render.animation(frames, file_format, 5))) as movie:  # type: ignore[arg-type]
            assert (movie.n_frames, movie.size) == (6, (128, 128))
            for expected, frame in zip(frames, ImageSequence.Iterator(movie), strict=True):
                shown = np.asarray(frame.convert("RGB"), float)
                differences = np.abs(shown - np.asarray(expected, float))
                assert differences.mean() < most
                # No cast of one colour over the whole frame.
                assert np.abs(shown.mean((0, 1)) - np.asarray(expected).mean((0, 1))).max() < 4


def test_a_gif_in_colour_keeps_one_palette() -> None:
    content = render.animation(render.pictures(ramps(6)), "gif", 5)
    with Image.open(io.BytesIO(content)) as movie:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(movie)]
    colours = np.unique(np.stack(frames).reshape(-1, 3), axis=0)
    assert 64 <= len(colours) <= 256


@pytest.mark.parametrize(("side", "width", "scale"), [(28, 128, 4), (32, 256, 8), (64, 128, 2)])
def test_scale_to_a_width(side: int, width: int, scale: int) -> None:
    assert render.scale_to(torch.zeros(1, 3, side, side), width) == scale


def test_large_pictures_are_never_made_smaller() -> None:
    assert render.scale_to(torch.zeros(1, 3, 8, 512), 128) == 1


def test_a_grid_in_colour_bleeds_over_no_edge() -> None:
    images = torch.zeros(2, 3, 4, 4)
    images[0, 0] = images[1, 2] = 1
    pixels = np.asarray(render.grid(images, columns=2, scale=8, gap=1))
    assert pixels.shape == (32, 65, 3)
    assert (pixels[:, :32] == [255, 0, 0]).all()
    assert (pixels[:, 33:] == [0, 0, 255]).all()


@pytest.mark.parametrize("fps", [0, 51, float("nan")])
def test_other_speeds_are_refused(fps: float) -> None:
    with pytest.raises(UserError, match="speed"):
        render.animation(render.pictures(greys(0)), "gif", fps)


def test_no_frames_and_other_formats_are_refused() -> None:
    with pytest.raises(UserError, match="frame"):
        render.animation([], "gif", 10)
    with pytest.raises(UserError, match="gif or a webp"):
        render.animation(render.pictures(greys(0)), "mp4", 10)  # type: ignore[arg-type]


def test_png_reads_back() -> None:
    with Image.open(io.BytesIO(render.png(Image.new("L", (3, 2), 77)))) as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "L", (3, 2))
        assert picture.getpixel((0, 0)) == 77

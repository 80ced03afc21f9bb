"""One file of any kind to pixels: which pixels these are, and which files are refused."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ganvae.data.decode import CELEBA_CROP, Unreadable, decode

RGB = (3, 8, 8)
GREY = (1, 8, 8)
ORIENTATION = 0x0112
# What a camera that writes this orientation did to the upright image before it stored it.
STORED = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


def saved(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def colours(array: np.ndarray) -> np.ndarray:
    """(C, H, W) as (H, W, C)."""
    return array.transpose(1, 2, 0)


def corners() -> np.ndarray:
    """An upright image, 8x8, whose four corners differ: red, green, blue, white."""
    image = np.zeros((8, 8, 3), np.uint8)
    image[:4, :4], image[:4, 4:], image[4:, :4], image[4:, 4:] = (
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (255, 255, 255),
    )
    return image


def orient(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", STORED)
def test_every_orientation_comes_out_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    stored = np.ascontiguousarray(STORED[orientation](corners()))
    options = {"lossless": True} if suffix == "webp" else {}
    path = saved(tmp_path / f"a.{suffix}", stored, exif=orient(orientation), **options)
    assert np.array_equal(colours(decode(path, RGB)), corners())


@pytest.mark.parametrize("orientation", STORED)
def test_photographs_come_out_upright_from_draft_mode(tmp_path: Path, orientation: int) -> None:
    """Large enough to be decoded at an eighth, not square, asked for in yet other proportions."""
    upright = np.zeros((640, 960, 3), np.uint8)
    upright[:320, :480], upright[:320, 480:], upright[320:, :480] = 250, 150, 50
    stored = np.ascontiguousarray(STORED[orientation](upright))
    path = saved(tmp_path / "a.jpg", stored, exif=orient(orientation), quality=95)
    pixels = decode(path, (1, 8, 16))[0].astype(int)
    for part, value in (
        (pixels[:3, :7], 250),
        (pixels[:3, 9:], 150),
        (pixels[5:, :7], 50),
        (pixels[5:, 9:], 0),
    ):
        assert abs(part - value).max() <= 4


def test_a_photograph_on_its_side_is_not_enlarged_from_a_draft(tmp_path: Path) -> None:
    """Stripes along the longer side of a wide result stay sharp though the file lies on its side.

    Stored 2048 wide and 128 high, upright 128 wide: 128 columns are all there are.
    """
    stripes = np.zeros((2048, 128), np.uint8)
    stripes[:, ::2] = 255
    path = saved(
        tmp_path / "a.jpg", np.ascontiguousarray(np.rot90(stripes)), exif=orient(6), quality=95
    )
    pixels = decode(path, (1, 8, 128))[0].astype(int)
    assert pixels[:, ::2].min() > 240
    assert pixels[:, 1::2].max() < 15


def test_exif_that_cannot_be_read_is_no_reason_to_skip(tmp_path: Path) -> None:
    for number, exif in enumerate(
        (b"Exif\0\0rubbish", b"Exif\0\0MM\0*\0\0\xff\xff" + b"\xff" * 40)
    ):
        path = saved(tmp_path / f"{number}.jpg", corners(), exif=exif, quality=95)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert decode(path, RGB).shape == RGB


def test_transparent_parts_lie_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:, :4] = (255, 0, 0, 255)
    rgba[:4, 4:] = (0, 0, 0, 0)
    rgba[4:, 4:] = (0, 0, 0, 51)
    pixels = colours(decode(saved(tmp_path / "a.png", rgba), RGB))
    assert (pixels[:, :4] == (255, 0, 0)).all()
    assert (pixels[:4, 4:] == 255).all()
    assert (pixels[4:, 4:] == 204).all()
    grey = decode(tmp_path / "a.png", GREY)[0]
    assert (grey[:, :4] == 76).all()
    assert (grey[4:, 4:] == 204).all()


def test_grey_with_alpha_lies_on_white(tmp_path: Path) -> None:
    values = np.full((8, 8, 2), (10, 255), np.uint8)
    values[4:, :, 1] = 0
    path = tmp_path / "a.png"
    Image.fromarray(values, "LA").save(path)
    assert (decode(path, GREY)[0] == np.repeat([10, 255], 4)[:, None]).all()


def test_palettes_with_and_without_transparency(tmp_path: Path) -> None:
    image = Image.fromarray(np.repeat([0, 1], 4)[None].repeat(8, 0).astype(np.uint8), "P")
    image.putpalette([200, 100, 50, 0, 0, 255])
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "clear.png", transparency=1)
    image.save(tmp_path / "half.png", transparency=bytes([255, 128]))
    image.save(tmp_path / "clear.gif", transparency=1)
    for name, right in (
        ("plain.png", (0, 0, 255)),
        ("clear.png", (255, 255, 255)),
        ("half.png", (127, 127, 255)),
        ("clear.gif", (255, 255, 255)),
    ):
        pixels = colours(decode(tmp_path / name, RGB))
        assert (pixels[:, :4] == (200, 100, 50)).all(), name
        assert (pixels[:, 4:] == right).all(), name


def test_a_colour_declared_transparent_lies_on_white(tmp_path: Path) -> None:
    saved(tmp_path / "rgb.png", corners(), transparency=(255, 0, 0))
    assert (colours(decode(tmp_path / "rgb.png", RGB))[:4, :4] == 255).all()
    grey = np.repeat([0, 90], 4)[None].repeat(8, 0).astype(np.uint8)
    saved(tmp_path / "grey.png", grey, transparency=0)
    assert decode(tmp_path / "grey.png", GREY)[0, 0].tolist() == [255] * 4 + [90] * 4


@pytest.mark.parametrize("suffix", ["png", "tiff"])
@pytest.mark.parametrize("highest", [65535, 200])
def test_sixteen_bits_are_scaled_not_cut_off(tmp_path: Path, suffix: str, highest: int) -> None:
    """Also those of a dark picture, none of whose values is above 255."""
    values = np.linspace(0, highest, 64).round().astype(np.uint16).reshape(8, 8)
    path = saved(tmp_path / f"a.{suffix}", values)
    expected = np.rint(values / 65535 * 255)
    assert np.array_equal(decode(path, GREY)[0], expected)
    assert np.array_equal(decode(path, RGB)[2], expected)


@pytest.mark.parametrize(
    ("highest", "white"), [(1.0, 1.0), (0.5, 1.0), (255.0, 255.0), (65535.0, 65535.0), (1e6, 1e6)]
)
def test_floats_are_scaled_by_the_white_that_fits(
    tmp_path: Path, highest: float, white: float
) -> None:
    values = np.linspace(0, highest, 64, dtype=np.float32).reshape(8, 8)
    path = saved(tmp_path / "a.tiff", values)
    # One level off where float32 falls just beside a half.
    assert abs(decode(path, GREY)[0] - values / white * 255).max() <= 0.51


def test_whole_numbers_of_32_bits_and_missing_values(tmp_path: Path) -> None:
    values = np.linspace(-5, 65535, 64).astype(np.int32).reshape(8, 8)
    pixels = decode(saved(tmp_path / "a.tiff", values), GREY)[0]
    assert np.array_equal(pixels, np.rint(values.clip(0) / 65535 * 255))
    lacking = np.full((8, 8), 0.2, np.float32)
    lacking[0, :3] = (np.nan, np.inf, -np.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = decode(saved(tmp_path / "b.tiff", lacking), GREY)[0]
    assert pixels[0].tolist() == [0, 0, 0] + [51] * 5


def test_cmyk_photographs(tmp_path: Path) -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    image.save(tmp_path / "a.jpg", quality=95)
    red = colours(decode(tmp_path / "a.jpg", RGB)).astype(int)
    assert abs(red - (255, 0, 0)).max() <= 3
    assert abs(decode(tmp_path / "a.jpg", GREY).astype(int) - 76).max() <= 3


def test_one_bit_a_pixel(tmp_path: Path) -> None:
    pattern = np.arange(64).reshape(8, 8) % 3 == 0
    path = tmp_path / "a.png"
    Image.fromarray(pattern).save(path)
    assert np.array_equal(decode(path, GREY)[0], pattern * np.uint8(255))


def test_grey_files_become_colour_and_colour_files_grey(tmp_path: Path) -> None:
    values = np.arange(64, dtype=np.uint8).reshape(8, 8)
    path = saved(tmp_path / "grey.png", values)
    assert np.array_equal(decode(path, RGB), np.stack([values] * 3))
    path = saved(tmp_path / "colour.png", corners())
    # Luma of red, green, blue and white.
    assert decode(path, GREY)[0][[0, 0, 7, 7], [0, 7, 0, 7]].tolist() == [76, 150, 29, 255]


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "tiff"])
def test_of_an_animation_the_first_frame(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    path = tmp_path / f"a.{suffix}"
    options = {"lossless": True} if suffix == "webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    assert (colours(decode(path, RGB)) == (255, 0, 0)).all()


@pytest.mark.parametrize("wide", [True, False])
def test_of_a_very_long_image_the_centre_is_cut_out(tmp_path: Path, wide: bool) -> None:
    square = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    image = np.zeros((8, 1008, 3), np.uint8)
    image[:, 500:508] = square
    path = saved(tmp_path / "a.png", image if wide else np.ascontiguousarray(np.rot90(image)))
    expected = square if wide else np.rot90(square)
    assert np.array_equal(colours(decode(path, RGB)), expected)


def test_nothing_beside_the_centre_shines_in(tmp_path: Path) -> None:
    image = np.full((400, 1200, 3), (255, 0, 0), np.uint8)
    image[:, 400:800] = (0, 200, 0)
    path = saved(tmp_path / "a.png", image)
    assert (colours(decode(path, RGB)) == (0, 200, 0)).all()


def test_the_cut_has_the_proportions_of_the_result(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 20), np.uint8)
    path = saved(tmp_path / "a.png", image)
    assert np.array_equal(decode(path, (1, 10, 20))[0], image[5:15])
    assert np.array_equal(decode(path, (1, 20, 10))[0], image[:, 5:15])


@pytest.mark.parametrize("side", [29, 58, 116, 123, 225, 1027])
def test_no_size_is_refused_for_a_rounding_error(tmp_path: Path, side: int) -> None:
    """side / 28 * 28 is more than side for these."""
    path = saved(tmp_path / "a.png", np.full((side, side), 77, np.uint8))
    assert (decode(path, (1, 28, 28)) == 77).all()


def test_a_single_pixel_fills_the_image(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", np.full((1, 1, 3), (1, 2, 3), np.uint8))
    assert (colours(decode(path, RGB)) == (1, 2, 3)).all()


def test_an_image_of_the_right_size_is_left_as_it_is(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = saved(tmp_path / "a.png", image)
    for crop in (None, CELEBA_CROP):
        pixels = decode(path, (3, 64, 64), crop)
        assert pixels.dtype == np.uint8
        assert np.array_equal(colours(pixels), image)


def test_a_fine_board_becomes_grey(tmp_path: Path) -> None:
    """No pixel is just left out: 128 black and white ones make 8 of a mean brightness."""
    board = (np.indices((128, 128)).sum(0) % 2 * 255).astype(np.uint8)
    pixels = decode(saved(tmp_path / "a.png", board), GREY)
    assert pixels.min() >= 120
    assert pixels.max() <= 135


def test_draft_mode_is_close_to_the_full_decode(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:1024, 0:1024] / 1024
    image = np.stack([rows, columns, 0.5 + 0.5 * np.sin(20 * rows * columns)], 2)
    image = (255 * image).astype(np.uint8)
    photograph = saved(tmp_path / "a.jpg", image, quality=95)
    # The same decoded pixels in a file that has no draft mode.
    with Image.open(photograph) as full:
        full.save(tmp_path / "a.png")
    draft = decode(photograph, (3, 64, 64)).astype(int)
    assert abs(draft - decode(tmp_path / "a.png", (3, 64, 64))).max() <= 4
    grey = decode(photograph, (1, 64, 64)).astype(int)
    assert abs(grey - decode(tmp_path / "a.png", (1, 64, 64))).max() <= 4


def test_the_centre_of_celeba(tmp_path: Path) -> None:
    """Columns 15 to 163 and rows 35 to 183 of 178x218; images of another size as they are."""
    image = np.zeros((218, 178), np.uint8)
    image[35:183, 15:163] = 200
    path = saved(tmp_path / "a.png", image)
    assert (decode(path, (1, 64, 64), CELEBA_CROP) == 200).all()
    assert (decode(path, (1, 64, 64))[0, :, 0] == 0).all()
    exact = np.random.default_rng(0).integers(0, 256, (218, 178), np.uint8)
    path = saved(tmp_path / "b.png", exact)
    cut = decode(path, (1, 148, 148), CELEBA_CROP)[0]
    assert np.array_equal(cut, exact[35:183, 15:163])
    large = np.zeros((512, 512), np.uint8)
    large[:256] = 200
    path = saved(tmp_path / "c.png", large)
    whole = decode(path, (1, 64, 64), CELEBA_CROP)
    assert np.array_equal(whole, decode(path, (1, 64, 64)))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_bytes() -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(stream, "JPEG")
    return stream.getvalue()


BROKEN = {
    "cut short.jpg": (jpeg_bytes()[:2000], "truncated"),
    "only its head.jpg": (jpeg_bytes()[:100], "."),
    "empty.jpg": (b"", "no image of a kind that can be read"),
    "text.jpg": (b"This is no photograph.\n" * 50, "no image of a kind that can be read"),
    "bomb.png": (png_of(50_000, 50_000), "2500000000 pixels"),
    "hollow.png": (png_of(500, 500), "truncated"),
    "no pixels.png": (png_of(0, 0), "."),
    "phone.HEIC": (b"\0\0\0\x18ftypheic" + bytes(50), "HEIC can't be read: save it as JPEG"),
    "program.jpg": (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n",
        "no image of a kind that can be read",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_with_a_line(tmp_path: Path, name: str) -> None:
    content, reason = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=reason) as caught:
        decode(tmp_path / name, RGB)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.lasting


def test_what_the_disk_or_the_memory_fails_at_may_be_read_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreadable, match=r"^No such file or directory$") as caught:
        decode(tmp_path / "gone.jpg", RGB)
    assert not caught.value.lasting

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    path = saved(tmp_path / "a.png", corners())
    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(Unreadable, match=r"^MemoryError$") as caught:
        decode(path, RGB)
    assert not caught.value.lasting


def test_decoding_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", corners(), exif=orient(6))
    before = path.read_bytes(), path.stat().st_mtime_ns
    decode(path, RGB)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


HEADS = (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 ", b"BM")
TIFF_HEADS = (b"II*\0", b"MM\0*", b"\0\0\0\x1cftypavif")


@settings(max_examples=200, deadline=None)
@given(head=st.sampled_from(HEADS + TIFF_HEADS), rest=st.binary(max_size=300))
def test_random_bytes_raise_nothing_but_unreadable(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, rest: bytes
) -> None:
    refused_or_shaped(tmp_path_factory, head + rest)


@settings(max_examples=200, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=8))
def test_a_damaged_photograph_is_refused_or_read(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(jpeg_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    refused_or_shaped(tmp_path_factory, bytes(content))


def refused_or_shaped(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.jpg"
    path.write_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pixels = decode(path, RGB)
        except Unreadable as problem:
            reason = str(problem)
        else:
            assert pixels.shape == RGB
            assert pixels.dtype == np.uint8
            return
    assert reason
    assert "\n" not in reason

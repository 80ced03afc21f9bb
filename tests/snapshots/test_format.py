"""Snapshots of a training are read with checks: plain names, whole pictures, sane numbers."""

from __future__ import annotations

import base64
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganvae.errors import UserError
from ganvae.snapshots.format import Index, read_index, read_sheet, read_tiles, sheet_url


@pytest.fixture
def model(tiny_weights: Path, tmp_path: Path) -> Path:
    """A model folder of our own to spoil."""
    return Path(shutil.copytree(tiny_weights / "vae-3", tmp_path / "vae-3"))


def picture(kind: str, size: tuple[int, int]) -> bytes:
    """A file of grey noise."""
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, size[::-1], np.uint8)
    Image.fromarray(pixels).save(stream, kind)
    return stream.getvalue()


def index_of(folder: Path) -> Index:
    index = read_index(folder)
    assert index is not None
    return index


def change_index(folder: Path, **changes: Any) -> None:
    path = folder / "snapshots" / "index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_an_index_as_written(model: Path) -> None:
    index = index_of(model)
    assert (index.columns, index.rows, index.tile) == (8, 4, (32, 32))
    assert index.test_indices == tuple(range(32))
    assert [(m.step, m.images) for m in index.moments] == [(0, 0), (1, 32), (10, 320)]
    assert index.kinds == ("samples", "reconstructions")


def test_sheets_are_the_files_byte_for_byte(model: Path) -> None:
    index = index_of(model)
    for place, step in enumerate((0, 1, 10)):
        for kind in index.kinds:
            expected = (model / "snapshots" / f"{kind}-{step:08d}.webp").read_bytes()
            assert read_sheet(model, index, kind, place) == expected


def test_tiles_are_cut_row_by_row(model: Path) -> None:
    index = index_of(model)
    path = model / "snapshots" / "samples-00000001.webp"
    pixels = np.asarray(Image.open(path).convert("L"))
    tiles = read_tiles(path.read_bytes(), index)
    assert tiles.shape == (32, 1, 32, 32)
    expected = pixels[32:64, 96:128] / np.float32(255)
    assert np.array_equal(tiles[8 + 3, 0].numpy(), expected)


def test_a_model_without_snapshots_has_no_index(model: Path) -> None:
    shutil.rmtree(model / "snapshots")
    assert read_index(model) is None


def test_an_index_without_moments_is_none(model: Path) -> None:
    change_index(model, moments=[])
    assert read_index(model) is None


def test_moments_are_sorted_and_the_later_of_two_counts(model: Path) -> None:
    moments = [
        {"step": 5, "images": 500, "samples": "b.webp"},
        {"step": 1, "images": 100, "samples": "a.png"},
        {"step": 5, "images": 500, "samples": "c.jpg"},
    ]
    change_index(model, moments=moments)
    index = index_of(model)
    assert [m.sheets["samples"] for m in index.moments] == ["a.png", "c.jpg"]
    assert index.kinds == ("samples",)


@pytest.mark.parametrize(
    "name",
    [
        "../config.json",
        "../../secret.png",
        "/etc/passwd",
        "/etc/a.png",
        "a/b.png",
        "a\\b.png",
        "..png",
        ".a.png",
        "a.png\n",
        "a.png\x00",
        "a.gif",
        "",
        7,
        ["a.png"],
    ],
)
def test_only_plain_names_of_pictures(model: Path, name: Any) -> None:
    change_index(model, moments=[{"step": 0, "images": 0, "samples": name}])
    with pytest.raises(UserError, match=r"snapshots of vae-3 have no valid index\.json"):
        read_index(model)


def test_the_variances_that_were_kept(model: Path) -> None:
    kept = {"samples": 0.25, "reconstructions": 0, "originals": 1}
    moments = [
        {"step": 0, "images": 0, "samples": "a.webp", "laplacian_variance": kept},
        {"step": 1, "images": 5, "samples": "b.png"},
    ]
    change_index(model, moments=moments)
    assert [m.variances for m in index_of(model).moments] == [{"samples": 0.25}, {}]


@pytest.mark.parametrize("value", [-0.1, 16.1, float("nan"), True, "1", None, [1]])
def test_an_odd_variance_is_refused(model: Path, value: Any) -> None:
    kept = {"laplacian_variance": {"samples": value}}
    change_index(model, moments=[{"step": 0, "images": 0, "samples": "a.webp", **kept}])
    with pytest.raises(UserError, match=r"no valid index\.json"):
        read_index(model)


@pytest.mark.parametrize(
    ("kind", "suffix", "media"),
    [("WEBP", "webp", "webp"), ("JPEG", "jpg", "jpeg"), ("PNG", "png", "png")],
)
def test_a_sheet_of_each_kind_of_file(model: Path, kind: str, suffix: str, media: str) -> None:
    content = picture(kind, (256, 128))
    (model / "snapshots" / f"a.{suffix}").write_bytes(content)
    change_index(model, moments=[{"step": 0, "images": 0, "samples": f"a.{suffix}"}])
    sheet = read_sheet(model, index_of(model), "samples", 0)
    start, _, rest = sheet_url(sheet).partition(",")
    assert (start, base64.b64decode(rest)) == (f"data:image/{media};base64", content)
    assert read_tiles(sheet, index_of(model)).shape[0] == 32


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": 0},
        {"columns": 8.5},
        {"rows": True},
        {"rows": 10**9},
        {"tile": [32]},
        {"tile": [32, -1]},
        {"tile": 32},
        {"test_indices": ["a"]},
        {"test_indices": [-1]},
        {"test_indices": list(range(33))},
        {"test_indices": 5},
        {"moments": {}},
        {"moments": None},
        {"moments": [7]},
        {"moments": [{"step": 0, "samples": "a.png"}]},
        {"moments": [{"step": -1, "images": 0, "samples": "a.png"}]},
        {"moments": [{"step": 0, "images": 1e300, "samples": "a.png"}]},
        {"moments": [{"step": 0, "images": i, "samples": "a.png"} for i in range(1001)]},
    ],
)
def test_an_odd_index_is_refused(model: Path, changes: dict[str, Any]) -> None:
    change_index(model, **changes)
    with pytest.raises(UserError, match=r"no valid index\.json"):
        read_index(model)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '{"moments": NaN}', "\ud800"])
def test_an_index_that_is_no_index_is_refused(model: Path, text: str) -> None:
    path = model / "snapshots" / "index.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UserError, match=r"no valid index\.json"):
        read_index(model)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        picture("PNG", (256, 128)),
        picture("WEBP", (256, 129)),
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x7f\xff\x00\x00\x7f\xff",
    ],
)
def test_a_sheet_must_be_a_picture_of_its_size(model: Path, content: bytes) -> None:
    (model / "snapshots" / "samples-00000001.webp").write_bytes(content)
    with pytest.raises(UserError, match="no WEBP file of 256 by 128 pixels"):
        read_sheet(model, index_of(model), "samples", 1)


def test_a_large_file_is_not_read(model: Path) -> None:
    path = model / "snapshots" / "samples-00000001.webp"
    path.write_bytes(path.read_bytes() + bytes(4 * 2**20))
    with pytest.raises(UserError, match="no WEBP file"):
        read_sheet(model, index_of(model), "samples", 1)


def test_a_missing_sheet_is_told(model: Path) -> None:
    index = index_of(model)
    (model / "snapshots" / "samples-00000001.webp").unlink()
    with pytest.raises(UserError, match=r"samples-00000001\.webp of vae-3 can't be read"):
        read_sheet(model, index, "samples", 1)


@pytest.mark.parametrize(("kind", "place"), [("originals", 0), ("samples", 3), ("samples", -1)])
def test_unknown_kinds_and_moments_are_refused(model: Path, kind: str, place: int) -> None:
    with pytest.raises(UserError):
        read_sheet(model, index_of(model), kind, place)


def test_a_sheet_cut_short_has_no_tiles(model: Path) -> None:
    path = model / "snapshots" / "samples-00000001.webp"
    with pytest.raises(UserError, match="cut short"):
        read_tiles(path.read_bytes()[:2000], index_of(model))

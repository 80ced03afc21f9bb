from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae.data import load_for, to_float, to_uint8
from ganvae.latents import sample_z
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import VAE, build
from ganvae.snapshots.format import Index, Moment, read_index, read_sheet, read_tiles
from ganvae.snapshots.write import SnapshotWriter, copy_snapshots, encode, sheet_name
from tests.conftest import TINY

RECIPES = {recipe.name: recipe for recipe in TINY}


@pytest.mark.parametrize("name", ["vae-3", "mlp-vae-20", "gan-100", "mini-gan-100"])
def test_tiles_are_the_models_pictures(name: str, tmp_path: Path, small_data: Path) -> None:
    torch.manual_seed(0)
    recipe = RECIPES[name]
    model, test = build(recipe), load_for(recipe, "test", small_data)
    moments: list[dict[str, Any]] = []
    SnapshotWriter(tmp_path, model, test, moments).write(7, 7 * recipe.batch_size)

    height, width = recipe.image_shape[1:]
    z = torch.from_numpy(sample_z(42, recipe.latent, 32, recipe.prior))
    kinds = {"samples": to_uint8(model.generate(z))}
    if isinstance(model, VAE):
        kinds["reconstructions"] = to_uint8(model.reconstruct(to_float(test[:32])))
    for kind, pictures in kinds.items():
        with Image.open(tmp_path / "snapshots" / f"{kind}-00000007.webp") as image:
            sheet = np.asarray(image.convert("L"), np.float32)
        assert sheet.shape == (4 * height, 8 * width)
        for number, picture in enumerate(pictures):
            top, left = number // 8 * height, number % 8 * width
            tile = sheet[top : top + height, left : left + width]
            assert np.abs(tile - picture[0].numpy()).mean() < 3

    names = {kind: f"{kind}-00000007.webp" for kind in kinds}
    variances = {
        kind: laplacian_variance(pictures / 255).mean().item() for kind, pictures in kinds.items()
    }
    moment = {"step": 7, "images": 7 * recipe.batch_size, **names}
    assert moments == [{**moment, "laplacian_variance": pytest.approx(variances)}]
    assert json.loads((tmp_path / "snapshots" / "index.json").read_text()) == {
        "columns": 8,
        "rows": 4,
        "tile": [height, width],
        "seed": 42,
        "test_indices": list(range(32)) if recipe.family == "vae" else [],
        "moments": moments,
    }


def test_what_is_written_can_be_read_by_the_page(tmp_path: Path, small_data: Path) -> None:
    torch.manual_seed(0)
    recipe = RECIPES["vae-3"]
    model, test = build(recipe), load_for(recipe, "test", small_data)
    writer = SnapshotWriter(tmp_path, model, test, [])
    for step in (0, 1, 5):
        writer.write(step, step * 32)
    index = read_index(tmp_path)
    assert index is not None
    assert [(moment.step, moment.images) for moment in index.moments] == [(0, 0), (1, 32), (5, 160)]
    assert index.kinds == ("samples", "reconstructions")
    tiles = read_tiles(read_sheet(tmp_path, index, "samples", 2), index)
    pictures = model.generate(torch.from_numpy(sample_z(42, 3, 32)))
    assert (tiles - pictures).abs().mean() < 3 / 255


@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_are_in_reading_order(channels: int) -> None:
    tiles = torch.zeros(16, channels, 32, 32, dtype=torch.uint8)
    tiles += 16 * torch.arange(16, dtype=torch.uint8)[:, None, None, None]
    index = Index(8, 2, (32, 32), (), ())
    read = read_tiles(encode(tiles, columns=8), index)
    assert read.shape == tiles.shape
    torch.testing.assert_close(read, tiles / 255, atol=4 / 255, rtol=0)


def test_colours_keep_their_resolution() -> None:
    """WebP and most JPEG files have one colour for four pixels: this pattern would be grey."""
    pattern = torch.zeros(16, 3, 64, 64, dtype=torch.uint8) + 90
    pattern[:, 0, ::2, ::2] = pattern[:, 2, 1::2, ::2] = 160
    name = sheet_name("samples", 3, channels=3)
    content = encode(pattern, columns=8)
    index = Index(8, 2, (64, 64), (), (Moment(3, 96, {"samples": name}),))
    assert name == "samples-00000003.jpg"
    tiles = read_tiles(content, index) * 255
    assert (tiles - pattern).abs().mean() < 5


@pytest.mark.parametrize(("last_only", "steps"), [(False, [0, 1, 5]), (True, [5])])
def test_a_result_takes_all_moments_or_the_last(
    last_only: bool, steps: list[int], tmp_path: Path, small_data: Path
) -> None:
    run, result = tmp_path / "run", tmp_path / "result"
    result.mkdir()
    recipe = RECIPES["vae-3"]
    writer = SnapshotWriter(run, build(recipe), load_for(recipe, "test", small_data), [])
    for step in (0, 1, 5):
        writer.write(step, step * 32)
    copy_snapshots(run, result, last_only)
    index = read_index(result)
    assert index is not None
    assert [moment.step for moment in index.moments] == steps
    assert {file.name for file in (result / "snapshots").iterdir()} == {"index.json"} | {
        f"{kind}-{step:08d}.webp" for step in steps for kind in ("samples", "reconstructions")
    }
    for kind in index.kinds:
        sheet = f"{kind}-00000005.webp"
        assert (
            read_sheet(result, index, kind, len(steps) - 1)
            == (run / "snapshots" / sheet).read_bytes()
        )


def test_drawing_leaves_the_random_state_and_the_mode_alone(
    tmp_path: Path, small_data: Path
) -> None:
    recipe = RECIPES["gan-100"]
    model = build(recipe).train()
    before = torch.get_rng_state()
    SnapshotWriter(tmp_path, model, load_for(recipe, "test", small_data), []).write(0, 0)
    assert torch.equal(torch.get_rng_state(), before)
    assert model.training

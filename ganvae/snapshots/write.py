"""Sheets of pictures over a training: the same z, and the same test images, again and again."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ganvae import files
from ganvae.checkpoint import SNAPSHOT_INDEX, SNAPSHOTS, read_json
from ganvae.data import to_float, to_uint8
from ganvae.latents import sample_z
from ganvae.metrics.sharpness import laplacian_variance
from ganvae.models import GAN, VAE
from ganvae.snapshots.format import FORMATS, KINDS, VARIANCE

COLUMNS, ROWS = 8, 4
# Photographs at 64x64 take ten times the bytes of digits.
COLOUR_ROWS = 2
# The page's first seed, so that the time-lapse ends in pictures that a visitor has just seen.
SNAPSHOT_SEED = 42
# No difference can be seen at twice the size; colours keep their resolution.
_LOSS: dict[str, dict[str, Any]] = {
    ".webp": {"quality": 95, "method": 6},
    ".jpg": {"quality": 92, "subsampling": 0},
}


class SnapshotWriter:
    """Writes sheets of 8x4 tiles (8x2 in colour), no gaps, into `folder/snapshots/`; their index.

    Args:
        folder: of the run.
        model: what is drawn: samples, and a VAE's reconstructions of the first test images.
        test: uint8 test images at the model's size.
        moments: the index so far, when a run goes on.
    """

    def __init__(
        self, folder: Path, model: VAE | GAN, test: Tensor, moments: list[dict[str, Any]]
    ) -> None:
        self.folder, self.model, self.moments = folder / SNAPSHOTS, model, moments
        recipe = model.recipe
        self.rows = ROWS if recipe.image_shape[0] == 1 else COLOUR_ROWS
        device = next(model.parameters()).device
        z = sample_z(SNAPSHOT_SEED, recipe.latent, COLUMNS * self.rows, recipe.prior)
        self._z = torch.from_numpy(z).to(device)
        self._test = to_float(test[: COLUMNS * self.rows].to(device))

    def write(self, step: int, images: int) -> None:
        """Draw and store the sheets of this moment."""
        sheets = {"samples": self.model.generate(self._z)}
        if isinstance(self.model, VAE):
            sheets["reconstructions"] = self.model.reconstruct(self._test)
        variances: dict[str, float] = {}
        moment: dict[str, Any] = {"step": step, "images": images}
        for kind, pictures in sheets.items():
            tiles = to_uint8(pictures.cpu())
            moment[kind] = sheet_name(kind, step, self.model.recipe.image_shape[0])
            files.write_bytes(self.folder / moment[kind], encode(tiles, COLUMNS))
            variances[kind] = laplacian_variance(tiles.float() / 255).mean().item()
        moment[VARIANCE] = variances
        self.moments.append(moment)
        files.write_json(
            self.folder / SNAPSHOT_INDEX,
            {
                "columns": COLUMNS,
                "rows": self.rows,
                "tile": list(self.model.recipe.image_shape[1:]),
                "seed": SNAPSHOT_SEED,
                "test_indices": list(range(len(self._test))) if "reconstructions" in moment else [],
                "moments": self.moments,
            },
        )


def copy_snapshots(run: Path, result: Path, last_only: bool) -> None:
    """Copy the snapshots of a run's folder into that of its result.

    Args:
        last_only: leave out all moments but the last, for a model whose time-lapse is not shown:
            forty sheets of faces take more than its weights.
    """
    if not last_only:
        shutil.copytree(run / SNAPSHOTS, result / SNAPSHOTS)
        return
    index = read_json(run / SNAPSHOTS / SNAPSHOT_INDEX)
    last = index["moments"][-1]
    (result / SNAPSHOTS).mkdir()
    for kind in KINDS:
        if kind in last:
            shutil.copy(run / SNAPSHOTS / last[kind], result / SNAPSHOTS)
    files.write_json(result / SNAPSHOTS / SNAPSHOT_INDEX, {**index, "moments": [last]})


def sheet_name(kind: str, step: int, channels: int) -> str:
    """The file name of the sheet of a kind at a step."""
    return f"{kind}-{step:08d}{'.webp' if channels == 1 else '.jpg'}"


def encode(tiles: Tensor, columns: int) -> bytes:
    """The file of a sheet of uint8 pictures (N, C, H, W), N a multiple of `columns`."""
    count, channels, height, width = tiles.shape
    rows = count // columns
    grid = tiles.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = grid.reshape(rows * height, columns * width, channels).numpy()
    image = Image.fromarray(np.squeeze(pixels, axis=2) if channels == 1 else pixels)
    suffix, stream = ".webp" if channels == 1 else ".jpg", io.BytesIO()
    image.save(stream, FORMATS[suffix], **_LOSS[suffix])
    return stream.getvalue()

"""What the Sample tab asks of the server: sheets of samples, and all of them in one picture."""

from __future__ import annotations

import math
from typing import Any

import torch

from ganvae import render
from ganvae.collection import Collection
from ganvae.ui import checks, sampling
from ganvae.ui.facts import png_url
from ganvae.ui.turns import DRAWING, takes_turns

# So wide is a picture of a downloaded grid: 100 of them make about 1300 pixels on either side.
_DOWNLOAD_WIDTH = 128
_DOWNLOAD_GAP = 24


@takes_turns(DRAWING)
def draw(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
    """Sheets of samples: {"sheets": {name: {"image", "columns", "count", "sharpness"}}}.

    `image` is a PNG as data URL, tiles without gaps; `sharpness` holds each tile's, as a share
    of real pictures', or is None where that is not known.
    """
    return {
        "sheets": {
            name: _sheet(collection, name, images)
            for name, images in _grids(collection, data).items()
        }
    }


@takes_turns(DRAWING)
def download(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
    """All grids in one picture: {"image": a PNG as data URL}."""
    grids = _grids(collection, data)
    parts = [
        render.grid(images, scale=render.scale_to(images, _DOWNLOAD_WIDTH))
        for images in grids.values()
    ]
    return {"image": png_url(render.png(render.side_by_side(parts, gap=_DOWNLOAD_GAP)))}


def _grids(collection: Collection, data: dict[str, Any]) -> dict[str, torch.Tensor]:
    return sampling.grids(
        collection,
        checks.models(collection, data.get("models")),
        checks.seed(data.get("seed")),
        checks.count(data.get("count")),
        checks.temperature(data.get("temperature")),
        data.get("matched") is True,
        data.get("fitted") is True,
    )


def _sheet(collection: Collection, name: str, images: torch.Tensor) -> dict[str, Any]:
    columns = math.ceil(math.sqrt(len(images)))
    picture = render.grid(images, columns, scale=1, gap=0)
    ratios = collection.sharpness_of_each(name, images)
    return {
        "image": png_url(render.png(picture)),
        "columns": columns,
        "count": len(images),
        "sharpness": None if ratios is None else [round(ratio, 4) for ratio in ratios.tolist()],
    }

"""The pictures of a training for the page: sheets as data URLs."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

from PIL import Image

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.snapshots.format import read_index, read_sheet, read_tiles, sheet_url
from ganvae.ui import checks
from ganvae.ui.turns import DRAWING, takes_turns

MAX_SHEETS = 16
_NO_DATA = "The originals are not at hand: set GANVAE_DATA to a folder with the data set."
_NO_FOLDER = "The originals are not at hand: they are in a folder of whoever trained the model."
# The first test images are decoded one by one; a sheet of ours shows the first 16 or 32.
_MAX_DECODED = 128


class Timelapse:
    """Reads the snapshots of models."""

    def __init__(self) -> None:
        self._original_sheet = functools.lru_cache(maxsize=8)(_original_sheet)

    def moments(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """What there is to see of a model's training.

        Args:
            data: `model`, its name.

        Returns:
            columns, rows, tile (height, width), `kinds` of sheets and `moments`, each with its
            step and the images seen; no moments and a sentence in `problem` where there are none.

        Raises:
            UserError: there is no such model.
        """
        name, folder = _find(collection, data)
        try:
            index = read_index(folder)
        except UserError as error:
            return {"moments": [], "kinds": [], "problem": str(error)}
        if index is None:
            problem = f"No pictures were kept of the training of {name}."
            return {"moments": [], "kinds": [], "problem": problem}
        return {
            "columns": index.columns,
            "rows": index.rows,
            "tile": list(index.tile),
            "kinds": list(index.kinds),
            "moments": [{"step": m.step, "images": m.images} for m in index.moments],
        }

    @takes_turns(DRAWING)
    def sheets(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """Sheets of a model as data URLs.

        Args:
            data: `model`, its name; `kind`, samples or reconstructions; `moments`, 1 to 16
                places in the list that `moments` gave.

        Returns:
            `sheets`, in the order asked for, each with its `url` and the `sharpness` of its
            pictures as a share of real data's (None where that is not known); None in place of a
            sheet whose file is not whole, and a sentence on it in `problem`.

        Raises:
            UserError: there is no such model, kind or moment.
        """
        name, folder = _find(collection, data)
        kind, places = data.get("kind"), data.get("moments")
        index = read_index(folder)
        if index is None:
            raise UserError(f"No pictures were kept of the training of {name}.")
        if not isinstance(kind, str) or kind not in index.kinds:
            kinds = " or ".join(index.kinds)
            raise UserError(f"{name} has snapshots of {kinds}, not {checks.shown(kind)}.")
        if not isinstance(places, list) or not 1 <= len(places) <= MAX_SHEETS:
            raise UserError(f"Between 1 and {MAX_SHEETS} moments must be named.")
        last = len(index.moments) - 1
        reply: dict[str, Any] = {"sheets": [], "problem": None}
        for place in [checks.whole(place, "A moment", 0, last) for place in places]:
            try:
                sheet = read_sheet(folder, index, kind, place)
                variance = index.moments[place].variances.get(kind)
                sharpness = (
                    collection.sharpness(name, read_tiles(sheet, index))
                    if variance is None
                    else collection.share_of_real(name, variance)
                )
                reply["sheets"].append({"url": sheet_url(sheet), "sharpness": sharpness})
            except UserError as error:
                reply["sheets"].append(None)
                reply["problem"] = str(error)
        return reply

    def originals(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """The test images that a VAE's sheets of reconstructions are of.

        Args:
            data: `model`, its name.

        Returns:
            `sheet`, a data URL, tiles as in the reconstructions; None where the data set is not
            at hand, and a sentence that says so in `note`.

        Raises:
            UserError: there is no such model.
        """
        name, folder = _find(collection, data)
        index = read_index(folder)
        if index is None or not index.test_indices:
            return {"sheet": None, "note": ""}
        recipe = collection.recipe(name)
        try:
            sheet = self._original_sheet(
                recipe, index.test_indices, index.columns, index.rows, index.tile
            )
        except UserError:
            return {"sheet": None, "note": _NO_DATA if _is_known(recipe) else _NO_FOLDER}
        return {"sheet": sheet, "note": ""}


def _find(collection: Collection, data: dict[str, Any]) -> tuple[str, Path]:
    name = checks.model(collection, data.get("model"))
    return name, collection.entries[name].folder


def _is_known(recipe: Recipe) -> bool:
    """Whether anybody may have the data set, or only who trained the model."""
    from ganvae.data import digits, sets

    return recipe.dataset in (*digits.NAMES, sets.CELEBA)


def _original_sheet(
    recipe: Recipe, indices: tuple[int, ...], columns: int, rows: int, tile: tuple[int, int]
) -> str:
    """Test images as a sheet; raises UserError where they are not at hand."""
    # Imported late, like all that reads data sets: most pages never do.
    import torch

    from ganvae import data
    from ganvae.data import digits

    count = max(indices) + 1
    if recipe.dataset in digits.NAMES:
        images = data.load_images(recipe.dataset, "test")
    elif count > _MAX_DECODED:
        raise UserError("The snapshots name test images that would take long to read.")
    else:
        images = data.load_first_test_images(recipe, count)
    if count > len(images):
        raise UserError("The snapshots name test images that are not in the data set.")
    tiles = data.resize(images[list(indices)], tile)
    height, width = tile
    channels = tiles.shape[1]
    sheet = torch.zeros(columns * rows, channels, height, width, dtype=torch.uint8)
    sheet[: len(tiles)] = tiles
    pixels = sheet.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    array = pixels.reshape(rows * height, columns * width, channels).numpy()
    stream = io.BytesIO()
    Image.fromarray(array[:, :, 0] if channels == 1 else array).save(stream, "PNG")
    return sheet_url(stream.getvalue())

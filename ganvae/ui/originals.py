"""What the models redraw when it is no sample: a test image, or a visitor's drawing or photo."""

from __future__ import annotations

import base64
import binascii
import functools
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganvae.data.handwriting import as_mnist, ink_of
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.ui import checks

# A drawing is sent as so many grey pixels a side, one byte each.
DRAWING_SIDE = 64
# A photo, cut out by its visitor, as so many pixels a side of three bytes each.
PHOTO_SIDE = 128
# Photographs are decoded one by one; so many can be looked at.
_DECODED = 48
# A standard deviation, in shares of white: less is the noise of a camera.
_FLAT = 0.01
_NO_DATA = "The test images are not at hand: the server has no folder with the data set."
_NO_FOLDER = "The test images are not at hand: they are in a folder of whoever trained the models."


def can_draw(recipe: Recipe) -> bool:
    """Whether a drawing is of the kind that the model learnt from: white digits on black."""
    return recipe.dataset == "mnist" and recipe.image_shape[0] == 1


def count_test_images(recipe: Recipe) -> tuple[int, str]:
    """How many test images can be shown; 0 and a sentence where there are none."""
    # Imported late, like all that reads data sets: most visits never do.
    from ganvae.data import digits, sets

    try:
        return len(_test_images(recipe)), ""
    except UserError:
        known = recipe.dataset in (*digits.NAMES, sets.CELEBA)
        return 0, _NO_DATA if known else _NO_FOLDER


def test_image(recipe: Recipe, value: Any) -> Tensor:
    """The test image (1, C, H, W) in [0, 1] of that number, at the model's size.

    Raises:
        UserError: the number is none, or there are no test images.
    """
    from ganvae import data

    count, problem = count_test_images(recipe)
    if not count:
        raise UserError(problem)
    index = checks.whole(value, "The number of the test image", 0, count - 1)
    image = _test_images(recipe)[index : index + 1]
    return data.to_float(data.resize(image, recipe.image_shape[1:]))


def drawing(recipe: Recipe, value: Any) -> Tensor:
    """A drawing (1, 1, H, W) in [0, 1], framed as MNIST's digits are, at the model's size.

    Args:
        value: base64 of 64 x 64 bytes, white on black.

    Raises:
        UserError: it is something else, nothing is drawn, or the models don't draw digits.
    """
    if not can_draw(recipe):
        raise UserError("Only models of handwritten digits can redraw a drawing.")
    wrong = f"A drawing must be {DRAWING_SIDE} by {DRAWING_SIDE} grey pixels in base64."
    grey = _pixels(value, (DRAWING_SIDE, DRAWING_SIDE), wrong)
    return _at_size(recipe, as_mnist(grey))


def photo(recipe: Recipe, value: Any) -> Tensor:
    """A photo (1, C, H, W) in [0, 1] at the model's size.

    For models of digits what is written on it is found and framed as MNIST's digits are.

    Args:
        value: base64 of 128 x 128 x 3 bytes, red, green and blue.

    Raises:
        UserError: it is something else, or there is nothing to see on it.
    """
    wrong = f"A photo must be {PHOTO_SIDE} by {PHOTO_SIDE} pixels of three bytes in base64."
    colours = _pixels(value, (PHOTO_SIDE, PHOTO_SIDE, 3), wrong).permute(2, 0, 1)
    if colours.std() < _FLAT:
        raise UserError("The picture is all one colour; move the frame, or choose another.")
    if can_draw(recipe):
        return _at_size(recipe, as_mnist(ink_of(_grey(colours))))
    if recipe.image_shape[0] == 1:
        colours = _grey(colours)[None]
    return _at_size(recipe, colours[None])


def _grey(colours: Tensor) -> Tensor:
    """Brightness (H, W) of (3, H, W), weighted as the eye sees it (ITU-R BT.601)."""
    return (colours * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(dim=0)


def _at_size(recipe: Recipe, image: Tensor) -> Tensor:
    from ganvae.data.pixels import resize_float

    return resize_float(image, recipe.image_shape[1:]).clamp(0, 1)


def _pixels(value: Any, shape: tuple[int, ...], wrong: str) -> Tensor:
    """Bytes in base64 as numbers in [0, 1] of that shape; else a UserError with the sentence."""
    size = math.prod(shape)
    # The length first: nothing larger is ever decoded.
    if not isinstance(value, str) or len(value) != 4 * -(-size // 3):
        raise UserError(wrong)
    try:
        content = np.frombuffer(base64.b64decode(value, validate=True), np.uint8)
    except (binascii.Error, ValueError) as error:
        raise UserError(wrong) from error
    if len(content) != size:
        raise UserError(wrong)
    return torch.from_numpy(content.reshape(shape).copy()).float() / 255


def _test_images(recipe: Recipe) -> Tensor:
    """uint8 images, at their own size or the model's; raises UserError where there are none."""
    from ganvae import data

    return _read(recipe, data.find_data_dir())


@functools.lru_cache(maxsize=4)
def _read(recipe: Recipe, data_dir: Path | None) -> Tensor:
    from ganvae import data
    from ganvae.data import digits

    if recipe.dataset in digits.NAMES:
        if recipe.image_shape[0] != 1:
            raise UserError("The digits of the data set are grey.")
        return data.load_images(recipe.dataset, "test", data_dir)
    return data.load_first_test_images(recipe, _DECODED, data_dir)

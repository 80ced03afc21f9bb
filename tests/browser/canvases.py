"""For the browser tests of Explore and Walk: pixels on canvases, compared with the models'."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from ganvae import render
from ganvae.collection import Collection
from ganvae.latents import Array

# A browser computes z in float64 from the float32 it was given: a grey may round the other way.
ROUNDING = 1


def grey(page: Page, selector: str, index: int = 0) -> np.ndarray:
    """The grey pixels (height, width) of one of the canvases that a selector finds."""
    return colours(page, selector, index)[:, :, 0]


def colours(page: Page, selector: str, index: int = 0) -> np.ndarray:
    """The pixels (height, width, 3) of one of the canvases that a selector finds."""
    url = page.locator(selector).nth(index).evaluate("canvas => canvas.toDataURL()")
    content = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def drawn(collection: Collection, name: str, z: Array) -> np.ndarray:
    """What a model draws at points (N, latent): grey bytes (N, height, width)."""
    return render.to_pixels(collection.generate(name, z.reshape(-1, z.shape[-1])))[:, :, :, 0]


def same(seen: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two pictures are equal up to rounding."""
    return bool(np.abs(seen.astype(int) - expected.astype(int)).max() <= ROUNDING)


def wait_for_explorer(page: Page, tab: str = "explore") -> None:
    """Until the pictures, and in Explore the variations, are those of the last position."""
    test = {
        "explore": "d => d.wanted && d.shown === d.wanted && d.varied === d.wanted",
        "walk": "d => d.loaded",
    }[tab]
    page.wait_for_selector(f'.gx[data-mode="{tab}"]', timeout=60_000)
    page.wait_for_function(
        f"() => ({test})(document.querySelector('.gx[data-mode=\"{tab}\"]').dataset)",
        timeout=60_000,
    )

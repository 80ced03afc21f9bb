"""What the Bridge tab asks of the server: places, an original with its place, and figures."""

from __future__ import annotations

import base64
from typing import Any

from ganvae.bridges.stops import BridgeView
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.models import VAE
from ganvae.ui import checks, originals
from ganvae.ui.bridge.figures import figures_of
from ganvae.ui.config import usable_bridges
from ganvae.ui.facts import data_url
from ganvae.ui.turns import DRAWING, takes_turns

# Where there are no test images, one of so many samples of this seed is the original.
DRAWN = 100
DRAWN_SEED = 0
_MAX_INDEX = 9999


def points(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
    """The z that all stops draw: {"z": base64 of float32 (count, latent)}.

    They come from the fitted prior, which all stops share with their encoder, where there is
    one.

    Args:
        data: `bridge`, its key; `seed`; `count`, 1 to 100.

    Raises:
        UserError: there is no such bridge, or a value makes no sense.
    """
    bridge = _bridge(collection, data)
    seed, count = checks.seed(data.get("seed")), checks.count(data.get("count"))
    z = collection.sample_z(bridge.stops[0], seed, count, fitted=True)
    return {"z": _base64(z)}


@takes_turns(DRAWING)
def original(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
    """A picture and where the encoder that all stops share puts it.

    A test image where the data is at hand, else a sample of the GAN that the VAE of the bridge
    is paired with, or of the bridge's own last stop.

    Args:
        data: `bridge`, its key; `index`, the picture's number from 0. Past the last one they
            begin again: a link may name one that this server has not.

    Returns:
        `image`, a PNG as data URL; `z`, base64 of float32 (latent,); `index`, the number it
        has here, of `total`; `by`, the model that drew it, or None for a test image; `note`,
        why it is none.

    Raises:
        UserError: there is no such bridge, or a value makes no sense.
    """
    first = _bridge(collection, data).stops[0]
    asked = checks.whole(data.get("index"), "The number of the picture", 0, _MAX_INDEX)
    recipe = collection.recipe(first)
    count, note = originals.count_test_images(recipe)
    index, by = asked % (count or DRAWN), None
    if count:
        image = originals.test_image(recipe, index)
    else:
        by = _painter(collection, data)
        z = collection.sample_z(by, DRAWN_SEED, index + 1)
        image = collection.generate(by, z[index:])
    vae = collection.model(first)
    assert isinstance(vae, VAE)
    mean, _ = vae.encode(image)
    return {
        "image": data_url(image),
        "z": _base64(mean[0].numpy()),
        "index": index,
        "total": count or DRAWN,
        "by": by,
        "note": note,
    }


def figures(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
    """What was measured of the stops; see `figures_of`.

    Args:
        data: `bridge`, its key; `width` of the chart.

    Raises:
        UserError: there is no such bridge or width.
    """
    return figures_of(collection, _bridge(collection, data), data.get("width"))


def _bridge(collection: Collection, data: dict[str, Any]) -> BridgeView:
    key = data.get("bridge")
    usable, _ = usable_bridges(collection)
    bridges = {bridge.key: bridge for bridge in usable}
    if not isinstance(key, str) or key not in bridges:
        there = " or ".join(bridges) or "none here"
        raise UserError(f"The bridge must be {there}, not {checks.shown(key)}.")
    return bridges[key]


def _painter(collection: Collection, data: dict[str, Any]) -> str:
    """Who draws an original that is none."""
    stops = _bridge(collection, data).stops
    return collection.judge_of(stops[0]) or stops[-1]


def _base64(array: Array) -> str:
    return base64.b64encode(array.astype("<f4").tobytes()).decode()

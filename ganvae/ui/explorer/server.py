"""What the Explore and Walk tabs ask of the server.

Every function takes one JSON object and returns one; a visitor's mistake comes back as
{"error": sentence}. These calls pass by Gradio's queue and its checks, so every value is checked
here. Pixels travel as base64 of bytes, grey or RGB, row by row.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, get_args

import numpy as np
import torch
from PIL import Image

from ganvae import latents, render
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.recipes import MAX_SEED
from ganvae.ui.explorer import checks

Request = Any
Reply = dict[str, Any]

KINDS = ("perturbation", "straight", "spherical", "loop")
EXPORTS = (*get_args(render.AnimationFormat), "strip", "frame")
MIN_FRAMES, MAX_FRAMES = 21, 120
# A pair shows its VAEs and one GAN at once; a call may decode their 5x5 grids, or a 9x9 map.
MAX_MODELS = 8
MAX_POINTS = 256
MAX_PICK = 999
MAX_TEMPERATURE = 2.0
# About this many pixels wide is each picture of a download.
_EXPORT_WIDTH = 256
_STRIP_WIDTH = 64
_MEDIA = {"gif": "image/gif", "webp": "image/webp", "strip": "image/png", "frame": "image/png"}


def functions(collection: Collection) -> list[Callable[[Request], Reply]]:
    """The functions below, for one collection, under their own names."""
    return [
        _answering(function, collection)
        for function in (find_axes, find_latents, decode, walk, export)
    ]


def _answering(
    function: Callable[..., Reply], collection: Collection
) -> Callable[[Request], Reply]:
    def answer(request: Request) -> Reply:
        try:
            return function(collection, checks.fields(request))
        except UserError as error:
            return {"error": str(error)}

    # Gradio finds a function of the page by its name.
    answer.__name__ = function.__name__
    return answer


def find_axes(collection: Collection, request: Request) -> Reply:
    """A model's latent axes, the most important first.

    Request: model. Reply: latent, prior_std, directions (base64 of float32, latent x latent),
    strengths and labels, one of each per axis.
    """
    name = checks.text(request.get("model"), "model")
    recipe, axes = collection.recipe(name), collection.axes(name)
    return {
        "model": name,
        "latent": recipe.latent,
        "prior_std": latents.prior_std(recipe.prior),
        "directions": _text(axes.directions),
        "strengths": [float(strength) for strength in axes.strengths],
        "labels": axes.labels,
    }


def find_latents(collection: Collection, request: Request) -> Reply:
    """The z that the seed and the pick stand for, in each model.

    Request: models, seed, pick, temperature. Reply: z, base64 of float32 for each model.
    """
    names, start = _start(collection, request)
    return {"z": {name: _text(_point(collection, name, **start)) for name in names}}


def decode(collection: Collection, request: Request) -> Reply:
    """Pictures of points in latent space.

    Request: requests, a list of {model, z}; z is base64 of float32 or a list of lists, and all of
    them together have at most 256 points. Reply: pictures, one batch for each request.
    """
    requests = request.get("requests")
    if not isinstance(requests, list) or not 1 <= len(requests) <= MAX_MODELS:
        raise UserError(f"requests must be a list of 1 to {MAX_MODELS} of {{model, z}}.")
    wanted: list[tuple[str, Array]] = []
    for one in requests:
        name = checks.text(checks.fields(one).get("model"), "model")
        left = MAX_POINTS - sum(len(z) for _, z in wanted)
        z = checks.points(one.get("z"), collection.recipe(name).latent, max(1, left))
        wanted.append((name, z))
    if sum(len(z) for _, z in wanted) > MAX_POINTS:
        raise UserError(f"z must hold at most {MAX_POINTS} points.")
    return {"pictures": [_batch(name, collection.generate(name, z)) for name, z in wanted]}


def walk(collection: Collection, request: Request) -> Reply:
    """All frames of a walk, for each model.

    Request: models, kind, seed, pick, to, frames, temperature. Reply: pictures, one batch for each
    model.
    """
    walked = _walk(collection, request)
    return {"pictures": [_batch(name, images) for name, images in walked.items()]}


def export(collection: Collection, request: Request) -> Reply:
    """A walk as one file, all models in it.

    Request: as for a walk, and file_format (gif, webp, strip or frame), fps and, for a single
    frame, frame from 0. Reply: filename, media (its type), data (base64).
    """
    file_format = checks.choice(request.get("file_format"), "The file format", EXPORTS)
    fps = checks.number(request.get("fps", 10), "The speed", 1, 30)
    walked = _walk(collection, request)
    count = len(next(iter(walked.values())))
    frame = checks.whole(request.get("frame", 0), "The frame", 0, count - 1)
    name = "-".join(["ganvae", request["kind"], *walked, f"seed-{request['seed']:.0f}"])
    if file_format == "strip":
        width = _STRIP_WIDTH
        rows = [render.strip(images, _scale(images, width), 1) for images in walked.values()]
        data = render.png(render.stacked(rows, gap=4))
    elif file_format == "frame":
        chosen = {name: images[frame : frame + 1] for name, images in walked.items()}
        name += f"-frame-{frame + 1}"
        data = render.png(_frames(chosen)[0])
    else:
        data = render.animation(_frames(walked), file_format, fps)
    extension = "png" if file_format in ("strip", "frame") else file_format
    return {
        "filename": f"{name}.{extension}",
        "media": _MEDIA[file_format],
        "data": base64.b64encode(data).decode("ascii"),
    }


def _frames(walked: dict[str, torch.Tensor]) -> list[Image.Image]:
    """One picture a frame, the models side by side in it."""
    columns = [render.pictures(images, _scale(images, _EXPORT_WIDTH)) for images in walked.values()]
    return [render.side_by_side(frame) for frame in zip(*columns, strict=True)]


def _scale(images: torch.Tensor, width: int) -> int:
    return max(1, width // images.shape[3])


def _walk(collection: Collection, request: Request) -> dict[str, torch.Tensor]:
    names, start = _start(collection, request)
    kind = checks.choice(request.get("kind"), "The kind of walk", KINDS)
    frames = checks.whole(request.get("frames"), "The number of frames", MIN_FRAMES, MAX_FRAMES)
    to = checks.whole(request.get("to", 0), "The second seed", 0, MAX_SEED)
    walked = {}
    for name in names:
        first = _point(collection, name, **start)
        last = _point(collection, name, **{**start, "seed": to})
        walked[name] = collection.generate(name, _path(collection, name, kind, first, last, frames))
    return walked


def _path(
    collection: Collection, name: str, kind: str, first: Array, last: Array, frames: int
) -> Array:
    if kind == "perturbation":
        return latents.perturbation_walk(first, collection.recipe(name).family, frames)
    paths = {
        "straight": latents.straight_path,
        "spherical": latents.spherical_path,
        "loop": latents.closed_loop,
    }
    return paths[kind](first, last, frames)


def _start(collection: Collection, request: Request) -> tuple[list[str], dict[str, Any]]:
    """The models asked for, and the seed, pick and temperature of their z."""
    names = checks.names(request.get("models"), MAX_MODELS)
    for name in names:
        collection.recipe(name)
    temperature = checks.number(
        request.get("temperature", 1), "The temperature", 0, MAX_TEMPERATURE
    )
    return names, {
        "seed": checks.whole(request.get("seed"), "The seed", 0, MAX_SEED),
        "pick": checks.whole(request.get("pick", 0), "The pick", 0, MAX_PICK),
        "temperature": temperature,
    }


def _point(collection: Collection, name: str, seed: int, pick: int, temperature: float) -> Array:
    recipe = collection.recipe(name)
    return latents.sample_z(seed, recipe.latent, pick + 1, recipe.prior, temperature)[pick]


def _batch(name: str, images: torch.Tensor) -> Reply:
    pixels = render.to_pixels(images)
    count, height, width, channels = pixels.shape
    return {
        "model": name,
        "count": count,
        "width": width,
        "height": height,
        "channels": channels,
        "pixels": _text(pixels),
    }


def _text(array: np.ndarray | Sequence[float]) -> str:
    """Base64 of an array's bytes, little-endian as every browser reads them."""
    array = np.asarray(array)
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return base64.b64encode(np.ascontiguousarray(little).tobytes()).decode("ascii")

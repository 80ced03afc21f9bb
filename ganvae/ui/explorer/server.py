"""What the Explore and Walk tabs ask of the server.

Every function takes the models and one JSON object, returns another, and raises UserError for a
visitor's mistake.
These calls pass by Gradio's queue and its checks, so every value is checked here. Pixels travel as
base64 of bytes, grey or RGB, row by row.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, cast, get_args, overload

import numpy as np
import torch
from PIL import Image

from ganvae import latents, render
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.models import GAN
from ganvae.ui import checks
from ganvae.ui.callers import check_still_there
from ganvae.ui.explorer.points import points
from ganvae.ui.limits import MAX_FPS, MAX_FRAMES, MAX_MODELS, MAX_POINTS, MIN_FRAMES
from ganvae.ui.turns import DRAWING, FILM, takes_turns

Data = dict[str, Any]

KINDS = ("perturbation", "straight", "spherical", "loop")
EXPORTS = (*get_args(render.AnimationFormat), "strip", "frame")
MAX_PICK = 999
# About so many pixels wide is each picture of a download.
_FRAME_WIDTH, _STRIP_WIDTH = 256, 64


def find_axes(collection: Collection, data: Data) -> Data:
    """A model's latent axes, the most important first, and its directions with a meaning.

    Data: model. Returns latent, prior_std, directions (base64 of float32, latent x latent),
    strengths and labels, one of each for an axis; and meanings, a list of {key, label, measured,
    low, high, effect, vector}: what was measured at the ends of a slider, and the vector as base64
    of float32 (latent,).
    """
    name = checks.model(collection, data.get("model"))
    recipe, axes = collection.recipe(name), collection.axes(name)
    meanings = [
        {
            "key": one.key,
            "label": one.label,
            "measured": one.measured,
            "low": one.values[0],
            "high": one.values[-1],
            "effect": one.effect,
            "vector": _base64(one.vector.astype("<f4")),
        }
        for one in collection.directions(name)
    ]
    return {
        "model": name,
        "latent": recipe.latent,
        "prior_std": latents.prior_std(recipe.prior),
        "directions": _base64(axes.directions.astype("<f4")),
        "strengths": [float(strength) for strength in axes.strengths],
        "labels": axes.labels,
        "meanings": meanings,
    }


def find_latents(collection: Collection, data: Data) -> Data:
    """The z that a seed and a pick stand for.

    Data: models, seed, pick, temperature, fitted. Returns z: base64 of float32 for each model.
    """
    seed = checks.seed(data.get("seed"))
    return {
        "z": {name: _base64(z.astype("<f4")) for name, z in _points(collection, data, seed).items()}
    }


def find_walk(collection: Collection, data: Data) -> Data:
    """The z of all frames of a walk.

    Data: models, kind, seed, pick, to, frames, temperature, fitted; starts and ends may hold the z
    of models that start or end elsewhere than their seeds have it, {model: z}. Returns z: base64
    of float32 (frames, latent) for each model.
    """
    return {"z": {name: _base64(z.astype("<f4")) for name, z in _walk(collection, data).items()}}


@takes_turns(DRAWING)
def decode(collection: Collection, data: Data) -> Data:
    """Pictures of points in latent space.

    Data: requests, a list of {model, z, judge}; z is base64 of float32 or a list of lists, and all
    of them together hold at most 256 points; judge may name a GAN. Returns pictures: one batch for
    each request, with the realness of every picture by the judge's discriminator.
    """
    requests = data.get("requests")
    if not isinstance(requests, list) or not 1 <= len(requests) <= MAX_MODELS:
        raise UserError(f"requests must be a list of 1 to {MAX_MODELS} of {{model, z}}.")
    wanted: list[tuple[str, Array, GAN | None]] = []
    for request in requests:
        if not isinstance(request, dict):
            raise UserError("Each request must be an object with a model and z.")
        name = checks.model(collection, request.get("model"))
        left = MAX_POINTS - sum(len(z) for _, z, _ in wanted)
        if left < 1:
            raise UserError(f"At most {MAX_POINTS} points can be decoded at once.")
        z = points(request.get("z"), collection.recipe(name).latent, left)
        wanted.append((name, z, _judge(collection, request.get("judge"))))
    return {
        "pictures": [_batch(name, collection.generate(name, z), judge) for name, z, judge in wanted]
    }


@takes_turns(FILM)
def export(collection: Collection, data: Data) -> Data:
    """A walk as one file, all models in it.

    Data: as for a walk, and file_format (gif, webp, strip or frame), fps, and for a single frame
    its number from 0. Returns filename, media (its type) and data (base64).
    """
    file_format = choice(data.get("file_format"), "The file format", EXPORTS)
    fps = checks.number(data.get("fps", 10), "The speed", 1, MAX_FPS)
    walked = {name: collection.generate(name, z) for name, z in _walk(collection, data).items()}
    frame_count = len(next(iter(walked.values())))
    frame = checks.whole(data.get("frame", 0), "The frame", 0, frame_count - 1)
    # A walk from a place of one's own has no seed to be told by.
    start = "own" if data.get("starts") else f"seed-{int(data['seed'])}"
    stem = f"ganvae-{data['kind']}-{'-'.join(walked)}-{start}"
    if file_format == "strip":
        rows = [
            render.strip(images, render.scale_to(images, _STRIP_WIDTH))
            for images in walked.values()
        ]
        return _file(f"{stem}.png", "image/png", render.png(render.stacked(rows, gap=4)))
    if file_format == "frame":
        chosen = {name: images[frame : frame + 1] for name, images in walked.items()}
        return _file(f"{stem}-frame-{frame + 1}.png", "image/png", render.png(_Frames(chosen)[0]))
    movie = render.animation(_Frames(walked), cast(render.AnimationFormat, file_format), fps)
    return _file(f"{stem}.{file_format}", f"image/{file_format}", movie)


def choice(value: Any, what: str, options: tuple[str, ...]) -> str:
    """One of the options."""
    if not isinstance(value, str) or value not in options:
        raise UserError(f"{what} must be {' or '.join(options)}, not {checks.shown(value)}.")
    return value


def _walk(collection: Collection, data: Data) -> dict[str, Array]:
    """The z (frames, latent) of a walk through each model."""
    kind = choice(data.get("kind"), "The kind of walk", KINDS)
    frames = checks.whole(data.get("frames"), "The number of frames", MIN_FRAMES, MAX_FRAMES)
    first = _points(collection, data, checks.seed(data.get("seed")))
    last = _points(collection, data, checks.seed(data.get("to", 0), "The second seed"))
    first |= _own(collection, data, "starts")
    last |= _own(collection, data, "ends")
    return {name: _path(collection, name, kind, z, last[name], frames) for name, z in first.items()}


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


def _points(collection: Collection, data: Data, seed: int) -> dict[str, Array]:
    """The z (latent,) of each model that is asked for, at the row `pick` of a seed."""
    names = checks.models(collection, data.get("models"))
    pick = checks.whole(data.get("pick", 0), "The pick", 0, MAX_PICK)
    temperature = checks.temperature(data.get("temperature", 1))
    fitted = data.get("fitted") is True
    drawn = {}
    for name in names:
        rows = collection.sample_z(name, seed, pick + 1, temperature, fitted)
        drawn[name] = rows[pick]
    return drawn


def _own(collection: Collection, data: Data, key: str) -> dict[str, Array]:
    """Places (latent,) that are given themselves, of the models that are asked for."""
    given = data.get(key, {})
    if not isinstance(given, dict):
        raise UserError(f"{key} must be an object of {{model: z}}.")
    return {
        name: points(given[name], collection.recipe(name).latent, 1)[0]
        for name in checks.models(collection, data.get("models"))
        if name in given
    }


class _Frames(Sequence[Image.Image]):
    """One picture for each frame, the models side by side in it, made when it is asked for.

    A film of faces is two hundred times as large before it is packed.
    """

    def __init__(self, walked: dict[str, torch.Tensor]) -> None:
        self._walked = list(walked.values())

    def __len__(self) -> int:
        return len(self._walked[0])

    @overload
    def __getitem__(self, place: int) -> Image.Image: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Image.Image]: ...
    def __getitem__(self, place: int | slice) -> Image.Image | Sequence[Image.Image]:
        if isinstance(place, slice):
            return _Frames({str(at): images[place] for at, images in enumerate(self._walked)})
        if not 0 <= place < len(self):
            raise IndexError(place)
        check_still_there()
        parts = [images[place : place + 1] for images in self._walked]
        return render.side_by_side(
            [render.pictures(one, render.scale_to(one, _FRAME_WIDTH))[0] for one in parts]
        )


def _judge(collection: Collection, value: Any) -> GAN | None:
    if value is None:
        return None
    gan = collection.model(checks.model(collection, value, "gan"))
    assert isinstance(gan, GAN)
    return gan


def _batch(name: str, images: torch.Tensor, judge: GAN | None) -> Data:
    pixels = render.to_pixels(images)
    count, height, width, channels = pixels.shape
    # Judged is what is seen: the picture in whole bytes, as the browser's own engine has it.
    seen = images.clamp(0, 1).mul(255).round().div(255)
    return {
        "realness": None if judge is None else judge.realness(seen).tolist(),
        "model": name,
        "count": count,
        "width": width,
        "height": height,
        "channels": channels,
        "pixels": _base64(pixels),
    }


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).data).decode("ascii")


def _file(filename: str, media: str, content: bytes) -> Data:
    encoded = base64.b64encode(content).decode("ascii")
    return {"filename": filename, "media": media, "data": encoded}

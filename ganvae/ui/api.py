"""The page's named endpoints, for Gradio's clients, plain HTTP and MCP; docs/api.md has examples.

Types and descriptions here are what Gradio's API page and the MCP tools show. So annotations must
be real types, no postponed evaluation in this file; and what is said of a parameter must be one
line, as Gradio reads no further. Each endpoint returns one thing: the answer of a tool would hold
several as text, no picture among them.
"""

import base64
import functools
from collections.abc import Callable
from typing import Any, Literal
from weakref import WeakKeyDictionary

import gradio as gr
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from ganvae import latents, render
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui import checks
from ganvae.ui.config import model_facts, shown_models
from ganvae.ui.explorer import server as explorer
from ganvae.ui.limits import ENDPOINT_CALLS
from ganvae.ui.shelf import Shelf
from ganvae.ui.turns import DRAWING, FILM, Turns, takes_turns
from ganvae.ui.web.mistakes import note_mistake
from ganvae.ui.web.slow import watched

Walk = Literal["perturbation", "straight", "spherical", "loop"]
WalkFile = Literal["gif", "webp", "png"]
_FPS = 10
# So wide is a picture of a grid.
_GRID_WIDTH = 128


class Endpoints:
    """What other programs can ask of the current models."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._names: WeakKeyDictionary[Collection, list[str]] = WeakKeyDictionary()

    def names(self, collection: Collection) -> list[str]:
        """The models that can be asked for: those that the page shows."""
        names = self._names.get(collection)
        if names is None:
            names = self._names[collection] = shown_models(collection)
        return names

    def models(self) -> list[dict[str, Any]]:
        """List the models, VAEs and GANs: family, latent size, prior, image shape, measurements.

        Call it first: the other endpoints take a model's name from here.

        Returns:
            one object a model; what was not measured is null
        """
        collection = self._shelf.current
        return [{"name": name, **model_facts(collection, name)} for name in self.names(collection)]

    @takes_turns(DRAWING)
    def sample(
        self,
        model: str,
        seed: int = 42,
        count: int = 64,
        temperature: float = 1.0,
        fitted: bool = False,
    ) -> gr.FileData:
        """Draw pictures by a model, from random points of its latent space.

        Parameters:
            model: name of a model, as `models` lists them, for example vae-100
            seed: 0 to 4294967295; the same seed gives the same pictures
            count: how many pictures, 1 to 100
            temperature: 0 to 2; multiplies z, 1 is what the model was trained for
            fitted: draw a VAE's points from where its encoder puts images, instead of N(0, I)

        Returns:
            the pictures in one grid, a PNG file
        """
        collection = self._shelf.current
        z = self._z(collection, model, seed, count, temperature, fitted)
        return _grid(collection, model, z, f"{model}-seed-{seed}")

    def points(
        self,
        model: str,
        seed: int = 42,
        count: int = 64,
        temperature: float = 1.0,
        fitted: bool = False,
    ) -> list[list[float]]:
        """Tell the points of the latent space that `sample` draws from, to change and `decode`.

        Parameters:
            model: name of a model, as `models` lists them, for example vae-100
            seed: 0 to 4294967295; the same seed gives the same pictures
            count: how many pictures, 1 to 100
            temperature: 0 to 2; multiplies z, 1 is what the model was trained for
            fitted: draw a VAE's points from where its encoder puts images, instead of N(0, I)

        Returns:
            z: one row a picture, as long as the model's latent size
        """
        return self._z(self._shelf.current, model, seed, count, temperature, fitted).tolist()

    @takes_turns(DRAWING)
    def decode(self, model: str, z: list[list[float]]) -> gr.FileData:
        """Draw pictures by a model, from points of its latent space that you give.

        Parameters:
            model: name of a model, as `models` lists them, for example gan-100
            z: 1 to 100 rows, one a picture, each as long as the model's latent size

        Returns:
            the pictures in one grid, a PNG file
        """
        collection = self._shelf.current
        name = self._model(collection, model)
        rows = checks.latent_rows(z, collection.recipe(name).latent)
        return _grid(collection, name, rows.numpy(), f"{name}-decoded")

    @takes_turns(FILM)
    def walk(
        self,
        model: str,
        kind: Walk = "perturbation",
        seed: int = 42,
        to: int = 43,
        frames: int = 21,
        file_format: WalkFile = "gif",
    ) -> gr.FileData:
        """Walk through a model's latent space: pictures that change step by step.

        A perturbation moves some dimensions by .1 a frame. Straight and spherical walks go from
        one seed's picture to another's. A loop goes around and comes back.

        Parameters:
            model: name of a model, as `models` lists them, for example gan-100
            kind: perturbation, straight, spherical or loop
            seed: 0 to 4294967295; the walk starts at this seed's first point
            to: the seed at whose first point straight and spherical walks end; a loop passes near
            frames: how many pictures, 21 to 120
            file_format: gif or webp is an animation, png one picture with all frames side by side

        Returns:
            the animation or the picture
        """
        collection = self._shelf.current
        asked = {
            "models": [self._model(collection, model)],
            "kind": kind,
            "seed": checks.seed(seed),
            "to": checks.seed(to, "The second seed"),
            "frames": frames,
            "file_format": "strip" if file_format == "png" else file_format,
            "fps": _FPS,
        }
        if file_format not in ("gif", "webp", "png"):
            shown = checks.shown(file_format)
            raise UserError(f"The file format must be gif, webp or png, not {shown}.")
        made = explorer.export(collection, asked)
        return _file(base64.b64decode(made["data"]), made["filename"])

    def _z(
        self,
        collection: Collection,
        model: Any,
        seed: Any,
        count: Any,
        temperature: Any,
        fitted: Any,
    ) -> latents.Array:
        return collection.sample_z(
            self._model(collection, model),
            checks.seed(seed),
            checks.count(count),
            checks.temperature(temperature),
            fitted is True,
        )

    def _model(self, collection: Collection, name: Any) -> str:
        names = self.names(collection)
        if name not in names:
            there = ", ".join(names)
            raise UserError(f"There is no model {checks.shown(name)}; there are: {there}.")
        return name


def add_endpoints(shelf: Shelf) -> Endpoints:
    """Give the `gr.Blocks` under construction its endpoints."""
    endpoints = Endpoints(shelf)
    for function in (
        endpoints.models,
        endpoints.sample,
        endpoints.points,
        endpoints.decode,
        endpoints.walk,
    ):
        gr.api(
            _told(function, shelf.turns),
            api_name=function.__name__,
            concurrency_limit=ENDPOINT_CALLS,
        )
    return endpoints


def _grid(collection: Collection, name: str, z: latents.Array, stem: str) -> gr.FileData:
    images = collection.generate(name, z)
    grid = render.grid(images, scale=render.scale_to(images, _GRID_WIDTH))
    return _file(render.png(grid), f"{stem}.png")


def _file(content: bytes, name: str) -> gr.FileData:
    # Gradio serves this folder, and clears it of what is older than FILE_LIFE_SECONDS.
    path = save_bytes_to_cache(content, name, cache_dir=get_upload_folder())
    return gr.FileData(path=path, orig_name=name)


def _told(function: Callable[..., Any], turns: Turns) -> Callable[..., Any]:
    """The function with a caller's mistakes told as one sentence, with no traceback in the log."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            with watched(function.__name__), turns.turn(function):
                return function(*arguments)
        except UserError as error:
            note_mistake(function.__name__, error)
            raise gr.Error(str(error), print_exception=False) from error

    return call

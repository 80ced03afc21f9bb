"""The named endpoints, called as another program would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image, ImageSequence

from ganvae.collection import Collection
from tests.serving import served


@pytest.fixture(scope="module")
def client(tiny_weights: Path) -> Iterator[Client]:
    with served(tiny_weights) as url:
        yield Client(url, verbose=False)


def opened(path: str) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_models(client: Client, tiny_weights: Path) -> None:
    models = client.predict(api_name="/models")
    assert {model["name"] for model in models} == {folder.name for folder in tiny_weights.iterdir()}
    (gan,) = [model for model in models if model["name"] == "gan-100"]
    assert (gan["family"], gan["latent"], gan["image_shape"]) == ("gan", 100, [1, 32, 32])


def test_sample_is_its_points_decoded(client: Client, tiny_weights: Path) -> None:
    picture = client.predict("gan-100", 7, 9, 0.5, api_name="/sample")
    z = client.predict("gan-100", 7, 9, 0.5, api_name="/points")
    assert np.shape(z) == (9, 100)
    expected = Collection(tiny_weights).sample_z("gan-100", 7, 9, 0.5)
    assert np.allclose(z, expected)
    again = client.predict("gan-100", z, api_name="/decode")
    assert (opened(picture) == opened(again)).all()
    # 3 by 3 tiles of 32 pixels, four times as large, a pixel between.
    assert opened(picture).shape == (3 * 128 + 2, 3 * 128 + 2)
    assert Path(picture).suffix == ".png"


def test_sample_has_defaults(client: Client) -> None:
    z = client.predict(model="vae-3", api_name="/points")
    assert np.shape(z) == (64, 3)
    picture = client.predict(model="vae-3", api_name="/sample")
    assert opened(picture).shape == (8 * 128 + 7, 8 * 128 + 7)


@pytest.mark.parametrize("kind", ["perturbation", "straight", "spherical", "loop"])
def test_walk_as_animation(client: Client, kind: str) -> None:
    path = client.predict("mlp-gan-100", kind, 1, 2, 30, "gif", api_name="/walk")
    with Image.open(path) as movie:
        assert movie.format == "GIF"
        # Frames that are the same in every pixel are one, shown for longer.
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(movie)]
    assert 1 < len(durations) <= 30
    assert sum(durations) == 30 * 100


@pytest.mark.parametrize(("file_format", "kind"), [("webp", "WEBP"), ("png", "PNG")])
def test_walk_formats(client: Client, file_format: str, kind: str) -> None:
    path = client.predict(model="gan-100", file_format=file_format, frames=25, api_name="/walk")
    with Image.open(path) as made:
        assert made.format == kind


@pytest.mark.parametrize(
    ("endpoint", "arguments", "sentence"),
    [
        ("/sample", ("nobody",), "there are: .*gan-100"),
        ("/sample", ("gan-100", -1), "from 0 to 4294967295"),
        ("/sample", ("gan-100", 2**32), "from 0 to 4294967295"),
        ("/sample", ("gan-100", 1.5), "whole number"),
        ("/sample", ("gan-100", "1"), "whole number"),
        ("/sample", ("gan-100", 1, 0), "from 1 to 100"),
        ("/sample", ("gan-100", 1, 101), "from 1 to 100"),
        ("/sample", ("gan-100", 1, 1, 2.5), "from 0 to 2"),
        ("/sample", (["gan-100"],), "There is no model"),
        ("/points", ("nobody",), "there are: .*gan-100"),
        ("/points", ("gan-100", 1, 101), "from 1 to 100"),
        ("/decode", ("gan-100", [[0.0] * 99]), "100 numbers; one is 99 long"),
        ("/decode", ("gan-100", [[0.0] * 100] * 101), "1 to 100 rows"),
        ("/decode", ("gan-100", [["x"] * 100]), "numbers only"),
        ("/decode", ("gan-100", None), "list"),
        ("/walk", ("gan-100", "zigzag"), "kind of walk"),
        ("/walk", ("gan-100", "loop", 1, -2), "second seed"),
        ("/walk", ("gan-100", "loop", 1, 2, 20), "from 21 to 120"),
        ("/walk", ("gan-100", "loop", 1, 2, 21, "mp4"), "gif, webp or png"),
    ],
)
def test_mistakes_are_one_sentence(
    client: Client, endpoint: str, arguments: tuple[Any, ...], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence) as caught:
        client.predict(*arguments, api_name=endpoint)
    assert "Traceback" not in str(caught.value)

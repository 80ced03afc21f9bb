"""The endpoints as MCP tools, asked with the official client."""

from __future__ import annotations

import asyncio
import base64
import io
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ImageContent, TextContent, Tool
from PIL import Image

from ganvae import render
from ganvae.collection import Collection
from ganvae.ui.api import Endpoints
from tests.serving import served

T = TypeVar("T")


@pytest.fixture(scope="module")
def url(tiny_weights: Path) -> Iterator[str]:
    with served(tiny_weights, mcp=True) as url:
        yield url


def in_session(url: str, ask: Callable[[ClientSession], Awaitable[T]]) -> T:
    """What a client is answered."""

    async def connected() -> T:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            return await ask(session)

    # A thread of its own: in this one Playwright's loop may be running, left by other tests.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(connected())).result()


def listed(url: str) -> list[Tool]:
    return in_session(url, lambda session: session.list_tools()).tools


def called(url: str, tool: str, arguments: dict[str, Any]) -> CallToolResult:
    return in_session(url, lambda session: session.call_tool(tool, arguments))


def test_the_tools_are_the_endpoints_and_are_described(url: str) -> None:
    tools = listed(url)
    assert [tool.name for tool in tools] == ["models", "sample", "points", "decode", "walk"]
    for tool in tools:
        assert tool.description
        assert ". Returns: " in tool.description
        for name, parameter in tool.inputSchema["properties"].items():
            assert len(parameter["description"]) > 15, (tool.name, name)


def test_every_line_about_a_parameter_reaches_the_tool(url: str) -> None:
    # Gradio reads one line of what is said of a parameter, and cuts what is longer.
    for tool in listed(url):
        documented = getattr(Endpoints, tool.name).__doc__
        lines = documented.partition("Parameters:\n")[2].partition("\n\n")[0].splitlines()
        told = [f"{name}: {value['description']}" for name, value in properties(tool)]
        assert [line.strip() for line in lines] == told


def properties(tool: Tool) -> list[tuple[str, dict[str, Any]]]:
    return list(tool.inputSchema["properties"].items())


def test_a_sample_is_a_picture(url: str, tiny_weights: Path) -> None:
    answer = called(url, "sample", {"model": "gan-100", "seed": 7, "count": 4})
    assert not answer.isError
    picture, address = answer.content
    assert isinstance(picture, ImageContent)
    assert picture.mimeType == "image/png"
    collection = Collection(tiny_weights)
    images = collection.generate("gan-100", collection.sample_z("gan-100", 7, 4, 1.0))
    expected = np.asarray(render.grid(images, scale=4))
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.data))))
    assert (shown == expected).all()
    assert isinstance(address, TextContent)
    with urllib.request.urlopen(address.text.removeprefix("Image URL: ")) as file:
        assert (np.asarray(Image.open(file)) == expected).all()


def test_a_walk_as_png_shows_every_frame(url: str) -> None:
    answer = called(url, "walk", {"model": "vae-3", "frames": 21, "file_format": "png"})
    picture = answer.content[0]
    assert isinstance(picture, ImageContent)
    width, height = Image.open(io.BytesIO(base64.b64decode(picture.data))).size
    assert width > 20 * height


def test_the_address_of_an_animation_has_every_frame(url: str) -> None:
    answer = called(url, "walk", {"model": "gan-100", "kind": "loop", "frames": 30})
    address = answer.content[1]
    assert isinstance(address, TextContent)
    with urllib.request.urlopen(address.text.removeprefix("Image URL: ")) as file:
        movie = Image.open(io.BytesIO(file.read()))
    assert movie.format == "GIF"
    assert getattr(movie, "n_frames", 1) > 1


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("sample", {"model": "nobody"}, "There is no model 'nobody'; there are: vae-3"),
        ("sample", {"model": "vae-3", "count": 101}, "must be a whole number from 1 to 100"),
        ("decode", {"model": "vae-3", "z": [[0.0]]}, "one is 1 long"),
    ],
)
def test_a_mistake_is_one_sentence(
    url: str, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    answer = called(url, tool, arguments)
    assert answer.isError
    (content,) = answer.content
    assert isinstance(content, TextContent)
    assert sentence in content.text
    assert "\n" not in content.text
    assert content.text.endswith(".")

"""Visitors without a browser: they open the page and ask the server what the page would ask.

A visitor loads the page, holds its session open as Gradio's client does (the heartbeat), and calls
the server functions of the tabs; nothing is faked on the server's side.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import random
import struct
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

_TABS = {"sample": "gv-sample", "compare": "gv-compare", "reconstruct": "gv-reconstruct"}
_DRAWING_SIDE = 64
_TIMEOUT = httpx.Timeout(120)


class RefusedError(Exception):
    """The server told a sentence instead of an answer, or another status than 200."""


@dataclass(frozen=True)
class Place:
    """A page and what a visitor needs to know of it.

    Attributes:
        address: of the page, without a slash at its end.
        components: Gradio's numbers of the tabs' components, by the tab.
    """

    address: str
    components: dict[str, int]


async def find(address: str) -> Place:
    """Look at a page's configuration."""
    async with httpx.AsyncClient(timeout=_TIMEOUT, verify=False) as client:
        config = (await client.get(f"{address}/config")).raise_for_status().json()
    components = {}
    for component in config["components"]:
        props = component["props"]
        for tab, element in _TABS.items():
            if props.get("elem_id") == element:
                components[tab] = component["id"]
        if "explorer/explore.js" in (props.get("js_on_load") or ""):
            components["explore"] = component["id"]
    return Place(address, components)


@dataclass
class Visitor:
    """One session. `number` is its seed and its drawing: no two visitors ask for the same."""

    place: Place
    number: int
    client: httpx.AsyncClient
    session: str = field(default_factory=lambda: uuid.uuid4().hex[:11])

    async def call(self, tab: str, function: str, data: dict[str, Any]) -> dict[str, Any]:
        """What a server function answers.

        Raises:
            RefusedError: an error of the server, or its sentence.
        """
        body = {
            "data": data,
            "component_id": self.place.components[tab],
            "fn_name": function,
            "session_hash": self.session,
        }
        answer = await self.client.post(
            f"{self.place.address}/gradio_api/component_server", json=body
        )
        if answer.status_code != 200:
            raise RefusedError(f"{function}: status {answer.status_code}")
        told: dict[str, Any] = answer.json()
        if told.get("error"):
            raise RefusedError(f"{function}: {told['error']}")
        return told

    async def load(self) -> None:
        """The page itself."""
        (await self.client.get(f"{self.place.address}/")).raise_for_status()

    async def sample(self, models: list[str], count: int) -> str:
        """A digest of the pictures of the visitor's own seed."""
        asked = {"models": models, "seed": self.number, "count": count, "temperature": 1}
        sheets = (await self.call("sample", "draw", asked))["sheets"]
        return digest([sheets[name]["image"] for name in models])

    async def walk(self, models: list[str]) -> str:
        """A digest of the frames of a walk from the visitor's own seed."""
        asked = {
            "models": models,
            "kind": "spherical",
            "seed": self.number,
            "to": self.number + 1,
            "frames": 21,
        }
        places = (await self.call("explore", "find_walk", asked))["z"]
        requests = [{"model": name, "z": places[name]} for name in models]
        told = await self.call("explore", "decode", {"requests": requests})
        return digest([one["pixels"] for one in told["pictures"]])

    async def move(self, latents: dict[str, int], generator: random.Random) -> str:
        """One move of a slider on the server's decoding: a digest of the pictures."""
        requests = [
            {
                "model": name,
                "z": base64.b64encode(
                    struct.pack(f"<{size}f", *(generator.gauss(0, 1) for _ in range(size)))
                ).decode(),
            }
            for name, size in latents.items()
        ]
        told = await self.call("explore", "decode", {"requests": requests})
        return digest([one["pixels"] for one in told["pictures"]])

    async def compare(self, vae: str, gan: str) -> str:
        """A digest of the matched pictures of the visitor's own seed."""
        asked = {
            "vae": vae,
            "gan": gan,
            "source": "sample",
            "seed": self.number,
            "pick": 0,
            "temperature": 1,
        }
        told = await self.call("compare", "picture", asked)
        return digest([told["gan"]["image"], told["vae"]["image"]])

    async def invert(self, vae: str, gan: str) -> tuple[str, int]:
        """A digest of the place found for the visitor's own drawing; and the searches before it."""
        asked = {
            "vae": vae,
            "gan": gan,
            "original": "drawing",
            "drawing": drawing(self.number),
            "seed": 0,
        }
        encoded = await self.call("reconstruct", "encode", asked)
        token = (await self.call("reconstruct", "begin", asked))["token"]
        ahead = 0
        while True:
            told = await self.call("reconstruct", "look", {"token": token})
            ahead = max(ahead, told["ahead"])
            if told["done"]:
                break
            await asyncio.sleep(told["wait"])
        # Rounded: what is drawn matters, not the last bit of a place.
        place = [f"{value:.2f}" for value in told["gan"]["z"]]
        return digest([encoded["original"]["image"], *place]), ahead


@contextlib.asynccontextmanager
async def visit(place: Place, number: int) -> AsyncIterator[Visitor]:
    """A visitor whose session is held open."""
    # As many connections as a browser has to one host; no certificates, whose reading takes long.
    limits = httpx.Limits(max_connections=6)
    async with httpx.AsyncClient(timeout=_TIMEOUT, limits=limits, verify=False) as client:
        visitor = Visitor(place, number, client)
        heart = asyncio.create_task(_heartbeat(visitor))
        try:
            yield visitor
        finally:
            heart.cancel()
            with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
                await heart


async def _heartbeat(visitor: Visitor) -> None:
    address = f"{visitor.place.address}/gradio_api/heartbeat/{visitor.session}"
    async with visitor.client.stream("GET", address, timeout=None) as lines:
        async for _ in lines.aiter_bytes():
            pass


def drawing(number: int) -> str:
    """A drawing that no other number has: two strokes whose places tell it."""
    rows = [[0] * _DRAWING_SIDE for _ in range(_DRAWING_SIDE)]
    high, wide = 20 + number % 31, 6 + number // 31 % 31
    for row in range(8, 8 + high):
        for column in range(28, 34):
            rows[row][column] = 255
    for row in range(8, 14):
        for column in range(34, 34 + wide // 2 + 1):
            rows[row][column] = 255 - 8 * (wide % 2)
    return base64.b64encode(bytes(value for row in rows for value in row)).decode()


def digest(parts: list[str]) -> str:
    """Short enough to be kept by the thousand."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

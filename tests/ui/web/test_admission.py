"""Calls that are too large, no JSON, or have endless keys are refused before Gradio sees them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ganvae.ui.limits import MAX_COUNT, MAX_KEY, body_bytes
from tests.serving import served

API = "/gradio_api"
# All addresses that take a body.
TAKERS = (
    f"{API}/run/decode",
    f"{API}/api/decode",
    f"{API}/call/decode",
    f"{API}/call/v2/decode",
    f"{API}/queue/join",
    f"{API}/component_server",
    f"{API}/reset",
    f"{API}/cancel",
    "/nowhere",
)
LIMIT = body_bytes(100)


@pytest.fixture(scope="module")
def client(tiny_weights: Path) -> Iterator[httpx.Client]:
    with served(tiny_weights) as url, httpx.Client(base_url=url, timeout=60) as asking:
        yield asking


def post(client: httpx.Client, address: str, content: Any, **headers: str) -> httpx.Response:
    told = {"Content-Type": "application/json", **headers}
    return client.post(address, content=content, headers=told)


def of_size(size: int) -> bytes:
    """A call of so many bytes."""
    call = b'{"data": ["vae-10", "' + b"1" * (size - 24) + b'"]}'
    assert len(call) == size
    return call


@pytest.mark.parametrize("address", TAKERS)
def test_a_body_that_is_too_large_is_not_read(client: httpx.Client, address: str) -> None:
    assert post(client, address, of_size(LIMIT + 1)).status_code == 413


HEAD = "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("address", TAKERS)
def test_what_a_call_says_of_its_size_counts(client: httpx.Client, address: str) -> None:
    url = client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=60) as line:
        line.sendall(f"{HEAD.format(address)}Content-Length: {2**40}\r\n\r\n".encode())
        # Not a byte of it has come.
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("address", TAKERS)
def test_a_body_in_chunks_is_read_up_to_the_limit(client: httpx.Client, address: str) -> None:
    url = client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=60) as line:
        line.sendall(f"{HEAD.format(address)}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(LIMIT // 8000 + 1):
            line.sendall(b"1f40\r\n" + b"1" * 8000 + b"\r\n")
        # Its end has not come and never will.
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_hundred_points_of_the_largest_latent_space_fit(client: httpx.Client) -> None:
    rows = [[-0.12345678901234567] * 100 for _ in range(MAX_COUNT)]
    content = json.dumps({"data": ["gan-100", rows]}).encode()
    assert len(content) <= LIMIT
    answer = post(client, f"{API}/run/decode", content)
    assert answer.status_code == 200
    assert answer.json()["data"][0]["path"].endswith(".png")


@pytest.mark.parametrize("address", TAKERS)
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""],
)
def test_what_is_not_json_is_no_call(client: httpx.Client, address: str, kind: str) -> None:
    answer = post(client, address, b'{"data": []}', **{"Content-Type": kind})
    assert answer.status_code == 415
    assert "JSON" in answer.text


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, b'{"data": }'])
def test_a_body_that_is_no_json(client: httpx.Client, content: bytes) -> None:
    assert post(client, f"{API}/queue/join", content).status_code == 400


@pytest.mark.parametrize("address", TAKERS)
@pytest.mark.parametrize("key", ["session_hash", "event_id"])
def test_long_keys_in_a_call_are_refused(client: httpx.Client, address: str, key: str) -> None:
    call = {"data": [], "fn_index": 0, "fn_name": "x", "component_id": 1, key: "k" * (MAX_KEY + 1)}
    answer = post(client, address, json.dumps(call).encode())
    assert (answer.status_code, answer.text) == (400, "A key of a session or a call is too long.")


@pytest.mark.parametrize(
    "address",
    [
        f"{API}/queue/data?session_hash={{key}}",
        f"{API}/heartbeat/{{key}}",
        f"{API}/call/decode/{{key}}",
        f"{API}/call/v2/decode/{{key}}",
    ],
)
def test_long_keys_in_an_address_are_refused(client: httpx.Client, address: str) -> None:
    answer = client.get(address.format(key="k" * (MAX_KEY + 1)))
    assert (answer.status_code, answer.text) == (400, "A key of a session or a call is too long.")


def test_a_session_of_gradios_own_works(client: httpx.Client) -> None:
    for key in ("1a2b3c4d5e6", "123e4567-e89b-12d3-a456-426614174000"):
        call = {"event_id": key, "session_hash": key, "fn_index": 0}
        assert post(client, f"{API}/cancel", json.dumps(call).encode()).status_code == 200
    assert client.post(f"{API}/reset").status_code == 422  # no body is no call, but no mistake here

"""Every named endpoint, called with whatever JSON can say."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import gradio as gr
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ganvae.ui.page import Page
from tests.fuzz.profile import ANYTHING, TEXTS, assert_sentence, examples, only_within, patience
from tests.serving import served

NAMES = st.sampled_from(["vae-3", "gan-100", "mlp-gan-100", "vae-99", "../vae-3"])
ROWS = st.lists(st.lists(st.floats(width=32) | st.integers(-3, 3), max_size=4), max_size=4)
# What each parameter could well be, and now and then is.
PLAUSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "model": NAMES | TEXTS,
    "seed": st.integers(0, 2**32 - 1),
    "to": st.integers(0, 2**32),
    "count": st.integers(0, 4) | st.integers(99, 101),
    "temperature": st.floats(-0.1, 2.1),
    "fitted": st.booleans(),
    "z": ROWS | st.just([[0.0, 1.0, -1.0]]),
    "kind": st.sampled_from(["perturbation", "straight", "spherical", "loop", "round"]),
    "frames": st.integers(20, 23),
    "file_format": st.sampled_from(["gif", "webp", "png", "mp4", "strip", "frame"]),
}
ENDPOINTS = {
    "models": (),
    "sample": ("model", "seed", "count", "temperature", "fitted"),
    "points": ("model", "seed", "count", "temperature", "fitted"),
    "decode": ("model", "z"),
    "walk": ("model", "kind", "seed", "to", "frames", "file_format"),
}


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[Any]]:
    """An endpoint and its arguments: mostly good ones, so that the bad ones are reached."""
    name = draw(st.sampled_from(sorted(ENDPOINTS)))
    odd = draw(st.integers(0, 7))
    return name, [
        draw(ANYTHING if index == odd else PLAUSIBLE[parameter])
        for index, parameter in enumerate(ENDPOINTS[name])
    ]


def test_these_are_all_there_are(page: Page) -> None:
    """A new endpoint is to be added above."""
    told = {fn.api_name for fn in page.fns.values() if fn.api_visibility == "public"}
    assert told == set(ENDPOINTS)


@examples(250)
@given(call=calls())
@example(call=("sample", ["vae-3", 10**4000, 1, 1.0, False]))
@example(call=("walk", ["gan-100", ["loop"], 1, 2, 21, {"gif": 1}]))
def test_an_answer_or_a_sentence(page: Page, gradio_folder: Path, call: tuple[str, Any]) -> None:
    name, arguments = call
    function = next(fn.fn for fn in page.fns.values() if fn.api_name == name)
    assert function is not None
    try:
        with patience(), only_within(gradio_folder):
            answer = function(*arguments)
    except gr.Error as error:
        assert_sentence(error.message)
        told = error.print_exception
    else:
        told = False
        check_answer(answer, gradio_folder)
    # Nor is there a traceback in the log.
    assert told is False


def check_answer(answer: Any, gradio_folder: Path) -> None:
    """A file for download, or what JSON can say."""
    if isinstance(answer, gr.FileData):
        assert Path(answer.path).is_relative_to(gradio_folder)
        assert Path(answer.path).stat().st_size > 0
    else:
        orjson.dumps(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"data": 7}',
        b'{"data": [[[[[1]]]]]}',
        b'{"data": ["vae-3", "x"]}',
        b'{"data": ["vae-3", 1, 1, 1, 1, 1, 1]}',
        json.dumps({"data": ["\x00" * 9999]}).encode(),
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_http_never_shows_a_traceback(page_address: str, body: bytes) -> None:
    request = urllib.request.Request(
        f"{page_address}/gradio_api/call/sample",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            said, status = answer.read(), answer.status
    except urllib.error.HTTPError as error:
        said, status = error.read(), error.code
    assert status < 600
    assert b"Traceback" not in said
    if status == 200:
        event = json.loads(said)["event_id"]
        address = f"{page_address}/gradio_api/call/sample/{event}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            said = answer.read()
        # What there is too much of, Gradio leaves out.
        assert said.startswith(b"event: complete" if b"1, 1, 1" in body else b"event: error")
        assert b"Traceback" not in said
    # And the page still answers.
    with urllib.request.urlopen(f"{page_address}/gradio_api/info", timeout=30) as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def page_address(tiny_weights: Path) -> Any:
    with served(tiny_weights) as address:
        yield address

"""Every server function of every tab, called past the queue as a stranger could."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ganvae.ui import component
from ganvae.ui.page import Page
from tests.fuzz.profile import ANYTHING, TEXTS, assert_sentence, examples, only_within, patience

NAMES = ["vae-3", "vae-10", "gan-100", "mlp-vae-20", "mini-gan-100", "nobody", ""]
Z = st.sampled_from(
    [
        [[0.0, 1.0, -1.0]],
        [[200.0, 0, 0]],
        [[float("nan")] * 3],
        base64.b64encode(b"\0" * 12).decode(),
        base64.b64encode(b"\0" * 400).decode(),
        base64.b64encode(b"\xff" * 12).decode(),
        "AAAA",
        "A" * 10**5,
    ]
)
MODELS = st.lists(st.sampled_from(NAMES), max_size=3) | st.sampled_from(NAMES)
WHOLE = st.integers(-1, 3) | st.integers(0, 200) | st.floats(0, 3)
PICTURE = st.sampled_from([64 * 64, 128 * 128 * 3, 12]).flatmap(
    lambda size: st.sampled_from([b"\0", b"\xff", b"\0\xff\x80", bytes(range(251))]).map(
        lambda pattern: base64.b64encode((pattern * size)[:size]).decode()
    )
)
# What each key could well hold, and mostly does.
PLAUSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "models": MODELS,
    "model": st.sampled_from(NAMES),
    "vae": st.none() | st.sampled_from(["vae-3", "mlp-vae-20", "gan-100"]),
    "gan": st.none() | st.sampled_from(["gan-100", "mini-gan-100", "vae-3"]),
    "main": st.none() | st.sampled_from(NAMES),
    "seed": st.integers(0, 2**32),
    "to": st.integers(0, 2**32),
    "pick": WHOLE,
    "count": st.integers(0, 5),
    "temperature": st.floats(0, 2),
    "matched": st.booleans(),
    "fitted": st.booleans(),
    "kind": st.sampled_from(["perturbation", "straight", "loop", "spherical", "samples"]),
    "frames": st.integers(20, 22),
    "frame": WHOLE,
    "fps": st.integers(0, 31),
    "file_format": st.sampled_from(["gif", "webp", "strip", "frame", "exe"]),
    "starts": st.dictionaries(st.sampled_from(NAMES), Z, max_size=2),
    "ends": st.dictionaries(st.sampled_from(NAMES), Z, max_size=2),
    "requests": st.lists(
        st.fixed_dictionaries(
            {"model": st.sampled_from(NAMES), "z": Z},
            optional={"judge": st.sampled_from(["gan-100", "vae-3", 3, []])},
        ),
        max_size=9,
    ),
    "source": st.sampled_from(["sample", "test", "drawing"]),
    "index": WHOLE,
    "original": st.sampled_from(["drawing", "photo", "test"]),
    "drawing": PICTURE,
    "photo": PICTURE,
    "test": WHOLE,
    "token": TEXTS,
    "width": st.sampled_from([344, 560, 345, 344.0, True]),
    "moments": st.lists(WHOLE, max_size=17),
    "weights": TEXTS,
}


# What most functions answer, so that what lies deep in them is reached.
GOOD: dict[str, st.SearchStrategy[Any]] = {
    "models": st.just(["vae-3", "gan-100"]),
    "model": st.sampled_from(["vae-3", "gan-100"]),
    "vae": st.just("vae-3"),
    "gan": st.just("gan-100"),
    "main": st.just("vae-3"),
    "seed": st.integers(0, 2**32 - 1),
    "to": st.integers(0, 2**32 - 1),
    "pick": st.integers(0, 3),
    "count": st.integers(1, 4),
    "temperature": st.floats(0, 2),
    "kind": st.sampled_from(["perturbation", "straight", "loop", "spherical", "samples"]),
    "frames": st.just(21),
    "frame": st.integers(0, 20),
    "fps": st.integers(1, 30),
    "file_format": st.sampled_from(["gif", "webp", "strip", "frame"]),
    "starts": st.just({"vae-3": [[0.0, 1.0, -1.0]]}),
    "ends": st.just({"vae-3": [[0.5, 0.0, 0.0]]}),
    "requests": st.just([{"model": "vae-3", "z": [[0.0, 1.0, -1.0]], "judge": "gan-100"}]),
    "source": st.sampled_from(["sample", "drawing"]),
    "original": st.sampled_from(["drawing", "photo"]),
    "drawing": st.just(base64.b64encode(b"\0\xff" * 2048).decode()),
    "photo": st.just(base64.b64encode(bytes(range(256)) * 192).decode()),
    "width": st.sampled_from([344, 560]),
    "moments": st.just([0, 1]),
}


@st.composite
def objects(draw: st.DrawFn) -> Any:
    """An object with all keys that any function looks for, up to three of which are odd."""
    data = draw(st.fixed_dictionaries(PLAUSIBLE | GOOD))
    for key in draw(st.lists(st.sampled_from(sorted(PLAUSIBLE)), max_size=3)):
        kind = draw(st.sampled_from(["plausible", "plausible", "anything", "gone"]))
        if kind == "gone":
            data.pop(key, None)
        else:
            data[key] = draw(PLAUSIBLE[key] if kind == "plausible" else ANYTHING)
    return data


def functions(page: Page) -> dict[str, Callable[[Any], Any]]:
    """What browsers can call, by the tab's class and the function's name."""
    return {
        f"{type(block).__name__}.{function.__name__}": function
        for block in page.blocks.values()
        for function in getattr(block, "server_fns", None) or []
    }


def test_every_tab_is_there(page: Page) -> None:
    found = functions(page)
    tabs = {name.split(".")[0] for name in found}
    assert {"SampleTab", "LatentExplorer", "MapTab", "CompareTab", "ReconstructTab"} <= tabs
    assert len(found) >= 20


@examples(400)
@given(data=st.data())
def test_an_answer_or_a_sentence(page: Page, short_searches: None, data: st.DataObject) -> None:
    found = functions(page)
    name = data.draw(st.sampled_from(sorted(found)), "function")
    given_ = data.draw(objects() | objects() | objects() | ANYTHING, "data")
    check(found[name], given_)


def check(function: Callable[[Any], Any], given_: Any) -> None:
    """Call a server function; it must answer with JSON, an error of one sentence perhaps."""
    with patience(), only_within():
        answer = function(given_)
    # As Gradio sends it.
    orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
    if isinstance(answer, dict) and "error" in answer:
        assert_sentence(answer["error"])
        assert answer["error"] != component._FAILED, (function, given_)

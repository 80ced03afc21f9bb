"""POST /reload, and that nobody ever sees two states of the models mixed."""

from __future__ import annotations

import base64
import gc
import json
import os
import re
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.inversion.search import Effort
from ganvae.ui import api, originals, sampling
from ganvae.ui.facts import data_url
from ganvae.ui.page import Page, build
from ganvae.ui.reconstruct import server as reconstruct
from ganvae.ui.shelf import Shelf
from tests.fuzz.test_server_functions import functions

TOKEN = "a-long-secret"
NAMES = ("vae-10", "gan-100")
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


def copy(source: Path, target: Path) -> Path:
    for name in NAMES:
        shutil.copytree(source / name, target / name)
    return target


@pytest.fixture
def old(tiny_weights: Path, tmp_path: Path) -> Path:
    return copy(tiny_weights, tmp_path / "old")


@pytest.fixture
def new(tiny_weights: Path, tmp_path: Path) -> Path:
    """The same models with other weights: their pictures are others."""
    folder = copy(tiny_weights, tmp_path / "new")
    for name in NAMES:
        model = checkpoint.load(folder / name)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(-1)
        checkpoint.save_weights(folder / name, model)
    return folder


def pictures(collection: Collection) -> list[torch.Tensor]:
    return [collection.generate(name, collection.sample_z(name, 1, 2)).clone() for name in NAMES]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(map(torch.equal, one, other))


@pytest.fixture
def shelf(old: Path) -> Shelf:
    return Shelf(Collection(old))


def test_a_call_goes_on_with_what_it_began_with(shelf: Shelf, old: Path, new: Path) -> None:
    fresh = Collection(new)
    before, after = pictures(shelf.current), pictures(fresh)
    assert not torch.equal(before[0], after[0])
    version = shelf.current.version
    picked = shelf.current
    first = picked.generate("vae-10", picked.sample_z("vae-10", 1, 2))
    shelf.adopt(fresh)
    second = picked.generate("gan-100", picked.sample_z("gan-100", 1, 2))
    assert picked.weights == old
    assert same([first, second], before)
    assert same(pictures(shelf.current), after)
    assert shelf.current.weights == new
    assert same(pictures(shelf.pick(version)), before)
    assert same(pictures(shelf.pick("another")), after)


def test_no_thread_sees_a_mixture(shelf: Shelf, old: Path, new: Path) -> None:
    states = [pictures(shelf.current), pictures(Collection(new))]
    stop, mixed = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            seen = pictures(shelf.pick(None))
            if not any(same(seen, state) for state in states):
                mixed.append(seen)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(20):
        shelf.adopt(Collection((new, old)[turn % 2]))
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not mixed


def test_an_answer_of_the_page_is_of_one_state(
    old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first grid is drawn, then the models are replaced, then its second grid is drawn."""
    page = build(Collection(old))
    draw = functions(page)["SampleTab.draw"]
    asked = {"models": list(NAMES), "seed": 1, "count": 2, "temperature": 1}
    before = draw(asked)
    fresh, sample = Collection(new), sampling.sample

    def replaced_after(*arguments: Any) -> torch.Tensor:
        images = sample(*arguments)
        if page.shelf.current is not fresh:
            page.shelf.adopt(fresh)
        return images

    monkeypatch.setattr(sampling, "sample", replaced_after)
    assert draw(asked) == before
    assert page.shelf.current is fresh
    after = draw(asked)
    for name in NAMES:
        assert after["sheets"][name]["image"] != before["sheets"][name]["image"]


def test_a_page_that_is_open_keeps_its_models_until_they_are_too_old(old: Path, new: Path) -> None:
    page = build(Collection(old))
    draw = functions(page)["SampleTab.draw"]
    asked = {"models": list(NAMES), "seed": 1, "count": 2, "temperature": 1}
    mine = {**asked, "weights": page.shelf.current.version}
    before = draw(mine)
    page.shelf.adopt(Collection(new))
    after = draw(asked)
    assert after != before
    assert draw(mine) == before
    for odd in ("another", None, 7, [mine["weights"]], {}):
        assert draw({**asked, "weights": odd}) == after
    page.shelf.adopt(Collection(new))
    assert draw(mine) == before
    page.shelf.adopt(Collection(new))
    assert draw(mine) == after


def test_models_that_no_page_may_ask_for_any_more_are_let_go(old: Path, new: Path) -> None:
    """A server that is reloaded day by day doesn't hold the models of all days."""
    page = build(Collection(old))
    gone = weakref.ref(page.shelf.current)
    for function in ("TrainingTab.charts", "CompareTab.figures"):
        assert "charts" in functions(page)[function]({"models": list(NAMES), "width": 344})
    for _ in range(3):
        page.shelf.adopt(Collection(new))
    gc.collect()
    assert gone() is None


def test_charts_are_those_of_the_models_though_their_files_look_the_same(
    old: Path, new: Path
) -> None:
    """The time and the size of a file say that it changed, not whose it is."""
    history = new / NAMES[0] / checkpoint.HISTORY
    lines = [line.split(b",") for line in history.read_bytes().splitlines(keepends=True)]
    first = lines[0].index(b"train_loss")
    for line in lines[1:]:
        line[first] = line[first].translate(bytes.maketrans(b"0123456789", b"1032547698"))
    history.write_bytes(b"".join(map(b",".join, lines)))
    before = (old / NAMES[0] / checkpoint.HISTORY).stat()
    os.utime(history, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert history.stat().st_size == before.st_size
    page = build(Collection(old))
    charts = functions(page)["TrainingTab.charts"]
    asked = {"models": list(NAMES), "width": 344}
    mine = {**asked, "weights": page.shelf.current.version}
    first = charts(mine)
    page.shelf.adopt(Collection(new))
    assert charts(asked) != first
    assert charts(mine) == first


def test_an_endpoint_answers_of_one_state(
    old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of models is begun, then there is one less, and the list is still whole."""
    shelf = Shelf(Collection(old))
    endpoints = api.Endpoints(shelf)
    facts = api.model_facts

    def replaced_after(collection: Collection, name: str) -> dict[str, Any]:
        shelf.adopt(fresh)
        return facts(collection, name)

    shutil.rmtree(new / NAMES[1])
    fresh = Collection(new)
    monkeypatch.setattr(api, "model_facts", replaced_after)
    assert [model["name"] for model in endpoints.models()] == list(NAMES)
    assert [model["name"] for model in endpoints.models()] == [NAMES[0]]
    with pytest.raises(UserError, match=f"no model '{NAMES[1]}'; there are: {NAMES[0]}"):
        endpoints.points(NAMES[1])


def test_a_search_goes_on_with_the_models_it_began_with(
    old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if these are gone from the page before it ends, and no model has its name any more."""
    monkeypatch.setattr(reconstruct, "effort_for", lambda _: Effort(starts=1, steps=2))
    page = build(Collection(old))
    found = functions(page)
    sides = originals.DRAWING_SIDE**2
    drawing = base64.b64encode(bytes(sides // 2) + b"\xff" * (sides // 2)).decode()
    asked = {"vae": NAMES[0], "gan": NAMES[1], "original": "drawing", "drawing": drawing}
    token = found["ReconstructTab.begin"](asked)["token"]
    shutil.rmtree(new / NAMES[1])
    for _ in range(3):
        page.shelf.adopt(Collection(new))
    assert "error" in found["ReconstructTab.begin"](asked)
    end = time.monotonic() + 30
    while not (told := found["ReconstructTab.look"]({"token": token}))["done"]:
        assert time.monotonic() < end
    gan = checkpoint.load(old / NAMES[1])
    expected = gan.generate(torch.tensor([told["gan"]["z"]]))
    assert told["gan"]["image"] == data_url(expected)
    assert told["gan"]["realness"] is not None


Served = Callable[..., tuple[Page, str]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A function that serves a page and gives it and its address."""
    monkeypatch.setenv("GANVAE_ORT_URL", "off")
    pages: list[Page] = []

    def serve(
        weights: Path, renew: Callable[[], tuple[Path, str]], token: str | None = TOKEN
    ) -> tuple[Page, str]:
        if token is None:
            monkeypatch.delenv("GANVAE_RELOAD_TOKEN", raising=False)
        else:
            monkeypatch.setenv("GANVAE_RELOAD_TOKEN", token)
        page = build(Collection(weights), "Weights: <b>old</b>.", renew)
        pages.append(page)
        _, url, _ = page.launch(
            prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **page.launch_options
        )
        return page, url.rstrip("/")

    yield serve
    for page in pages:
        page.close()


def told(url: str) -> tuple[str, str, str]:
    """What a new visitor's page holds: version of the models, note at its foot, first picture."""
    html = httpx.get(url, timeout=60).text
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});\s*</script>", html, re.S)[1])
    props = {
        component["props"].get("elem_id"): component["props"].get("value")
        for component in config["components"]
    }
    version = re.search(r'"weights": "([0-9a-f]+)"', html)[1]
    sheet = props["gv-sample"]["wide"]["sheets"]["vae-10"]["image"]
    return version, props["gv-footer"]["note"], sheet


def test_the_page_shows_the_new_models_after_it(served: Served, old: Path, new: Path) -> None:
    answers: list[Any] = [(new, "Weights: new."), UserError("The Hub is away.")]

    def renew() -> tuple[Path, str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    _, url = served(old, renew)
    before = told(url)
    assert before[1] == "Weights: <b>old</b>."
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
        refused = httpx.post(f"{url}/reload", headers=headers)
        assert refused.status_code == 401
        assert refused.json()["ok"] is False
    assert httpx.get(f"{url}/reload", headers=RIGHT).status_code in (404, 405)
    assert told(url) == before
    done = httpx.post(f"{url}/reload", headers=RIGHT, timeout=60)
    assert (done.status_code, done.json()) == (200, {"ok": True, "shown": "Weights: new."})
    after = told(url)
    assert after[1] == "Weights: new."
    assert after[0] != before[0]
    assert after[2] != before[2]
    failed = httpx.post(f"{url}/reload", headers=RIGHT)
    assert failed.status_code == 502
    assert failed.json() == {
        "ok": False,
        "error": "The Hub is away. The page goes on with the weights it has.",
    }
    assert told(url) == after


def test_no_usable_model_changes_nothing(served: Served, old: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _, url = served(old, lambda: (tmp_path / "empty", "Weights: none."))
    before = told(url)
    failed = httpx.post(f"{url}/reload", headers=RIGHT, timeout=60)
    assert failed.status_code == 502
    assert "no usable model" in failed.json()["error"]
    assert told(url) == before


def test_without_a_token_there_is_no_such_address(served: Served, old: Path) -> None:
    _, url = served(old, lambda: (old, ""), token=None)
    assert httpx.post(f"{url}/reload", headers=RIGHT).status_code in (404, 405)

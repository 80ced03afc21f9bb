"""POST /reload, and that nobody ever sees two states of the models mixed."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import torch

from ganvae import checkpoint
from ganvae.collection import Collection, steady
from ganvae.errors import UserError
from ganvae.ui.page import Page, build

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


def test_a_call_goes_on_with_what_it_began_with(old: Path, new: Path) -> None:
    collection, fresh = Collection(old), Collection(new)
    before, after = pictures(collection), pictures(fresh)
    assert not torch.equal(before[0], after[0])
    version = collection.version
    with steady():
        first = collection.generate("vae-10", collection.sample_z("vae-10", 1, 2))
        collection.adopt(fresh)
        second = collection.generate("gan-100", collection.sample_z("gan-100", 1, 2))
        assert collection.weights == old
    assert same([first, second], before)
    assert same(pictures(collection), after)
    assert collection.weights == new
    with steady(version):
        assert same(pictures(collection), before)
    with steady("another"):
        assert same(pictures(collection), after)


def test_only_the_last_states_are_kept(old: Path, new: Path) -> None:
    collection = Collection(old)
    version = collection.version
    for _ in range(3):
        collection.adopt(Collection(new))
    with steady(version):
        assert collection.weights == new


def test_no_thread_sees_a_mixture(old: Path, new: Path) -> None:
    collection = Collection(old)
    states = [pictures(collection), pictures(Collection(new))]
    stop, mixed = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            with steady():
                seen = pictures(collection)
            if not any(same(seen, state) for state in states):
                mixed.append(seen)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(20):
        collection.adopt(Collection((new, old)[turn % 2]))
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not mixed


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
    version = re.search(r'"weights": "([0-9a-f]+)"', config["head"])[1]
    sheet = props["gv-sample"]["sheets"]["vae-10"]["image"]
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

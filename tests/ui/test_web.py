"""Headers, health, slow requests and visitors' mistakes, on a live page."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ganvae import log
from ganvae.collection import Collection
from ganvae.progress import Progress
from ganvae.recipe.shipped import RECIPES
from ganvae.ui.page import build, build_watch
from ganvae.ui.web import slow
from ganvae.ui.web.headers import policy
from tests.serving import served

NAMES = ("vae-10", "gan-100")


@pytest.fixture(scope="module")
def url(tiny_weights: Path) -> Iterator[str]:
    with (
        pytest.MonkeyPatch.context() as patch,
        served(_with_note(tiny_weights, patch)) as address,
    ):
        yield address


def _with_note(weights: Path, patch: pytest.MonkeyPatch) -> Any:
    patch.setenv("GANVAE_ORT_URL", "https://cdn.example.org:8443/ort/")
    return build(Collection(weights), "Weights: someone/models, commit 01234567.")


def rules(answer: httpx.Response) -> dict[str, list[str]]:
    """The Content-Security-Policy of an answer."""
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: values for name, *values in (part.split() for part in parts)}


@pytest.mark.parametrize("path", ["/", "/healthz", "/theme.css", "/nowhere", "/gradio_api/upload"])
def test_every_answer_has_the_headers(url: str, path: str) -> None:
    answer = httpx.get(url + path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    # A Space is in a frame of the Hub's.
    assert "x-frame-options" not in answer.headers
    assert "frame-ancestors" not in answer.headers["content-security-policy"]
    found = rules(answer)
    assert found["object-src"] == ["'none'"]
    assert found["default-src"] == ["'self'"]
    engine = "https://cdn.example.org:8443"
    for name, values in found.items():
        elsewhere = [value for value in values if "://" in value or value in ("*", "https:")]
        assert elsewhere == ([engine] if name in ("script-src", "connect-src") else []), name


def test_a_space_asks_the_hub_and_a_shared_page_gradios_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "huggingface.co" not in policy()
    assert "amazonaws" not in policy()
    assert "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: https://gradio.s3-us-west-2" in (
        policy(shared=True)
    )
    monkeypatch.setenv("SPACE_ID", "someone/ganvae")
    assert "connect-src 'self' data: blob: https://huggingface.co" in policy()


def test_a_page_that_is_shared_says_so(tiny_weights: Path) -> None:
    page = build(Collection(tiny_weights))
    with served(page) as address:
        assert "amazonaws" not in httpx.get(f"{address}/healthz").headers["content-security-policy"]
        # What `launch(share=True)` leaves, which asks a server elsewhere.
        page.share = True
        assert "amazonaws" in httpx.get(f"{address}/healthz").headers["content-security-policy"]
        page.share = False


def test_health(url: str, tiny_weights: Path, tmp_path: Path) -> None:
    answer = httpx.get(f"{url}/healthz")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["status"], told["models"]) == ("ok", len(list(tiny_weights.iterdir())))
    assert told["source"] == "Weights: someone/models, commit 01234567."
    assert re.fullmatch(r"[0-9a-f]{16}", told["weights"])
    assert httpx.head(f"{url}/healthz").status_code == 200
    assert httpx.post(f"{url}/healthz").status_code in (404, 405)
    # The same weights elsewhere are the same version; other bytes are another.
    shutil.copytree(tiny_weights, tmp_path / "copy")
    assert Collection(tmp_path / "copy").fingerprint() == told["weights"]
    changed = tmp_path / "copy" / "vae-3" / "model.safetensors"
    changed.write_bytes(changed.read_bytes() + b" ")
    assert Collection(tmp_path / "copy").fingerprint() != told["weights"]


def test_health_tells_what_is_shown_after_a_reload(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANVAE_RELOAD_TOKEN", "a-long-secret")
    for number, names in enumerate((NAMES, NAMES[:1])):
        for name in names:
            shutil.copytree(tiny_weights / name, tmp_path / str(number) / name)
    page = build(Collection(tmp_path / "0"), "Old.", lambda: (tmp_path / "1", "New."))
    with served(page) as address:
        before = httpx.get(f"{address}/healthz").json()
        headers = {"Authorization": "Bearer a-long-secret"}
        assert httpx.post(f"{address}/reload", headers=headers, timeout=60).status_code == 200
        after = httpx.get(f"{address}/healthz").json()
    assert (before["models"], before["source"]) == (2, "Old.")
    assert (after["models"], after["source"]) == (1, "New.")
    assert before["weights"] != after["weights"]


def test_a_page_that_watches_a_run_is_well_too(tmp_path: Path) -> None:
    recipe = RECIPES["gan-100"]
    Progress(recipe, "training", 50, 200, 1600, 100.0, 16.0, {"d_loss": 1.25}, 0.0).write(tmp_path)
    with served(build_watch(tmp_path)) as address:
        told = httpx.get(f"{address}/healthz").json()
        assert told == {"status": "ok", "models": 0, "weights": None, "source": ""}
        assert "content-security-policy" in httpx.get(address).headers


def call(url: str, name: str, values: Any) -> httpx.Response:
    return httpx.post(f"{url}/gradio_api/run/{name}", json={"data": values}, timeout=60)


def in_queue(url: str, name: str, values: Any) -> str:
    """What a call through the queue ends in, as other programs make it."""
    place = f"{url}/gradio_api/call/{name}"
    begun = httpx.post(place, json={"data": values})
    return httpx.get(f"{place}/{begun.json()['event_id']}", timeout=60).text


@pytest.mark.parametrize("ask", [lambda *a: call(*a).text, in_queue])
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["my-secret", 1, 4, 1, False], "There is no model 'my-secret'"),
        ([], "The call needs 5 values, not 0."),
        (["vae-3", "my-secret"], "The call needs 5 values, not 2."),
        ([{"path": "my-secret", "meta": {"_type": "gradio.FileData"}}, 1, 4, 1, 0], "no files"),
    ],
)
def test_a_mistake_is_one_line_without_what_was_sent(
    url: str,
    ask: Callable[..., str],
    values: list[Any],
    sentence: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO, "ganvae")
    assert sentence in ask(url, "sample", values)
    lines = [one.getMessage() for one in caplog.records if one.name.startswith("ganvae.ui.web.m")]
    assert len(lines) == 1
    assert lines[0].startswith("sample: a visitor's mistake, refused by ganvae.ui.")
    printed = capfd.readouterr()
    assert "Traceback" not in printed.err + printed.out
    assert "my-secret" not in caplog.text + printed.err + printed.out


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "component_server",
            {"data": 1, "component_id": 10**9, "fn_name": "x", "session_hash": "a"},
        ),
        ("queue/join", {"data": [1], "fn_index": 10**9, "session_hash": "my-secret"}),
        ("call/nobody", {"data": []}),
        ("call/v2/sample", {"my-secret": 1}),
    ],
)
def test_what_gradio_cannot_make_sense_of(
    url: str,
    path: str,
    body: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    answer = httpx.post(f"{url}/gradio_api/{path}", json=body)
    assert (answer.status_code, answer.text) == (400, "Bad request.")
    (line,) = [one.getMessage() for one in caplog.records if one.name.endswith("strangers")]
    assert line.startswith("/gradio_api/")
    printed = capfd.readouterr()
    assert "Traceback" not in printed.err + printed.out
    assert "my-secret" not in caplog.text + printed.err + printed.out


def test_a_browsers_mistake_is_one_line_too(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "ganvae")
    config = httpx.get(f"{url}/config").json()
    (tab,) = [one for one in config["components"] if one["props"].get("elem_id") == "gv-compare"]
    body = {"component_id": tab["id"], "fn_name": "picture", "session_hash": "a"}
    sent = {**body, "data": {"vae": "<b>my-secret"}}
    answer = httpx.post(f"{url}/gradio_api/component_server", json=sent)
    assert "There is no model" in answer.json()["error"]
    (line,) = [one.getMessage() for one in caplog.records if one.name.startswith("ganvae.ui.web.m")]
    assert line == ("picture: a visitor's mistake, refused by ganvae.collection.recipe.")


def test_a_slow_request_is_one_line_without_its_query(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx.get(f"{url}/?seed=my-secret")
    assert not [one for one in caplog.records if one.name == slow.__name__]
    monkeypatch.setattr(slow, "LIMIT_SECONDS", 0.0)
    httpx.get(f"{url}/?seed=my-secret")
    config = httpx.get(f"{url}/config?my-secret").json()
    (tab,) = [one for one in config["components"] if one["props"].get("elem_id") == "gv-sample"]
    body = {"component_id": tab["id"], "fn_name": "draw", "session_hash": "my-secret"}
    httpx.post(f"{url}/gradio_api/component_server", json={**body, "data": {}})
    with httpx.stream("GET", f"{url}/gradio_api/heartbeat/my-secret"):
        pass
    # Its own request is answered at once; the work is done later.
    in_queue(url, "points", ["vae-10", 1, 4, 1, False])
    lines = [one.getMessage() for one in caplog.records if one.name == slow.__name__]
    lines = [re.sub(r"[\d.]+ s\.$", "N s.", line) for line in lines]
    assert sorted(lines, key=lambda line: "queue" in line) == [
        "Slow: / took N s.",
        "Slow: /config took N s.",
        "Slow: /gradio_api/component_server (draw) took N s.",
        "Slow: /gradio_api/heartbeat/{session_hash} took N s.",
        "Slow: /gradio_api/call/{api_name} took N s.",
        "Slow: /gradio_api/call/{api_name}/{event_id} took N s.",
        "Slow: points through the queue took N s.",
    ]


def test_a_visit_leaves_nothing_on_disk(
    url: str, gradio_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # Gradio makes this folder when it starts, whether it is used or not.
    before = set(gradio_folder.rglob("*"))
    page = httpx.get(url, params={"seed": 7, "tab": "map"}).text
    assert '"analytics_enabled":false' in page
    config = httpx.get(f"{url}/config").json()
    for one in config["components"]:
        for function in one["props"].get("server_fns") or []:
            body = {"component_id": one["id"], "fn_name": function, "session_hash": "a"}
            data = {"models": list(NAMES), "model": NAMES[0], "seed": 7, "count": 4}
            httpx.post(
                f"{url}/gradio_api/component_server", json={**body, "data": data}, timeout=60
            )
    assert httpx.get(f"{url}/gradio_api/deep_link?session_hash=a").status_code == 404
    assert set(gradio_folder.rglob("*")) == before
    assert list(tmp_path.iterdir()) == []


def test_the_log_starts_at_the_level_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("ganvae")
    kept = logger.level, list(logger.handlers)
    try:
        log.start("warning")
        log.start("info")
        logging.getLogger("ganvae.somewhere").info("once")
        log.start("error")
        logging.getLogger("ganvae.somewhere").warning("never")
    finally:
        logger.setLevel(kept[0])
        logger.handlers[:] = kept[1]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(" INFO ganvae.somewhere: once")

"""The page's HTML as it goes out: our head in it, small, and known again."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ganvae.ui.modules import modules
from ganvae.ui.web.shell import Shell
from tests.serving import served

MOST_BYTES = 150_000
PAGE = '<head><base href="./" /><meta\n name="viewport" content="x" /><script type="module"></head>'


@pytest.fixture(scope="module")
def url(tiny_weights: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANVAE_ORT_URL", "off")
        with served(tiny_weights) as address:
            yield address


def client(body: str = PAGE, head: str = "<i>") -> TestClient:
    """A page of that body, whose head ours goes into."""
    routes = [
        Route("/", lambda _: HTMLResponse(body), methods=["GET", "HEAD"]),
        Route("/other", lambda _: HTMLResponse(body)),
    ]
    return TestClient(Shell(Starlette(routes=routes), lambda: head))


def raw(url: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer and its bytes as they came."""
    with httpx.stream("GET", url, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


def test_ours_stands_after_the_viewport_and_before_every_module() -> None:
    text = client(head="<link>").get("/").text
    assert text == PAGE.replace('content="x" />', 'content="x" />\n<link>')
    # What might be taken for a reference of the pattern is text.
    assert r"\1\g<0>" in client(head=r"\1\g<0>").get("/").text


def test_other_answers_are_left_alone() -> None:
    answer = client().get("/other")
    assert answer.text == PAGE
    assert "etag" not in answer.headers
    wrong = TestClient(
        Shell(Starlette(routes=[Route("/", lambda _: PlainTextResponse("no", 404))]), lambda: "x")
    ).get("/")
    assert (wrong.status_code, wrong.text) == (404, "no")


def test_it_is_compressed_for_whoever_can_read_that() -> None:
    plain = client().get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    small = client().get("/", headers={"Accept-Encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert small.text == plain.text
    for answer in (plain, small):
        assert "accept-encoding" in answer.headers["vary"].lower()
    assert int(plain.headers["content-length"]) == len(plain.content)


def test_the_same_page_is_not_sent_twice() -> None:
    page = client()
    tag = page.get("/").headers["etag"]
    again = page.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    # Another head is another page.
    other = client(head="<b>").get("/", headers={"If-None-Match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag
    assert page.get("/").headers["cache-control"] == "no-cache"


def test_the_pages_html_is_light(url: str) -> None:
    answer, content = raw(url, **{"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(content) < MOST_BYTES
    text = gzip.decompress(content).decode()
    # Pictures and scripts are fetched, each once, and kept.
    assert "data:image/png" not in text
    assert text.count('id="ganvae-config"') == 1
    assert "class LatentSpace" not in text
    assert raw(url, **{"If-None-Match": answer.headers["etag"]})[0].status_code == 304


def test_everything_outside_calls_the_modules_by_one_name(url: str) -> None:
    text = httpx.get(url).text
    found = re.search(r'<script type="importmap">(.*?)</script>', text)
    assert found
    assert json.loads(found[1])["imports"] == {
        "ganvae": f"./{modules().address('entry.js')}",
        "#words": f"./{modules().address('words/en.js')}",
    }
    config = re.search(r"window\.gradio_config = (.*?);</script>", text)
    assert config
    scripts = [
        component["props"]["js_on_load"]
        for component in json.loads(config[1])["components"]
        if component["props"].get("js_on_load")
    ]
    assert len(scripts) >= 9
    for script in scripts:
        assert re.match(r'import\("ganvae"\)\s+\.then\(\(page\) => page\.mount\("', script)
        (path,) = re.findall(r'page\.mount\("([^"]+)"', script)
        assert b"export function mount(" in modules().files[path]
    assert "window.ganvae" not in text


def test_pictures_and_scripts_that_are_told_of_are_there(url: str) -> None:
    head = httpx.get(url).text
    told = re.findall(r'<link rel="(modulepreload|preload)"[^>]* href="([^"]+)"', head)
    assert len(told) > 60
    for kind, address in told:
        answer = httpx.get(f"{url}/{address}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        wanted = "text/javascript" if kind == "modulepreload" else "image/png"
        assert answer.headers["content-type"].startswith(wanted)


def test_parts_of_the_page_may_be_kept_and_a_worker_has_the_policy(url: str) -> None:
    text = httpx.get(url).text
    asset = re.search(r'src="\./(assets/[^"]+\.js)"', text)
    assert asset
    for path in (asset[1], modules().address("static/store.js")):
        answer = httpx.get(f"{url}/{path}")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" not in answer.headers
    worker = httpx.get(f"{url}/{modules().address('engine/worker.js')}")
    assert "content-security-policy" in worker.headers
    # What is not there may come.
    assert "cache-control" not in httpx.get(f"{url}/assets/nothing.js").headers

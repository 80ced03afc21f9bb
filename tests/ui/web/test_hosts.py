"""Under which names a page answers, and who else's pages may call it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ganvae.collection import Collection
from ganvae.ui.page import Page, build
from ganvae.ui.web import hosts
from tests.serving import served

CALL = "/gradio_api/run/models"


@pytest.fixture(scope="module")
def page(tiny_weights: Path) -> Page:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(hosts.VARIABLE, raising=False)
        return build(Collection(tiny_weights))


@pytest.fixture(scope="module")
def url(page: Page) -> Iterator[str]:
    with served(page) as address:
        yield address


@pytest.fixture(scope="module")
def listed(tiny_weights: Path) -> Iterator[str]:
    """A page behind a web server that has a public name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(hosts.VARIABLE, "demo.example.org, ganvae.example.org")
        with served(tiny_weights) as address:
            yield address


def port(url: str) -> str:
    return url.rsplit(":", 1)[1]


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_computer_has_these_names(url: str, name: str) -> None:
    for host in (name, f"{name}:{port(url)}"):
        assert httpx.get(f"{url}/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example.com",
        "evil.example.com:7860",
        "127.0.0.1.evil.example.com",
        "localhost.",
        "[::2]",
        "192.168.1.7",
        "demo.example.org",
        "[",
        "x" * 300,
    ],
)
@pytest.mark.parametrize("path", ["/", "/healthz", CALL, "/engine/x", "/gradio_api/heartbeat/a"])
def test_any_other_name_is_somebody_elses(url: str, name: str, path: str) -> None:
    answer = httpx.get(url + path, headers={"Host": name})
    assert answer.status_code == 421
    assert name not in answer.text


def test_a_refusal_says_how_to_allow_the_name(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        httpx.get(url, headers={"Host": "demo.example.org"})
        httpx.get(url, headers={"Host": "a b"})
    lines = [one.getMessage() for one in caplog.records if one.name == hosts.__name__]
    assert lines[0] == "Not answered to a name: GANVAE_HOSTS=demo.example.org allows it."
    assert all("a b" not in line for line in lines)


def test_names_that_are_listed(listed: str) -> None:
    for name in ("demo.example.org", "ganvae.example.org:443", "localhost"):
        answer = httpx.get(f"{listed}/healthz", headers={"Host": name})
        assert answer.status_code == 200
    assert httpx.get(listed, headers={"Host": "evil.example.com"}).status_code == 421


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example.com", "http://[::2]", "null", "http://127.0.0.1.evil.example.com"],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_pages_of_other_sites_can_not_call_or_read(url: str, origin: str, host: str) -> None:
    headers = {"Origin": origin, "Host": f"{host}:{port(url)}"}
    called = httpx.post(url + CALL, json={"data": []}, headers=headers)
    assert called.status_code == 403
    asking = {**headers, "Access-Control-Request-Method": "POST"}
    for answer in (httpx.get(f"{url}/config", headers=headers), httpx.options(url, headers=asking)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_the_pages_own_calls_are_answered(url: str, listed: str) -> None:
    for address, name in ((url, f"127.0.0.1:{port(url)}"), (listed, "demo.example.org")):
        headers = {"Origin": f"http://{name}", "Host": name}
        answer = httpx.post(address + CALL, json={"data": []}, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == f"http://{name}"


def test_a_page_for_others_answers_to_any_name(page: Page, url: str) -> None:
    loopback, page.server_name = page.server_name, "0.0.0.0"
    try:
        assert httpx.get(f"{url}/healthz", headers={"Host": "a.example.org"}).status_code == 200
    finally:
        page.server_name = loopback


def test_a_shared_page_answers_to_the_name_it_is_shared_under(page: Page, url: str) -> None:
    page.share = True
    try:
        for name, status in (("1a2b.gradio.live", 200), ("gradio.live.example.com", 421)):
            assert httpx.get(f"{url}/healthz", headers={"Host": name}).status_code == status
    finally:
        page.share = False


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Gradio-Server"])
def test_what_a_proxy_says_counts_where_one_is_announced(
    url: str, listed: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRADIO_ROOT_PATH", raising=False)
    monkeypatch.delenv("SPACE_ID", raising=False)
    headers = {name: "https://elsewhere.example.org"}
    roots = [httpx.get(f"{at}/config", headers=headers).json()["root"] for at in (url, listed)]
    assert roots[0] == url
    assert "elsewhere.example.org" in roots[1]

"""The page works below a path of another server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import running_app
from tests.browser.proxy import reverse_proxy

NewPage = Callable[..., Page]
PATH = "/demos/ganvae"


@pytest.fixture(scope="module")
def proxied_url(
    exported_weights: Path, runtime: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a proxy before an `app.py` that has been told its path."""
    log = tmp_path_factory.mktemp("proxied") / "log.txt"
    with (
        running_app(exported_weights, str(runtime), log, GRADIO_ROOT_PATH=PATH) as url,
        reverse_proxy(url, PATH) as proxied,
    ):
        yield proxied


def test_the_whole_page_works_below_a_path(new_page: NewPage, proxied_url: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(f"{proxied_url}/?seed=9")
    # Server functions draw the samples.
    canvas = page.locator("#gv-tab-sample .gv-panel canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_function(
        """() => {
          const canvas = document.querySelector("#gv-tab-sample .gv-panel canvas");
          if (!canvas?.width) return false;
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(data.filter((_, at) => at % 4 === 0)).size > 2;
        }"""
    )
    # The browser's engine fetches the runtime and the models from the server.
    with page.expect_response(f"{proxied_url}/engine/models/**") as answer:
        page.locator("[role=tab][data-tab-id=explore]").click()
    assert answer.value.ok
    for name in ("walk", "compare", "training"):
        page.locator(f"[role=tab][data-tab-id={name}]").click()
        page.wait_for_url(f"{proxied_url}/*tab={name}*")
        expect(page.locator(f"#gv-tab-{name}")).to_be_visible()
    page.locator("#gv-header .share").click()
    expect(page.locator("#gv-header .share")).to_have_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{proxied_url}/?tab=training&seed=9"
    href = page.locator("#gv-header .api").get_attribute("href")
    assert href is not None
    assert urlsplit(href).path == f"{PATH}/"
    assert parse_qs(urlsplit(href).query)["view"] == ["api"]
    outside = [one.url for one in asked if one.url.startswith("http")]
    assert outside
    assert [url for url in outside if not url.startswith(f"{proxied_url}/")] == []
    failed = [one.url for one in asked if (got := one.response()) and got.status >= 400]
    assert failed == []

"""The share button: a link to this view, on a page of its own and in a Space's frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from tests.browser.conftest import PATIENCE_MS, running_app

OpenPage = Callable[..., Page]
SPACE = "someone/ganvae"
HUB = "https://huggingface.co"
# Where the frame is: not there, but handed on as the Hub does.
APP = "https://someone-ganvae.hf.space"
# As the Hub shows a Space: what stands in the page's address is handed to the frame at first, and
# a message from the frame changes the address.
FRAME = """<!doctype html><title>Spaces</title>
<body style="margin: 0"><iframe style="width: 100vw; height: 100vh; border: 0"></iframe>
<script>
  const frame = document.querySelector("iframe");
  frame.allow = "ALLOW";
  frame.src = "APP/" + location.search + location.hash;
  addEventListener("message", ({ data }) => {
    if (data && "queryString" in data) history.replaceState(null, "", "?" + data.queryString);
  });
</script>"""


@pytest.fixture(scope="module")
def space_url(exported_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an `app.py` that believes to run on a Space."""
    log = tmp_path_factory.mktemp("space") / "log.txt"
    # Without SYSTEM: where that is "spaces", Gradio starts a thread that needs a package `spaces`,
    # which only the Hub's own image has.
    more = {"SPACE_ID": SPACE, "GRADIO_SERVER_NAME": "127.0.0.1"}
    with running_app(exported_weights, "off", log, **more) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser context that fails the test if its pages log an error."""
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    # Chromium itself tells, now and then, of the clipboard that a test keeps from the frame.
    made.on(
        "console",
        lambda line: (
            line.type == "error"
            and "Clipboard API has been blocked" not in line.text
            and complaints.append(line.text)
        ),
    )
    yield made
    # A request that is being handed on at this moment would fail in the next test.
    for page in made.pages:
        page.close()
    made.unroute_all(behavior="ignoreErrors")
    made.close()
    assert complaints == []


def framed(context: BrowserContext, url: str, query: str, allow: str) -> tuple[Page, FrameLocator]:
    """A Space's page on the Hub, and the frame in it."""

    def hub(route: Route) -> None:
        body = FRAME.replace("APP", APP).replace("ALLOW", allow)
        route.fulfill(body=body, content_type="text/html")

    def app(route: Route) -> None:
        request, rest = route.request, route.request.url.removeprefix(APP)
        if rest.startswith("/gradio_api/heartbeat"):
            # It never ends: the answer could not be handed on.
            route.fulfill(body="", content_type="text/event-stream")
            return
        forwarded = {"x-forwarded-host": urlsplit(APP).netloc, "x-forwarded-proto": "https"}
        route.fulfill(
            response=route.fetch(url=url + rest, headers={**request.headers, **forwarded})
        )

    context.route(f"{HUB}/**", hub)
    context.route(f"{APP}/**", app)
    page = context.new_page()
    page.goto(f"{HUB}/spaces/{SPACE}{query}")
    return page, page.frame_locator("iframe")


def test_in_a_frame_the_link_is_the_spaces(context: BrowserContext, space_url: str) -> None:
    page, frame = framed(context, space_url, "?tab=walk&seed=7", "clipboard-write")
    walk = frame.locator("[role=tab][data-tab-id=walk]")
    expect(walk).to_have_attribute("aria-selected", "true")
    # The address of the Space's page follows the frame's.
    frame.locator("[role=tab][data-tab-id=explore]").click()
    page.wait_for_url("**/*tab=explore*")
    share = frame.locator("#gv-header .share")
    # What the frame wrote is told by another page: a frame without focus may not read.
    context.grant_permissions(["clipboard-write", "clipboard-read"])
    share.click()
    expect(share).to_have_text("copied")
    expect(frame.locator("#gv-header .link")).to_be_hidden()
    link = page.evaluate("navigator.clipboard.readText()")
    assert urlsplit(link)._replace(query="").geturl() == f"{HUB}/spaces/{SPACE}"
    assert parse_qs(urlsplit(link).query) == {"tab": ["explore"], "seed": ["7"]}
    expect(share).to_have_text("share")
    # Whoever opens it sees this view.
    other = context.new_page()
    other.goto(link)
    explore = other.frame_locator("iframe").locator("[role=tab][data-tab-id=explore]")
    expect(explore).to_have_attribute("aria-selected", "true")


def test_a_frame_without_the_clipboard_shows_a_field(
    context: BrowserContext, space_url: str
) -> None:
    _, frame = framed(context, space_url, "?seed=7", "")
    share = frame.locator("#gv-header .share")
    share.click()
    field = frame.get_by_label("Link to this view")
    expect(field).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value(f"{HUB}/spaces/{SPACE}?seed=7")
    assert field.evaluate("(one) => one.selectionEnd - one.selectionStart === one.value.length")
    expect(share).to_have_text("share")
    field.press("Control+c")
    expect(share).to_have_text("copied")
    field.press("Escape")
    expect(field).to_be_hidden()
    expect(share).to_be_focused()


def test_a_refused_clipboard_outside_a_frame(open_page: OpenPage, page_url: str) -> None:
    page = open_page("?tab=training&seed=3")
    page.wait_for_function("() => window.ganvae")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })"
    )
    share = page.locator("#gv-header .share")
    box = page.locator("#gv-header .link")
    below = page.locator("#gv-header .look").bounding_box()
    share.click()
    expect(box.locator("input")).to_have_value(f"{page_url}/?tab=training&seed=3")
    assert page.locator("#gv-header .look").bounding_box() == below
    box.get_by_role("button", name="Close").click()
    expect(box).to_be_hidden()
    # Elsewhere on the page closes it as well, and so does the button.
    share.click()
    page.mouse.click(400, 700)
    expect(box).to_be_hidden()
    share.click()
    share.click()
    expect(box).to_be_hidden()


def test_saying_copied_moves_nothing(open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    theme = page.locator("#gv-header .theme")
    share = page.locator("#gv-header .share")
    expect(share).to_have_text("share")
    before = theme.bounding_box()
    share.click()
    expect(share).to_have_text("copied")
    assert theme.bounding_box() == before


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_it_fits(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, height=844, has_touch=True, is_mobile=True)
    page.wait_for_function("() => window.ganvae")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })"
    )
    page.locator("#gv-header .share").tap()
    box = page.locator("#gv-header .link")
    expect(box).to_be_visible()
    place = box.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= width
    name = page.get_by_role("heading", name="ganvae").bounding_box()
    tools = page.locator("#gv-header .tools").bounding_box()
    assert name is not None
    assert tools is not None
    assert abs(name["y"] + name["height"] / 2 - tools["y"] - tools["height"] / 2) < 4
    assert tools["x"] + tools["width"] <= width

"""The real page in a real browser: one `app.py`, one browser, a fresh context for every test."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from scripts.browsers import FLAGS, PROGRAMS, find_browser

ROOT = Path(__file__).resolve().parents[2]
# A machine that trains on all its cores beside the tests starts the page slowly.
START_SECONDS = 300
PATIENCE_MS = 60_000

# This computer, whatever the port, and what needs no server at all.
HERE = re.compile(r"http://127\.0\.0\.1:\d+/|data:|blob:")

NewPage = OpenPage = Callable[..., Page]

# The page itself has no globals: tests give its one entry point a name.
HANDLE = """
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector("script[type=importmap]")) {
    import("ganvae").then((page) => { window.ganvae = page; });
  }
});
"""


@pytest.fixture(scope="session", autouse=True)
def no_cdn() -> Iterator[None]:
    """Pages that tests start in their own process leave drawing to the server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANVAE_ORT_URL", "off")
        yield


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The folder with the runtime that the engine loads in browsers: no test asks a CDN for it."""
    folder = Path(os.environ.get("GANVAE_TEST_RUNTIME", ROOT / ".runtime"))
    if not (folder / "ort-wasm-simd-threaded.wasm").is_file():
        message = f"There is no runtime in {folder}: python scripts/fetch_runtime.py gets it."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def page_url(
    exported_weights: Path, runtime: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an `app.py` that runs for the whole session, on the untrained models.

    Not on those that ship: what tests compare must not change with them. Their pictures are drawn
    by the browser's own engine where a tab has one.
    """
    folder = tmp_path_factory.mktemp("app")
    with running_app(exported_weights, str(runtime), folder / "log.txt") as url:
        yield url


@contextmanager
def running_app(weights: Path, runtime: str, log: Path, **more: str) -> Iterator[str]:
    """The address of an `app.py` of its own, its runtime where GANVAE_ORT_URL has it.

    Further variables of its environment are `more`.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, ROOT / "app.py", "--port", str(port), "--weights", str(weights)]
    environment = {name: value for name, value in os.environ.items() if name != "SPACE_ID"}
    environment |= {"GANVAE_ORT_URL": runtime, **more}
    with log.open("w") as stream:
        app = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, app, log)
        yield url
    finally:
        app.terminate()
        app.wait(30)
    # A visitor's mistake never leaves a traceback in the log.
    assert "Traceback" not in log.read_text(), log.read_text()


def wait_for(url: str, app: subprocess.Popen[Any], log: Path) -> None:
    """Return when the page answers; fail with its log if it ends or takes too long."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if app.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=30):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"app.py does not answer:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium or Chrome. Without one tests are skipped, but fail where CI is set."""
    path = find_browser()
    if path is None:
        message = f"None of {', '.join(PROGRAMS)} is on the PATH."
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """A function that makes an empty page: `new_page(width=1280, height=800, **context)`.

    Whatever the test does, it fails if the browser logs an error or asks a server elsewhere for
    something.
    """
    contexts, complaints = [], []

    def hear(line: ConsoleMessage) -> None:
        # Gradio's API page looks there for a server of tools, which there is none of here.
        if line.type == "error" and not line.location["url"].endswith("/mcp/schema"):
            complaints.append(line.text)

    def watch(page: Page) -> None:
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda request: HERE.match(request.url) or complaints.append(request.url)
        )

    def make(width: int = 1280, height: int = 800, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.add_init_script(HANDLE)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", watch)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """An empty page of a computer's size, watched as `new_page` says."""
    return new_page()


@pytest.fixture
def open_page(new_page: NewPage, page_url: str) -> OpenPage:
    """A function that opens the page: `open_page(query="", width=1280, height=800, **context)`."""

    def open_(query: str = "", **options: Any) -> Page:
        page = new_page(**options)
        page.goto(f"{page_url}/{query}")
        return page

    return open_

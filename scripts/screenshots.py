"""python scripts/screenshots.py: take the README's pictures of the page, with the shipped models.

Starts `app.py` itself and drives it in Chromium; needs what requirements-dev.txt installs.
"""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import browsers
import fetch_runtime
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DESKTOP, PHONE = (1280, 840), (390, 844)
_START_SECONDS = 120
_SETTLE_MS = 6000
_GAP = 24

_DIGITS = "?pair=digits-convolutional"
VIEWS = {
    "faces-sample.png": "?pair=faces",
    "faces-explore.png": "?pair=faces-tuned&tab=explore",
    "sample.png": _DIGITS,
    "tuned-sample.png": "?pair=digits-tuned",
    "tuned-faces.png": "?pair=faces-tuned",
    "explore.png": f"{_DIGITS}&tab=explore&pick=9",
    "walk.png": f"{_DIGITS}&tab=walk&pick=9",
    "map.png": f"{_DIGITS}&tab=map",
    "compare.png": f"{_DIGITS}&tab=compare",
    "bridge.png": "?tab=bridge&bridge=bridge-faces&at=2",
    "reconstruct.png": f"{_DIGITS}&tab=reconstruct",
    "training.png": f"{_DIGITS}&tab=training&vae=all",
}
PHONE_VIEWS = (
    "?pair=faces-tuned",
    f"{_DIGITS}&tab=explore&pick=9",
    "?pair=faces-tuned&tab=explore",
)


@contextmanager
def served() -> Iterator[str]:
    """The address of a running page."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    fetch_runtime.fetch(fetch_runtime.DEFAULT_FOLDER)
    environment = {**os.environ, "GANVAE_ORT_URL": str(fetch_runtime.DEFAULT_FOLDER)}
    command = [sys.executable, str(ROOT / "app.py"), "--port", str(port)]
    app = subprocess.Popen(command, env=environment)
    url = f"http://127.0.0.1:{port}/"
    try:
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                urllib.request.urlopen(url, timeout=10).close()
                break
            except (urllib.error.URLError, TimeoutError):
                if app.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.3)
        yield url
    finally:
        app.terminate()
        app.wait()


def picture(browser: Browser, url: str, size: tuple[int, int], scale: float) -> bytes:
    """PNG of the page at an address, once it has settled."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=scale
    )
    page.set_default_timeout(_START_SECONDS * 1000)
    page.goto(url)
    page.locator(".gv-panel:visible").first.wait_for()
    page.wait_for_timeout(_SETTLE_MS)
    shot = page.screenshot()
    page.close()
    return shot


def main() -> int:
    """Take every picture; the exit status."""
    browser_path = browsers.find_browser()
    if browser_path is None:
        print("The pictures need Chromium or Chrome on the PATH.", file=sys.stderr)
        return 2
    DOCS.mkdir(exist_ok=True)
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=list(browsers.FLAGS)
        )
        for name, view in VIEWS.items():
            (DOCS / name).write_bytes(picture(browser, url + view, DESKTOP, 1))
        phones = [
            Image.open(io.BytesIO(picture(browser, url + view, PHONE, 1.5))) for view in PHONE_VIEWS
        ]
        browser.close()
    width = sum(phone.width for phone in phones) + _GAP * (len(phones) - 1)
    sheet = Image.new("RGB", (width, phones[0].height), "white")
    left = 0
    for phone in phones:
        sheet.paste(phone, (left, 0))
        left += phone.width + _GAP
    sheet.save(DOCS / "phone.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

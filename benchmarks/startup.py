"""How long a cold start of the page takes, and how much memory its server needs.

    python -m benchmarks.startup --weights weights
    python -m benchmarks.startup --space > benchmarks/results/space.json

Starts `python app.py` anew for each run, opens the page in headless Chromium as soon as it answers,
waits until the first samples are painted in every panel, and prints JSON: seconds from the start of
the process to the first answer and to the pictures, and the server's peak memory at that moment. A
model's picture counts as painted once its canvas shows more than one colour.

Then a phone on a slow network (1.6 Mbit/s, 150 ms there and back) opens the page of a server that
is warm, and opens it again: seconds to the pictures, and bytes on the wire, headers included, of
the page's HTML and in all.

With --space, `app.py` finds what it finds on a Hugging Face Space: its variables and none of this
machine's, its port, every interface, and a home folder in which nothing can be written.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks import chromium
from benchmarks.free_port import free_port
from benchmarks.server_process import LIMIT_SECONDS, wait_for

ROOT = Path(__file__).resolve().parent.parent

# What a Space sets, and a home that not even root can write into.
SPACE_PORT = 7860
SPACE_ENVIRONMENT = {
    "SYSTEM": "spaces",
    "SPACE_ID": "someone/ganvae",
    "SPACE_HOST": "someone-ganvae.hf.space",
    "SPACE_AUTHOR_NAME": "someone",
    "SPACE_REPO_NAME": "ganvae",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_SERVER_PORT": str(SPACE_PORT),
    "PORT": str(SPACE_PORT),
    "HOME": "/proc",
    "PATH": os.defpath,
}

# True once every panel has a canvas on which something is drawn. Few pixels are read: the check
# runs on each animation frame of a machine that has other things to do.
PAINTED = """
() => {
  const stages = [...document.querySelectorAll(".gv-panel .gv-stage:not(.gv-empty)")];
  const drawn = (canvas) => {
    if (!canvas || !canvas.width || !canvas.height) return false;
    const height = Math.min(canvas.height, 60);
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, height).data;
    return pixels.some((value, at) => at % 4 !== 3 && value > 100);
  };
  return stages.length > 0 && stages.every((stage) => drawn(stage.querySelector("canvas")));
}
"""


# A slow phone network, as browsers' own tools call it: bits a second, and milliseconds.
PHONE_NETWORK = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# What comes after the pictures belongs to the visit as well.
REST_MS = 3000


def peak_memory(process: int) -> int | None:
    """The most memory a process has held, in MiB; None where the system is not Linux."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024)


def visit(context: BrowserContext, url: str) -> dict[str, Any]:
    """Open the page once over the slow network: seconds to the pictures, and bytes."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **PHONE_NETWORK})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on(
        "Network.requestWillBeSent", lambda one: kinds.update({one["requestId"]: one["type"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda one: sizes.update({one["requestId"]: one["encodedDataLength"]}),
    )
    begin = time.monotonic()
    page.goto(url, wait_until="commit")
    page.wait_for_function(PAINTED, timeout=LIMIT_SECONDS * 1000)
    painted = time.monotonic()
    page.wait_for_timeout(REST_MS)
    page.close()
    html = sum(size for request, size in sizes.items() if kinds.get(request) == "Document")
    return {
        "samples_visible_s": round(painted - begin, 2),
        "html_bytes": round(html),
        "all_bytes": round(sum(sizes.values())),
    }


def measure_phone(browser: Browser, weights: Path) -> dict[str, Any]:
    """A first and a second visit by a phone on a slow network, to a server that is warm."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "app.py", "--weights", str(weights.resolve()), "--port", str(port)]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for(url, server)
            context = browser.new_context(**PHONE)
            first, second = visit(context, url), visit(context, url)
            context.close()
        finally:
            _end(server)
    return {"first_visit": first, "second_visit": second}


def _end(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def measure(browser: Browser, weights: Path, space: bool = False) -> dict[str, Any]:
    """One cold start: a new server and a new browser context."""
    port = SPACE_PORT if space else free_port()
    url = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "app.py", "--weights", str(weights.resolve())]
    if not space:
        command += ["--port", str(port)]
    environment = SPACE_ENVIRONMENT if space else None
    with tempfile.TemporaryFile() as log:
        begin = time.monotonic()
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        try:
            wait_for(url, server)
            answered = time.monotonic()
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            page.goto(url, wait_until="commit")
            page.wait_for_function(PAINTED, timeout=LIMIT_SECONDS * 1000)
            painted = time.monotonic()
            memory = peak_memory(server.pid)
            context.close()
        finally:
            _end(server)
    return {
        "server_answers_s": round(answered - begin, 2),
        "samples_visible_s": round(painted - begin, 2),
        "of_which_browser_s": round(painted - answered, 2),
        "peak_memory_mib": memory,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--space", action="store_true", help="as a Hugging Face Space runs it")
    chromium.add_browser(parser)
    options = parser.parse_args()

    with sync_playwright() as playwright:
        browser = chromium.launch(playwright, options.chromium)
        try:
            runs = [measure(browser, options.weights, options.space) for _ in range(options.runs)]
            phone = None if options.space else measure_phone(browser, options.weights)
        finally:
            browser.close()
    # The first run may have to read everything from the disk; the others find it in memory.
    middle = {
        key: round(statistics.median(run[key] for run in runs), 2)
        for key in runs[0]
        if runs[0][key] is not None
    }
    report = {
        "median": middle,
        "runs": runs,
        "phone": phone,
        "models": len(list(options.weights.glob("*/config.json"))),
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

"""How closely the Explore tab's pictures follow the hand.

    python scripts/fetch_runtime.py
    python -m benchmarks.explorer

Starts the page and drags the first slider in headless Chromium, for a pair of digits and one of
faces, drawn by the browser's own engine and by the server. Each move counts from its input event
to the moment when the pixels of both pictures of this or a later move are on their canvases. Then
frames a second: a move on every animation frame, and how many different pictures were painted.
Then many sessions drag at once against the server, without a browser (see benchmarks/sessions.py).
Written to benchmarks/results/explorer.json.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks import chromium, sessions
from benchmarks.chromium import ROOT
from ganvae import files
from ganvae.training.hardware import describe_hardware

RESULT = Path(__file__).parent / "results" / "explorer.json"
PAIRS = {"digits": "digits-convolutional", "faces": "faces"}
STEADY_SECONDS = 5
SESSIONS = 20

# Notes moves and paintings of the large pictures from outside: the page knows nothing of it. A job
# is numbered by the page; a move is done when a job of its number or a later one is shown.
WATCH = """
(() => {
  const log = (window.benchmark = { moves: [], shown: [], painted: 0 });
  const root = () => document.querySelector(".gx[data-mode=explore]");
  window.addEventListener("input", (event) =>
    log.moves.push({ at: event.timeStamp, job: Number(root().dataset.wanted) }));
  const { prototype } = CanvasRenderingContext2D;
  for (const name of ["putImageData", "drawImage"]) {
    const draw = prototype[name];
    prototype[name] = function (...given) {
      draw.apply(this, given);
      if (this.canvas.matches?.(".gx-picture")) log.painted = performance.now();
    };
  }
  window.watchPictures = () => new MutationObserver(() =>
    log.shown.push({ at: log.painted, job: Number(root().dataset.shown) }),
  ).observe(root(), { attributeFilter: ["data-shown"] });
})();
"""
CLEAR = "() => { benchmark.moves.length = benchmark.shown.length = 0; }"
STEADY = """
(seconds) => new Promise((resolve) => {
  const slider = document.querySelector(".gx-axis .gx-range");
  const began = performance.now();
  const step = (now) => {
    if (now - began > seconds * 1000) return resolve();
    slider.value = 2.5 * Math.sin((now - began) / 400);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""
SETTLED = """
() => {
  const { wanted, shown } = document.querySelector(".gx[data-mode=explore]").dataset;
  return wanted && wanted === shown;
}
"""


@contextmanager
def running_page(weights: Path, runtime: str) -> Iterator[str]:
    """The address of the real app in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "app.py", "--weights", str(weights), "--port", str(port)]
    environment = {**os.environ, "GANVAE_ORT_URL": runtime}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("The page did not start.") from None
                time.sleep(0.5)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def latencies(log: dict[str, Any]) -> list[float]:
    """Milliseconds from each move to the pixels of both pictures for it."""
    found = []
    for move in log["moves"]:
        done = next((one["at"] for one in log["shown"] if one["job"] >= move["job"]), None)
        if done is not None:
            found.append(done - move["at"])
    return found


def drag(page: Page, moves: int) -> list[float]:
    """Drag the first slider there and back with the mouse, and the latencies of its moves."""
    box = page.locator(".gx-axis .gx-range").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.evaluate(CLEAR)
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for step in range(moves):
        share = abs((4 * step / moves + 0.5) % 2 - 1)
        page.mouse.move(box["x"] + (0.05 + 0.9 * share) * box["width"], middle)
        time.sleep(1 / 60)
    page.mouse.up()
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(300)
    return latencies(page.evaluate("() => benchmark"))


def summary(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum in milliseconds."""
    ordered = sorted(values)
    return {
        "moves": len(ordered),
        "median_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "max_ms": round(ordered[-1], 1),
    }


def measure(page: Page, address: str, pair: str, drawer: str, moves: int) -> dict[str, Any]:
    """Drag in a page of one pair, once it is drawn by "browser" or "server"."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{address}/?tab=explore&pair={pair}")
    page.wait_for_selector(f".gx-engine[data-drawer={drawer}]", timeout=120_000)
    page.wait_for_selector(".gx[data-varied]", timeout=60_000)
    page.evaluate("() => watchPictures()")
    drag(page, moves=60)
    requests.clear()
    found = drag(page, moves)
    asked = len(requests)
    page.evaluate(CLEAR)
    page.evaluate(STEADY, STEADY_SECONDS)
    page.wait_for_function(SETTLED)
    shown = {one["job"] for one in page.evaluate("() => benchmark.shown")}
    return {
        "models": page.evaluate("() => import('ganvae').then((page) => page.members())"),
        **summary(found),
        "frames_per_second": round(len(shown) / STEADY_SECONDS, 1),
        "requests": asked,
    }


def main() -> None:
    """Parse the options, measure, write the result."""
    parser = chromium.options(__doc__, RESULT)
    parser.add_argument("--moves", type=int, default=300)
    options = parser.parse_args()
    result: dict[str, Any] = {"hardware": describe_hardware(torch.device("cpu"))}
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright, options.chromium)
        for drawer, runtime in (("browser", str(options.runtime)), ("server", "off")):
            with running_page(options.weights, runtime) as address:
                result[drawer] = {}
                for name, pair in PAIRS.items():
                    context = browser.new_context(viewport={"width": 1280, "height": 800})
                    page = context.new_page()
                    page.add_init_script(WATCH)
                    result[drawer][name] = measure(page, address, pair, drawer, options.moves)
                    context.close()
                    print(drawer, name, result[drawer][name], flush=True)
                if drawer == "server":
                    models = result[drawer]["digits"]["models"]
                    result["sessions"] = sessions.drag_at_once(address, models, SESSIONS)
                    print("sessions", result["sessions"], flush=True)
        browser.close()
    result["load"] = round(os.getloadavg()[0], 1)
    files.write_json(options.output, result)


if __name__ == "__main__":
    main()

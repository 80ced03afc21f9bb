"""How long the Explore tab takes from a slider's move to the repainted pictures of both models.

    python -m benchmarks.explorer --weights weights --chromium /usr/bin/chromium

Starts the page, drags the first slider with the mouse in headless Chromium, some 60 moves a second,
and prints JSON. Each move is timed from its input event to the first animation frame after both
pictures of a request made at or after the move were painted: a move that was overtaken by a later
one counts until that one's pictures are there. "overlapping" is the drag as a hand does it;
"single" waits for the pictures before the next move.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAIR = "digits-convolutional"

# Notes moves, requests and paintings of the large pictures from outside: the page knows nothing.
WATCH = """
(() => {
  const log = (window.benchmark = { moves: [], requests: [], paintings: [] });
  document.addEventListener("input", () => log.moves.push(performance.now()), true);
  const send = window.fetch;
  window.fetch = (...given) => {
    const address = String(given[0]?.url ?? given[0]);
    if (address.includes("component_server")) log.requests.push(performance.now());
    return send(...given);
  };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    put.apply(this, given);
    if (!this.canvas.matches(".gx-picture")) return;
    const name = this.canvas.getAttribute("aria-label");
    const painting = { name, painted: performance.now(), shown: null };
    log.paintings.push(painting);
    requestAnimationFrame(() => (painting.shown = performance.now()));
  };
})();
"""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_page(weights: Path) -> tuple[subprocess.Popen[bytes], str]:
    """The real app in a process of its own, answering."""
    port = free_port()
    command = [sys.executable, "app.py", "--weights", str(weights), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return process, address
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.5)
    process.kill()
    raise SystemExit("The page did not start.")


def latencies(log: dict[str, Any]) -> list[float]:
    """Milliseconds from each move to the frame that shows all models' pictures for it."""
    names = {painting["name"] for painting in log["paintings"]}
    found = []
    for move in log["moves"]:
        asked = next((at for at in log["requests"] if at >= move), None)
        if asked is None:
            continue
        firsts = [
            next(
                (
                    painting["shown"]
                    for painting in log["paintings"]
                    if painting["name"] == name and painting["painted"] > asked
                ),
                None,
            )
            for name in names
        ]
        if all(first is not None for first in firsts):
            found.append(max(first for first in firsts if first is not None) - move)
    return found


def drag(page: Page, moves: int, pause: float, settle: bool) -> list[float]:
    """Drag the first slider there and back, and the latencies of its moves."""
    slider = page.locator(".gx-axis .gx-range").first
    box = slider.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.evaluate("() => { for (const list of Object.values(benchmark)) list.length = 0; }")
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for step in range(moves):
        share = abs((2 * step / moves + 0.5) % 2 - 1)
        page.mouse.move(box["x"] + (0.05 + 0.9 * share) * box["width"], middle)
        if settle:
            page.wait_for_function(
                "() => { const d = document.querySelector('.gx').dataset;"
                " return d.shown === d.wanted; }"
            )
        time.sleep(pause)
    page.mouse.up()
    page.wait_for_timeout(500)
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


def measure(address: str, chromium: str | None, pair: str, moves: int) -> dict[str, Any]:
    """Drag in a headless Chromium on the page at an address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH)
        page.goto(f"{address}/?tab=explore&pair={pair}")
        page.wait_for_selector(".gx[data-varied]", timeout=60_000)
        drag(page, moves=20, pause=0.05, settle=False)
        result = {
            "models": page.evaluate("() => ganvae.members()"),
            "overlapping": summary(drag(page, moves, pause=1 / 60, settle=False)),
            "single": summary(drag(page, moves, pause=0.12, settle=True)),
        }
        browser.close()
    return result


def main() -> None:
    """Parse the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--pair", default=PAIR)
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--chromium", help="Chromium's program; Playwright's own by default")
    options = parser.parse_args()
    process, address = start_page(options.weights)
    try:
        result = measure(address, options.chromium, options.pair, options.moves)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)
    result["cores"] = os.cpu_count()
    result["load"] = round(os.getloadavg()[0], 1)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

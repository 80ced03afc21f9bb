"""How long the Map tab takes to draw a frame while a cloud is turned.

    python scripts/fetch_runtime.py
    python -m benchmarks.map

Starts the page and turns the cloud of 10,000 points of a VAE's test images in headless Chromium, a
little on every animation frame, at one pixel of the screen a pixel of the page and at two. Counts
what the page itself says of each drawing: the milliseconds of its own work, and how many were made.
Written to benchmarks/results/map.json.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks import chromium
from benchmarks.explorer import running_page
from ganvae import files
from ganvae.training.hardware import describe_hardware

RESULT = Path(__file__).parent / "results" / "map.json"
SECONDS = 5
CANVAS = ".gv-panel[data-family=vae] .mp-canvas"
TURN = """
([selector, seconds]) => new Promise((resolve) => {
  const canvas = document.querySelector(selector);
  const times = [];
  const seen = new MutationObserver(() => times.push(Number(canvas.dataset.last)));
  seen.observe(canvas, { attributeFilter: ["data-frames"] });
  const began = performance.now();
  const step = (now) => {
    if (now - began > seconds * 1000) {
      seen.disconnect();
      return resolve({ times, seconds: (now - began) / 1000 });
    }
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})
"""


def measure(page: Page, address: str) -> dict[str, Any]:
    """Turn the cloud, once to warm up and once that counts."""
    page.goto(f"{address}/?tab=map&pair=digits-convolutional")
    page.wait_for_selector(".mp[data-shown]", timeout=120_000)
    page.wait_for_selector(f"{CANVAS}[data-frames]")
    page.wait_for_timeout(2000)
    page.evaluate(TURN, [CANVAS, 1])
    found = page.evaluate(TURN, [CANVAS, SECONDS])
    times = sorted(found["times"])
    return {
        "points": int(page.locator(CANVAS).get_attribute("data-count") or 0),
        "side": page.locator(CANVAS).evaluate("canvas => canvas.width"),
        "frames": len(times),
        "median_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[int(0.95 * (len(times) - 1))], 1),
        "frames_per_second": round(len(times) / found["seconds"], 1),
    }


def main() -> None:
    """Parse the options, measure, write the result."""
    options = chromium.options(__doc__, RESULT).parse_args()
    result: dict[str, Any] = {"hardware": describe_hardware(torch.device("cpu"))}
    with (
        sync_playwright() as playwright,
        running_page(options.weights, str(options.runtime)) as address,
    ):
        browser = chromium.launch(playwright, options.chromium)
        for name, ratio in (("single", 1), ("double", 2)):
            context = browser.new_context(
                viewport={"width": 1280, "height": 800}, device_scale_factor=ratio
            )
            result[name] = measure(context.new_page(), address)
            context.close()
            print(name, result[name], flush=True)
        browser.close()
    result["load"] = round(os.getloadavg()[0], 1)
    files.write_json(options.output, result)


if __name__ == "__main__":
    main()

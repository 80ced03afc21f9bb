"""How long a visitor's browser takes for one picture of each shipped model.

    python scripts/fetch_runtime.py
    python -m benchmarks.decoders

In headless Chromium, without a GPU: the page's own engine draws one z after another. Counted is
what the page waits for, the way to the worker and back included, but not the painting. Written to
benchmarks/results/decoders.json: median and 95th percentile of an image, and the decoder's size.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks import chromium
from benchmarks.explorer import running_page, summary
from ganvae import files
from ganvae.export.format import DECODER
from ganvae.training.hardware import describe_hardware

RESULT = Path(__file__).parent / "results" / "decoders.json"
IMAGES, WARM_UP = 200, 20

DRAW = """
async ([model, warmUp, images]) => {
  const ganvae = await import("ganvae");
  await ganvae.engine.start([model]);
  if (!ganvae.engine.can(model)) throw new Error(`${model} can't be drawn here`);
  const { latent } = ganvae.config.models[model];
  const taken = [];
  for (let i = -warmUp; i < images; i++) {
    const z = Float32Array.from({ length: latent }, () => Math.random() * 2 - 1);
    const began = performance.now();
    await ganvae.engine.decode(model, [z]);
    if (i >= 0) taken.push(performance.now() - began);
  }
  return taken;
}
"""


def measure(page: Page, weights: Path, images: int = IMAGES) -> dict[str, Any]:
    """Milliseconds an image of every model that the open page can draw, by name."""
    models: dict[str, Any] = page.evaluate(
        "() => import('ganvae').then((page) => page.config.models)"
    )
    found = {}
    for name, facts in models.items():
        if not (facts["engine"] or {}).get("decoder"):
            continue
        taken = page.evaluate(DRAW, [name, WARM_UP, images])
        size = (weights / name / DECODER).stat().st_size
        timing = summary(taken)
        found[name] = {"images": timing.pop("moves"), **timing, "bytes": size}
        print(name, found[name], flush=True)
    return found


def main() -> None:
    """Parse the options, measure, write the result."""
    options = chromium.options(__doc__, RESULT).parse_args()
    load = os.getloadavg()[0]
    with (
        sync_playwright() as playwright,
        running_page(options.weights, str(options.runtime)) as address,
    ):
        browser = chromium.launch(playwright, options.chromium)
        page = browser.new_page()
        page.goto(address)
        models = measure(page, options.weights)
        browser.close()
    hardware = describe_hardware(torch.device("cpu"))
    files.write_json(
        options.output, {"hardware": hardware, "load": round(load, 1), "models": models}
    )


if __name__ == "__main__":
    main()

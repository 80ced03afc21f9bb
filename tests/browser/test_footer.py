"""The foot of the page: where its weights come from, on every tab, as text."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.ui.page import build
from tests.browser.canvases import colours
from tests.browser.conftest import NewPage
from tests.serving import served

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_below_every_tab(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    foot = page.locator("#gv-footer .foot")
    expect(foot).to_be_visible()
    for name in ("sample", "explore", "walk", "compare", "training"):
        page.evaluate(f"window.ganvae.set({{tab: '{name}'}})")
        expect(page.locator(f"#gv-tab-{name}")).to_be_visible()
        expect(foot).to_have_text("Weights: a folder of this server.")
        # At one moment, and when the tab has its height: its pictures arrive one after another.
        page.wait_for_function(
            """([name, width]) => {
              const foot = document.querySelector("#gv-footer .foot").getBoundingClientRect();
              const tab = document.getElementById(`gv-tab-${name}`).getBoundingClientRect();
              return foot.top >= tab.bottom - 1 && foot.left >= 0 && foot.right <= width;
            }""",
            arg=[name, width],
        )


def test_what_it_says_is_text(open_page: OpenPage) -> None:
    page = open_page()
    script = page.evaluate(
        "window.gradio_config.components.find((one) => one.props.elem_id === 'gv-footer')"
        ".props.js_on_load"
    )
    kept = page.evaluate(
        """async (script) => {
          const element = document.createElement("div");
          element.innerHTML = '<p class="foot"></p>';
          const note = "<img src=x onerror=alert(1)>";
          await new Function("element", "props", "server", `return ${script}`)(
            element, {value: {note}}, {}
          );
          return element.querySelector(".foot").innerHTML;
        }""",
        script,
    )
    assert kept == "&lt;img src=x onerror=alert(1)&gt;"


def test_an_open_page_goes_on_with_its_models(
    new_page: NewPage, tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, secret = ("vae-10", "gan-100"), "a-long-secret"
    folders = [tmp_path / "old", tmp_path / "new"]
    for folder in folders:
        for name in names:
            shutil.copytree(tiny_weights / name, folder / name)
    model = checkpoint.load(folders[1] / "vae-10")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(-1)
    checkpoint.save_weights(folders[1] / "vae-10", model)
    monkeypatch.setenv("GANVAE_RELOAD_TOKEN", secret)
    built = build(Collection(folders[0]), "Weights: old.", lambda: (folders[1], "Weights: new."))

    def grid_of_seed(page: Page, seed: int) -> np.ndarray:
        with page.expect_response(lambda response: "component_server" in response.url):
            page.evaluate(f"window.ganvae.set({{seed: {seed}}})")
        # The answer is a picture that the browser decodes before it is drawn.
        page.wait_for_timeout(500)
        return colours(page, "#gv-sample .gv-stage canvas")

    with served(built) as url:
        early, late = new_page(), new_page()
        for page in (early, late):
            page.goto(url)
            expect(page.locator("#gv-sample .gv-stage canvas").first).to_be_visible()
        before = grid_of_seed(early, 7)
        headers = {"Authorization": f"Bearer {secret}"}
        assert httpx.post(f"{url}/reload", headers=headers, timeout=60).status_code == 200
        # This one was opened before and asks after.
        assert np.array_equal(grid_of_seed(late, 7), before)
        expect(late.locator("#gv-footer .foot")).to_have_text("Weights: old.")
        late.reload()
        expect(late.locator("#gv-footer .foot")).to_have_text("Weights: new.")
        expect(late.locator("#gv-sample .gv-stage canvas").first).to_be_visible()
        late.evaluate("window.ganvae.set({seed: 8})")
        assert not np.array_equal(grid_of_seed(late, 7), before)

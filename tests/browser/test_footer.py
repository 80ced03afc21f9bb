"""The foot of the page: where its weights come from, on every tab, as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_below_every_tab(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width)
    foot = page.locator("#gv-footer .foot")
    for name in ("sample", "explore", "walk", "compare", "training"):
        page.evaluate(f"window.ganvae.set({{tab: '{name}'}})")
        expect(page.locator(f"#gv-tab-{name}")).to_be_visible()
        expect(foot).to_have_text("Weights: a folder of this server.")
        box, tab = foot.bounding_box(), page.locator(f"#gv-tab-{name}").bounding_box()
        assert box is not None
        assert tab is not None
        assert box["y"] >= tab["y"] + tab["height"] - 1
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_what_it_says_is_text(open_page: OpenPage) -> None:
    page = open_page()
    script = page.evaluate(
        "window.gradio_config.components.find((one) => one.props.elem_id === 'gv-footer')"
        ".props.js_on_load"
    )
    kept = page.evaluate(
        """(script) => {
          const element = document.createElement("div");
          element.innerHTML = '<p class="foot"></p>';
          const note = "<img src=x onerror=alert(1)>";
          new Function("element", "props", "server", script)(element, {value: {note}}, {});
          return element.querySelector(".foot").innerHTML;
        }""",
        script,
    )
    assert kept == "&lt;img src=x onerror=alert(1)&gt;"

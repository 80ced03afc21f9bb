"""The page: Gradio's shell around our components."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui.api import add_endpoints
from ganvae.ui.component import PageComponent
from ganvae.ui.config import page_config
from ganvae.ui.explorer import LatentExplorer
from ganvae.ui.header import Header
from ganvae.ui.sample import SampleTab
from ganvae.ui.training_tab import TrainingTab

_STATIC = Path(__file__).parent / "static"
_STYLES = ("tokens.css", "style.css")
_SCRIPTS = ("store.js", "panel.js")
_DAY = 24 * 60 * 60


class Page(gr.Blocks):
    """The whole page.

    Attributes:
        launch_options: what `launch` must be given for it to look and work as built.
    """

    launch_options: dict[str, Any]


def build(collection: Collection) -> Page:
    """The page for a collection of models. Every model is loaded here, so a bad one shows now.

    Raises:
        UserError: no model can be used.
    """
    config = page_config(collection)
    if not config["pairs"]:
        why = " ".join(["", *config["problems"]])
        raise UserError(f"There is no usable model in {str(collection.weights)!r}.{why}")
    tabs: tuple[tuple[str, str, Callable[[], PageComponent]], ...] = (
        ("sample", "Sample", lambda: SampleTab(collection, config)),
        ("explore", "Explore", lambda: LatentExplorer(collection, "explore")),
        ("walk", "Walk", lambda: LatentExplorer(collection, "walk")),
        ("training", "Training", lambda: TrainingTab(collection)),
    )
    with Page(
        title="ganvae: VAE against GAN",
        analytics_enabled=False,
        delete_cache=(_DAY, _DAY),
    ) as page:
        Header()
        with gr.Tabs(elem_classes="gv-tabs"):
            for key, label, make in tabs:
                with gr.Tab(label, id=key, elem_id=f"gv-tab-{key}") as tab:
                    make()
                # Gradio has several ways to a tab, a menu on narrow screens among them; all of
                # them end in this event. It runs in the browser alone.
                tab.select(
                    None, js=f"() => window.ganvae.set({{tab: '{key}'}})", api_visibility="private"
                )
        add_endpoints(collection, list(config["models"]))
    page.launch_options = launch_options(config)
    return page


def launch_options(config: dict[str, Any]) -> dict[str, Any]:
    """Theme, style and scripts for `gr.Blocks.launch`.

    Our style goes into the head: Gradio rewrites what `css` holds and drops some of its rules.
    """
    # The smallest escape that keeps "</script>" in a model's name from ending the script.
    data = json.dumps(config, allow_nan=False).replace("<", "\\u003c")
    styles = "\n".join(_static(name) for name in _STYLES)
    scripts = "\n".join(f"<script>{_static(name)}</script>" for name in _SCRIPTS)
    return {
        "theme": gr.themes.Base(
            primary_hue="neutral",
            secondary_hue="neutral",
            neutral_hue="zinc",
            # Fonts of the visitor's own system: the page asks no other server for anything.
            font=("system-ui", "sans-serif"),
            font_mono=("ui-monospace", "monospace"),
        ),
        "head": (
            f"<script>window.ganvaeConfig = {data};</script>\n<style>{styles}</style>\n{scripts}"
        ),
        # Without it Gradio has no API page for our header to link to; the footer itself is hidden.
        "footer_links": ["api"],
    }


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")

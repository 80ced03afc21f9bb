"""The page: Gradio's shell around our components."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui.api import add_endpoints
from ganvae.ui.bridge import BridgeTab
from ganvae.ui.compare import CompareTab
from ganvae.ui.config import page_config
from ganvae.ui.engine import routes, scripts
from ganvae.ui.explorer import LatentExplorer
from ganvae.ui.footer import Footer
from ganvae.ui.header import Header
from ganvae.ui.housekeeping import keep_house
from ganvae.ui.limits import (
    FILE_LIFE_SECONDS,
    FILE_SWEEP_SECONDS,
    MOST_QUEUED,
    MOST_SESSIONS,
    body_bytes,
)
from ganvae.ui.map import MapTab
from ganvae.ui.reconstruct import ReconstructTab
from ganvae.ui.reload import routes as reload_routes
from ganvae.ui.sample import SampleTab
from ganvae.ui.sample.server import first_answer
from ganvae.ui.searches import Searches
from ganvae.ui.shelf import Shelf
from ganvae.ui.training_tab import TrainingTab
from ganvae.ui.watch import Watch
from ganvae.ui.web import around
from ganvae.ui.web.calls import StrictBlocks
from ganvae.ui.web.health import Health

_log = logging.getLogger(__name__)
_STATIC = Path(__file__).parent / "static"
_STYLES = ("tokens.css", "page.css", "panel.css", "dock.css", "sketch.css")
_SCRIPTS = (
    "store.js",
    "places.js",
    "bytes.js",
    "make.js",
    "helpers.js",
    "canvas.js",
    "pixels.js",
    "sheets.js",
    "source.js",
    "sketch.js",
    "panel.js",
)
_TITLE = "ganvae: VAE against GAN"
_DESCRIPTION = "Sample a VAE and a GAN side by side, walk through both, and see blur measured."
# Two squares, one of each colour; in the page itself, so that nothing is asked for.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect x='1' y='3' width='7' height='10' fill='%233b82f6'/%3E"
    "%3Crect x='8' y='3' width='7' height='10' fill='%23f97316'/%3E%3C/svg%3E"
)


class Page(StrictBlocks):
    """The whole page.

    Attributes:
        launch_options: what `launch` must be given for it to look and work as built.
        shelf: the models that it answers with; the page of a training has none.
    """

    launch_options: dict[str, Any]
    shelf: Shelf


def build(
    collection: Collection, note: str = "", renew: Callable[[], tuple[Path, str]] | None = None
) -> Page:
    """The page for a collection of models. Every model is loaded here, so a bad one shows now.

    Args:
        note: what the foot of the page says of where the models come from.
        renew: gives the newest folder of models and its note, for POST /reload; raises UserError.

    Raises:
        UserError: no model can be used.
    """
    config = _usable_config(collection)
    shelf = Shelf(collection)
    sample = SampleTab(shelf, config, render=False)
    footer = Footer(note, render=False)
    searches: Searches[Any] = Searches()
    tabs: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("sample", "Sample", sample.render),
        ("explore", "Explore", lambda: LatentExplorer(shelf, "explore")),
        ("walk", "Walk", lambda: LatentExplorer(shelf, "walk")),
        ("map", "Map", lambda: MapTab(shelf)),
        ("compare", "Compare", lambda: CompareTab(shelf, searches)),
        ("bridge", "Bridge", lambda: BridgeTab(shelf)),
        ("reconstruct", "Reconstruct", lambda: ReconstructTab(shelf, searches)),
        ("training", "Training", lambda: TrainingTab(shelf)),
    )
    with Page(
        title=_TITLE,
        analytics_enabled=False,
        delete_cache=(FILE_SWEEP_SECONDS, FILE_LIFE_SECONDS),
    ) as page:
        Header()
        shown: dict[str, gr.Tab] = {}
        with gr.Tabs(elem_classes="gv-tabs", overflow_behavior="wrap"):
            for key, label, make in tabs:
                there = key != "bridge" or bool(config["bridges"])
                with gr.Tab(label, id=key, elem_id=f"gv-tab-{key}", visible=there) as tab:
                    make()
                shown[key] = tab
                # Gradio has several ways to a tab, a menu on narrow screens among them; all of
                # them end in this event. It runs in the browser alone.
                tab.select(
                    None, js=f"() => window.ganvae.set({{tab: '{key}'}})", api_visibility="private"
                )
        footer.render()
        endpoints = add_endpoints(shelf)
    page.queue(max_size=MOST_QUEUED)
    keep_house(page)

    def reload() -> str:
        assert renew is not None
        folder, note = renew()
        # All of it is read before anything changes.
        fresh = Collection(folder)
        config = _usable_config(fresh)
        head = launch_options(config)["head"]
        first = first_answer(fresh, config)
        shelf.adopt(fresh)
        sample.value = first
        footer.value = {"note": note}
        shown["bridge"].visible = bool(config["bridges"])
        page.head = head
        # Until this line new visitors get the old page, whose calls are answered by the old models.
        page.config = page.get_config_file()
        return note

    def state() -> Health:
        current = shelf.current
        return {
            "status": "ok",
            "models": len(endpoints.names(current)),
            "weights": current.fingerprint(),
            "source": footer.value["note"],
        }

    def limit() -> int:
        current = shelf.current
        recipes = (current.recipe(name) for name in endpoints.names(current))
        return body_bytes(max((recipe.latent for recipe in recipes), default=0))

    page.shelf = shelf
    page.launch_options = {
        **launch_options(config),
        **around(state, limit, [*routes(shelf), *(reload_routes(reload) if renew else [])]),
        "state_session_capacity": MOST_SESSIONS,
    }
    return page


def _usable_config(collection: Collection) -> dict[str, Any]:
    config = page_config(collection)
    if not config["pairs"]:
        why = " ".join(["", *config["problems"]])
        if config["bridges"]:
            why = f" Stops of a bridge need a VAE or a GAN of a pair beside them.{why}"
        raise UserError(f"There is no usable model in {str(collection.weights)!r}.{why}")
    names = ", ".join(config["models"])
    _log.info("%d models loaded from %s: %s.", len(config["models"]), collection.weights, names)
    for problem in config["problems"]:
        _log.warning("Left out: %s", problem)
    return config


def build_watch(folder: Path) -> Page:
    """The page that shows the training of a run's folder while it goes on.

    Raises:
        UserError: there is no run in the folder.
    """
    with Page(
        title=_TITLE, analytics_enabled=False, delete_cache=(FILE_SWEEP_SECONDS, FILE_LIFE_SECONDS)
    ) as page:
        Watch(folder)
    keep_house(page)
    nothing: Health = {"status": "ok", "models": 0, "weights": None, "source": ""}
    page.launch_options = {
        **_shell([_static("make.js")]),
        **around(lambda: nothing, lambda: body_bytes(0)),
    }
    return page


def launch_options(config: dict[str, Any]) -> dict[str, Any]:
    """Theme, style and scripts for `gr.Blocks.launch`.

    Our style goes into the head: Gradio rewrites what `css` holds and drops some of its rules.
    """
    # The smallest escape that keeps "</script>" in a model's name from ending the script.
    data = json.dumps(config, allow_nan=False).replace("<", "\\u003c")
    sources = [f"window.ganvaeConfig = {data};", *map(_static, _SCRIPTS), *scripts()]
    return _shell(sources)


def _shell(sources: Sequence[str]) -> dict[str, Any]:
    """What Gradio is told of any page of ours."""
    styles = "\n".join(_static(name) for name in _STYLES)
    return {
        "theme": gr.themes.Base(
            primary_hue="neutral",
            secondary_hue="neutral",
            neutral_hue="zinc",
            # Fonts of the visitor's own system: nothing is fetched for them.
            font=("system-ui", "sans-serif"),
            font_mono=("ui-monospace", "monospace"),
        ),
        "head": "\n".join(
            (
                f'<link rel="icon" href="{_ICON}">',
                f'<meta name="description" content="{_DESCRIPTION}">',
                f'<meta property="og:title" content="{_TITLE}">',
                f'<meta property="og:description" content="{_DESCRIPTION}">',
                f"<style>{styles}</style>",
                *(f"<script>{source}</script>" for source in sources),
            )
        ),
        # The browser draws all there is to see: Node has nothing to prepare on the server.
        "ssr_mode": False,
        # Without it Gradio has no API page for our header to link to; the footer itself is hidden.
        "footer_links": ["api"],
    }


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")

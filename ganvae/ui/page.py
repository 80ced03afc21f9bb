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
from ganvae.ui.engine import routes
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
from ganvae.ui.modules import NAME, modules
from ganvae.ui.reconstruct import ReconstructTab
from ganvae.ui.reload import routes as reload_routes
from ganvae.ui.sample import SampleTab
from ganvae.ui.sample.first import FirstPictures
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
# The module that `import("ganvae")` means.
_ENTRY, _WATCH_ENTRY = "entry.js", "watch/entry.js"
# Parts of the page that import nothing of each other; what a visitor sees first comes first.
_FIRST = ("header/script.js", "sample/script.js", "footer/script.js")
_LATER = (
    "explorer/explore.js",
    "explorer/walk.js",
    *(f"{name}/script.js" for name in ("map", "compare", "bridge", "reconstruct", "training_tab")),
)
# Where the page's scripts find the configuration.
_CONFIG = "ganvae-config"
# As in static/store.js: a phone shows fewer pictures.
_SCREENS = {"wide": "not all and (max-width: 640px)", "phone": "(max-width: 640px)"}
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
        html_head: what stands first in the head of its HTML.
        shelf: the models that it answers with; the page of a training has none.
    """

    launch_options: dict[str, Any]
    html_head: str
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
    pictures = FirstPictures()
    first = pictures.answers(collection, config)
    sample = SampleTab(shelf, first, render=False)
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
                show = f"() => import('{NAME}').then((page) => page.show('{key}'))"
                tab.select(None, js=show, api_visibility="private")
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
        first = pictures.answers(fresh, config)
        shelf.adopt(fresh)
        sample.value = first
        footer.value = {"note": note}
        shown["bridge"].visible = bool(config["bridges"])
        page.html_head = html_head(config, first)
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

    ours = [*modules().routes(), pictures.route(), *routes(shelf)]
    page.shelf = shelf
    page.html_head = html_head(config, first)
    page.launch_options = {
        **_shell(),
        **around(
            state,
            lambda: page.html_head,
            limit,
            [*ours, *(reload_routes(reload) if renew else [])],
        ),
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
    scripts = modules().needed([_WATCH_ENTRY, "watch/script.js"])
    page.html_head = _html_head(_WATCH_ENTRY, scripts, {"weights": None})
    routes = modules().routes()
    limit = body_bytes(0)
    page.launch_options = {
        **_shell(),
        **around(lambda: nothing, lambda: page.html_head, lambda: limit, routes),
    }
    return page


def html_head(config: dict[str, Any], first: dict[str, Any] | None = None) -> str:
    """What stands first in the head of the page's HTML: who it is, what it knows, what it needs.

    Args:
        config: what `page_config` made of the models.
        first: the pictures that it opens with.
    """
    known = modules()
    soon = known.needed([_ENTRY, *_FIRST])
    later = [path for path in known.needed(_LATER) if path not in soon]
    preloads = [
        f'<link rel="preload" as="image" href="{sheet["image"]}" media="{_SCREENS[screen]}">'
        for screen, answer in (first or {}).items()
        for sheet in answer["sheets"].values()
    ]
    return _html_head(
        _ENTRY,
        soon,
        config,
        [*preloads, *(_preload(path, ' fetchpriority="low"') for path in later)],
    )


def _html_head(
    entry: str, scripts: Sequence[str], config: dict[str, Any], more: Sequence[str] = ()
) -> str:
    known = modules()
    # The smallest escape that keeps "</script>" in a model's name from ending the script.
    data = json.dumps(config, allow_nan=False).replace("<", "\\u003c")
    imports = json.dumps({"imports": known.imports(entry)})
    return "\n".join(
        (
            f'<link rel="icon" href="{_ICON}">',
            f'<meta name="description" content="{_DESCRIPTION}">',
            f'<meta property="og:title" content="{_TITLE}">',
            f'<meta property="og:description" content="{_DESCRIPTION}">',
            f'<script type="importmap">{imports}</script>',
            f'<script type="application/json" id="{_CONFIG}">{data}</script>',
            *map(_preload, scripts),
            *more,
            f'<script type="module">import "{NAME}";</script>',
        )
    )


def _preload(path: str, more: str = "") -> str:
    return f'<link rel="modulepreload" href="{modules().address(path)}"{more}>'


def _shell() -> dict[str, Any]:
    """What Gradio is told of any page of ours.

    Our style goes into the head that Gradio adds to: it rewrites what `css` holds and drops some of
    its rules, and what stands in the HTML already comes before Gradio's own.
    """
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
        "head": f"<style>{styles}</style>",
        # The browser draws all there is to see: Node has nothing to prepare on the server.
        "ssr_mode": False,
        # Without it Gradio has no API page for our header to link to; the footer itself is hidden.
        "footer_links": ["api"],
    }


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")

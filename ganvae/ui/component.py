"""The base of everything that is seen in a tab: a `gr.HTML` whose page files lie in its folder.

    class Dial(ModelComponent):
        def __init__(self, shelf: Shelf) -> None:
            super().__init__(shelf, value={"start": 3}, functions=[turn])

    def turn(collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        name = checks.model(collection, data.get("model"))
        return {"angle": checks.whole(data.get("by"), "The step", 1, 9), "of": name}

Beside the class's `__init__.py` lie `template.html`, `style.css` and `script.js`. The template is
plain HTML that Gradio draws once and never again: the script owns it from then on. What is to be
read in it stands in words/en.js, and here its name: {{part.name}}. The script is an ES module that
exports `mount({ element, props, server })`.

Gradio sends the browser every attribute that has the name of a parameter of `__init__`: keep the
parameter in one with an underscore, or in none.
"""

from __future__ import annotations

import functools
import html
import inspect
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui.modules import NAME, modules
from ganvae.ui.shelf import Shelf
from ganvae.ui.web.mistakes import note_mistake
from ganvae.ui.web.slow import watched

ServerFunction = Callable[[Any], Any]
ModelFunction = Callable[[Collection, Any], Any]
_log = logging.getLogger(__name__)
# What Gradio runs when it has drawn the template: see ui/entry.js.
_ON_LOAD = """import("{name}")
  .then((page) => page.mount("{path}", {{ element, props, server }}))
  .catch((error) => {{
    element.textContent = "{lost}";
    throw error;
  }});"""
_GAP = re.compile(r"\{\{(\w+)\.(\w+)\}\}")
_LOST = "This part of the page could not be loaded; load the page again."
_FAILED = "Something went wrong on the server; its log says what."


class PageComponent(gr.HTML):
    """A `gr.HTML` made of files.

    Attributes:
        SCRIPT: the module of the folder that brings it to life.
        STYLES: style files of the folder, joined in this order.
    """

    SCRIPT = "script.js"
    STYLES: tuple[str, ...] = ("style.css",)

    def __init__(
        self, value: Any = None, functions: Sequence[ServerFunction] = (), **options: Any
    ) -> None:
        """
        Args:
            value: what the script finds in `props.value`; anything JSON can say.
            functions: what the script can call as `await server.NAME(data)`. Each takes one
                object, which comes from a stranger and must be checked. A UserError becomes
                `{"error": sentence}`.
            options: further arguments of `gr.HTML`, such as `elem_id`.
        """
        folder = Path(inspect.getfile(type(self))).parent
        super().__init__(
            value,
            html_template=_literal(_filled(_read(folder / "template.html"))),
            css_template=_literal("\n".join(_read(folder / name) for name in self.STYLES)),
            js_on_load=_ON_LOAD.format(name=NAME, path=f"{folder.name}/{self.SCRIPT}", lost=_LOST),
            apply_default_css=False,
            padding=False,
            container=False,
            server_functions=[_guarded(function) for function in functions],
            **options,
        )

    def api_info(self) -> dict[str, Any]:
        """What Gradio's API page calls the type of the value; it is never part of an endpoint."""
        return {"type": "object"}


class ModelComponent(PageComponent):
    """A `PageComponent` whose functions answer with models: (collection, data) each."""

    def __init__(
        self,
        shelf: Shelf,
        value: Any = None,
        functions: Sequence[ModelFunction] = (),
        **options: Any,
    ) -> None:
        """
        Args:
            shelf: where each call gets its collection: the one that the visitor's page was made
                of, as long as it is there, else the current one.
            value, functions, options: as for `PageComponent`.
        """
        super().__init__(value, [_picking(shelf, function) for function in functions], **options)


def _picking(shelf: Shelf, function: ModelFunction) -> ServerFunction:
    """The function with the collection that the page names in `weights`, picked once a call."""

    def call(data: dict[str, Any]) -> Any:
        asked = {key: value for key, value in data.items() if key != "weights"}
        version = data.get("weights")
        with shelf.turns.turn(function):
            return function(shelf.pick(version if isinstance(version, str) else None), asked)

    # The name alone, by which scripts call it. Gradio looks for parameters through all that
    # `functools.wraps` wrapped, and would find two.
    call.__name__ = function.__name__
    return call


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _filled(template: str) -> str:
    """The template with the page's words in place of {{part.name}}."""
    wording = modules().wording()
    return _GAP.sub(lambda gap: html.escape(wording[gap[1]][gap[2]]), template)


def _literal(text: str) -> str:
    """Gradio evaluates templates as JavaScript template literals: make that change nothing."""
    return text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def _guarded(function: ServerFunction) -> ServerFunction:
    """The function with its errors as data: the browser is told a sentence, not a status 500."""

    @functools.wraps(function)
    def call(data: Any) -> Any:
        try:
            with watched(function.__name__):
                return function(data if isinstance(data, dict) else {})
        except UserError as error:
            note_mistake(function.__name__, error)
            return {"error": str(error)}
        except Exception:
            _log.exception("The server function %s failed.", function.__name__)
            return {"error": _FAILED}

    return call

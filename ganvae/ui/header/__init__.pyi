"""The top of the page: name, pair, what to look for, theme, share, API."""

from __future__ import annotations

from ganvae.ui.component import PageComponent

from gradio.events import Dependency

class Header(PageComponent):
    """The pair is chosen here for all tabs. Everything it shows is in `ganvae.config`."""

    def __init__(self) -> None:
        super().__init__(elem_id="gv-header")
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component
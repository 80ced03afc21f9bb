"""The top of the page: name, pair, what to look for, theme, share, API."""

from __future__ import annotations

from ganvae.ui.component import PageComponent


class Header(PageComponent):
    """The pair is chosen here for all tabs. Everything it shows is in `ganvae.config`."""

    def __init__(self) -> None:
        super().__init__(elem_id="gv-header")

"""The foot of the page: which weights it shows, and why if they are not those asked for."""

from __future__ import annotations

from typing import Any

from ganvae.ui.component import PageComponent


class Footer(PageComponent):
    """One quiet line below all tabs."""

    def __init__(self, note: str, **options: Any) -> None:
        super().__init__(value={"note": note}, elem_id="gv-footer", **options)

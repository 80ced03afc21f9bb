"""The Sample tab: grids of both models from one seed."""

from __future__ import annotations

from typing import Any

from ganvae.ui.component import ModelComponent
from ganvae.ui.sample import nearest, server
from ganvae.ui.shelf import Shelf


class SampleTab(ModelComponent):
    """Two panels of samples. The first grids travel inside the page, so that it opens drawn."""

    SCRIPTS = ("grid.js", "nearest.js", "script.js")

    def __init__(self, shelf: Shelf, config: dict[str, Any], **options: Any) -> None:
        """
        Args:
            config: what `page_config` made of the current models.
        """
        super().__init__(
            shelf,
            value=server.first_answer(shelf.current, config),
            functions=[server.draw, server.download, nearest.nearest],
            elem_id="gv-sample",
            **options,
        )

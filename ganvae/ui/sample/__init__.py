"""The Sample tab: grids of both models from one seed."""

from __future__ import annotations

from typing import Any

from ganvae.ui.component import ModelComponent
from ganvae.ui.sample import nearest, server
from ganvae.ui.shelf import Shelf


class SampleTab(ModelComponent):
    """Two panels of samples. The first grids are drawn before the page is opened."""

    def __init__(self, shelf: Shelf, first: dict[str, Any] | None, **options: Any) -> None:
        """
        Args:
            first: what `FirstPictures` answers for the current models.
        """
        super().__init__(
            shelf,
            value=first,
            functions=[server.draw, server.download, nearest.nearest],
            elem_id="gv-sample",
            **options,
        )

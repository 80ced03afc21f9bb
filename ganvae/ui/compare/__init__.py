"""The Compare tab: one picture by both models, and all that was measured of them."""

from __future__ import annotations

from typing import Any

from ganvae.ui.compare.figures import WIDTHS, Figures
from ganvae.ui.compare.pictures import MAX_PICK, Pictures
from ganvae.ui.component import ModelComponent
from ganvae.ui.originals import DRAWING_SIDE
from ganvae.ui.searches import Searches
from ganvae.ui.shelf import Shelf


class CompareTab(ModelComponent):
    """Blur against sharpness on the same picture."""

    STYLES = ("style.css", "figures.css")

    def __init__(self, shelf: Shelf, searches: Searches[Any]) -> None:
        """
        Args:
            searches: where the GAN's nearest pictures are searched for, with those of other tabs.
        """
        pictures, figures = Pictures(searches), Figures()
        super().__init__(
            shelf,
            value={"widths": WIDTHS, "drawing_side": DRAWING_SIDE, "picks": MAX_PICK + 1},
            functions=[pictures.sources, pictures.picture, pictures.nearest, figures.figures],
            elem_id="gv-compare",
        )

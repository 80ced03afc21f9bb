"""The Reconstruct tab: a drawing, photo or test image as both models draw it, and walks from it."""

from __future__ import annotations

from typing import Any

from ganvae.ui.component import ModelComponent
from ganvae.ui.originals import DRAWING_SIDE, PHOTO_SIDE
from ganvae.ui.reconstruct.server import SAMPLES, Reconstructions
from ganvae.ui.searches import Searches
from ganvae.ui.shelf import Shelf


class ReconstructTab(ModelComponent):
    """A visitor's own picture through both models."""

    def __init__(self, shelf: Shelf, searches: Searches[Any], **options: Any) -> None:
        """
        Args:
            searches: where GANs are inverted, with the searches of other tabs.
            options: further arguments of `gr.HTML`.
        """
        made = Reconstructions(searches)
        super().__init__(
            shelf,
            value={"drawing_side": DRAWING_SIDE, "photo_side": PHOTO_SIDE, "samples": SAMPLES},
            functions=[made.offers, made.encode, made.begin, made.look, made.stop],
            elem_id="gv-reconstruct",
            **options,
        )

"""The Bridge tab: one slider from a VAE to a GAN, with every stop drawn by a model of its own."""

from __future__ import annotations

from typing import Any

from ganvae.ui.bridge import server
from ganvae.ui.bridge.figures import WIDTHS
from ganvae.ui.component import ModelComponent
from ganvae.ui.explorer.server import decode
from ganvae.ui.shelf import Shelf


class BridgeTab(ModelComponent):
    """What a picture loses as it gains sharpness, under the hand."""

    def __init__(self, shelf: Shelf, **options: Any) -> None:
        """
        Args:
            shelf: the models, read when they are first asked for.
            options: further arguments of `gr.HTML`.
        """
        super().__init__(
            shelf,
            value={"widths": WIDTHS},
            functions=[server.points, server.original, server.figures, decode],
            elem_id="gv-bridge",
            **options,
        )

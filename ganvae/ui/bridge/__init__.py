"""The Bridge tab: one slider from a VAE to a GAN, with every stop drawn by a model of its own.

The scripts are one function in the browser: what the stops draw and whether it is here yet, the
slider, the pictures on the stage, the curve with its figures, the controls, and what keeps them in
step with the state.
"""

from __future__ import annotations

from typing import Any

from ganvae.collection import Collection
from ganvae.ui.bridge.figures import WIDTHS
from ganvae.ui.bridge.server import Bridges
from ganvae.ui.component import PageComponent


class BridgeTab(PageComponent):
    """What a picture loses as it gains sharpness, under the hand."""

    SCRIPTS = ("stops.js", "slider.js", "stage.js", "curve.js", "dock.js", "script.js")

    def __init__(self, collection: Collection, **options: Any) -> None:
        """
        Args:
            collection: the models, read when they are first asked for.
            options: further arguments of `gr.HTML`.
        """
        made = Bridges(collection)
        super().__init__(
            value={"widths": WIDTHS},
            functions=[made.points, made.original, made.figures, made.decode],
            elem_id="gv-bridge",
            **options,
        )

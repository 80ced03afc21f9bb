"""The Explore and Walk tabs: one point, or a walk, through the latent spaces of all models shown.

The scripts are one function in the browser, joined in the order below: what a latent space is,
then the parts of the two tabs.
"""

from __future__ import annotations

from typing import Any, Literal

from ganvae.ui.component import ModelComponent
from ganvae.ui.explorer.server import decode, export, find_axes, find_latents, find_walk
from ganvae.ui.shelf import Shelf

Mode = Literal["explore", "walk"]


class LatentExplorer(ModelComponent):
    """Pictures that follow a point in latent space: under the hand, or along a walk."""

    def __init__(self, shelf: Shelf, mode: Mode, **options: Any) -> None:
        """
        Args:
            shelf: the models, read when they are first asked for.
            mode: `explore` for the Explore tab, `walk` for the Walk tab.
            options: further arguments of `gr.HTML`.
        """
        self.SCRIPT = f"{mode}.js"
        super().__init__(
            shelf,
            functions=[find_axes, find_latents, find_walk, decode, export],
            **options,
        )

"""The Map tab: each latent space as a cloud of points that the hand can turn."""

from __future__ import annotations

from typing import Any

from ganvae.ui.component import ModelComponent
from ganvae.ui.explorer.server import decode, find_latents
from ganvae.ui.map.server import cloud
from ganvae.ui.shelf import Shelf

# One colour a class, found by a search for ten that stay apart in normal sight and in all three
# kinds of colour blindness, on black, away from the VAE's blue and the GAN's orange.
PALETTE = (
    "#c31e1e",
    "#d29600",
    "#f0ff4b",
    "#78a569",
    "#69ff87",
    "#875a69",
    "#7869ff",
    "#d2b4ff",
    "#c30fa5",
    "#d2ffff",
)


class MapTab(ModelComponent):
    """Both latent spaces, point by point."""

    def __init__(self, shelf: Shelf, **options: Any) -> None:
        """
        Args:
            shelf: the models, whose maps are read when they are first asked for.
            options: further arguments of `gr.HTML`.
        """
        super().__init__(
            shelf,
            value={"palette": list(PALETTE)},
            functions=[cloud, decode, find_latents],
            elem_id="gv-map",
            **options,
        )

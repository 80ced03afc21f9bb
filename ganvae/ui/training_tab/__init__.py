"""The Training tab: a time-lapse of both members, and the curves of their training."""

from __future__ import annotations

from ganvae.ui.component import ModelComponent
from ganvae.ui.shelf import Shelf
from ganvae.ui.training_tab.curves import WIDTHS, Curves
from ganvae.ui.training_tab.timelapse import MAX_SHEETS, Timelapse


class TrainingTab(ModelComponent):
    """What was recorded while the models of a pair were trained."""

    def __init__(self, shelf: Shelf) -> None:
        curves, timelapse = Curves(), Timelapse()
        super().__init__(
            shelf,
            value={"widths": WIDTHS, "max_sheets": MAX_SHEETS},
            functions=[curves.charts, timelapse.moments, timelapse.sheets, timelapse.originals],
            elem_id="gv-training",
        )

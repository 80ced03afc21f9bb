"""`app.py --watch runs/NAME`: a page of its own that shows one training while it goes on."""

from __future__ import annotations

from pathlib import Path

from ganvae.progress import Progress
from ganvae.ui.component import PageComponent
from ganvae.ui.watch.look import EVERY_SECONDS, WIDTHS, Look


class Watch(PageComponent):
    """Curves, samples and speed of a run in progress, from the files that it writes.

    Raises:
        UserError: the folder holds no run that tells how far it is.
    """

    STYLES = ("../training_tab/style.css", "style.css")

    def __init__(self, folder: Path) -> None:
        progress = Progress.read(folder)
        super().__init__(
            value={
                "name": progress.recipe.name,
                "family": progress.recipe.family,
                "widths": WIDTHS,
                "every": EVERY_SECONDS,
            },
            functions=[Look(folder).look],
            elem_id="gv-watch",
        )

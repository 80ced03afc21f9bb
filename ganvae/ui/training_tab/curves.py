"""The curves of a pair for the page: histories from disk, drawn once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.plots import Run, training_charts
from ganvae.ui import checks
from ganvae.ui.remembered import Remembered
from ganvae.ui.turns import DRAWING, takes_turns
from ganvae.untrusted import at

# On a wide screen two charts stand side by side, on a phone they are stacked.
WIDTHS = (344, 560)

# (name, time of the last change, size) of a history, or zeros where there is none.
Version = tuple[str, int, int]


class Curves:
    """Draws the charts of models, again only when a history has changed."""

    def __init__(self) -> None:
        self._drawn: Remembered[list[dict[str, Any]]] = Remembered(32)

    @takes_turns(DRAWING)
    def charts(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """The charts of the models of a pair.

        Args:
            data: `models`, their names; `main`, the VAE that is looked at, or nothing; `width`,
                one of `WIDTHS`.

        Raises:
            UserError: a model is unknown, or the width is another.
        """
        names = checks.models(collection, data.get("models"))
        main = data.get("main")
        if main is not None:
            main = checks.model(collection, main, "vae")
        width = data.get("width")
        if width not in WIDTHS:
            raise UserError(f"The width must be {' or '.join(map(str, WIDTHS))}.")
        names = list(dict.fromkeys(names))
        histories = tuple(_version(collection, name) for name in names)
        key = (collection.version, histories, main, int(width))
        return {"charts": self._drawn.get(key, lambda: _draw(collection, names, main, int(width)))}


def _version(collection: Collection, name: str) -> Version:
    try:
        status = (collection.entries[name].folder / checkpoint.HISTORY).stat()
    except OSError:
        return name, 0, 0
    return name, status.st_mtime_ns, status.st_size


def _draw(
    collection: Collection, names: Sequence[str], main: str | None, width: int
) -> list[dict[str, Any]]:
    runs = [_run(collection, name) for name in names]
    return [chart.to_dict() for chart in training_charts(runs, main, width)]


def _run(collection: Collection, name: str) -> Run:
    recipe = collection.recipe(name)
    try:
        history = checkpoint.read_history(collection.entries[name].folder)
        problem = "" if history else f"No history was kept of the training of {name}."
    except UserError:
        history, problem = {}, f"The history of {name} is not a table of numbers."
    return Run(
        name,
        recipe.family,
        recipe.latent,
        history,
        problem,
        recipe.dataset,
        recipe.loss,
        recipe.beta,
        _features(collection, name),
    )


def _features(collection: Collection, name: str) -> str | None:
    features = at(collection.metrics(name), "distance", "features")
    return features if isinstance(features, str) else None

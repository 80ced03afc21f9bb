"""The curves of a pair for the page: histories from disk, drawn once and kept."""

from __future__ import annotations

import functools
from typing import Any

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.plots import Run, training_charts
from ganvae.ui import checks

# On a wide screen two charts stand side by side, on a phone they are stacked.
WIDTHS = (344, 560)

# (name, time of the last change, size) of a history, or zeros where there is none.
Version = tuple[str, int, int]


class Curves:
    """Draws the charts of models, again only when a history has changed."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._drawn = functools.lru_cache(maxsize=32)(self._draw)

    def charts(self, data: dict[str, Any]) -> dict[str, Any]:
        """The charts of the models of a pair.

        Args:
            data: `models`, their names; `main`, the VAE that is looked at, or nothing; `width`,
                one of `WIDTHS`.

        Raises:
            UserError: a model is unknown, or the width is another.
        """
        names = checks.models(self._collection, data.get("models"))
        main = data.get("main")
        if main is not None:
            main = checks.model(self._collection, main, "vae")
        width = data.get("width")
        if width not in WIDTHS:
            raise UserError(f"The width must be {' or '.join(map(str, WIDTHS))}.")
        versions = tuple(self._version(name) for name in dict.fromkeys(names))
        return {"charts": self._drawn(versions, main, int(width))}

    def _version(self, name: str) -> Version:
        try:
            status = (self._collection.entries[name].folder / checkpoint.HISTORY).stat()
        except OSError:
            return name, 0, 0
        return name, status.st_mtime_ns, status.st_size

    def _draw(
        self, versions: tuple[Version, ...], main: str | None, width: int
    ) -> list[dict[str, Any]]:
        runs = [self._run(name) for name, _, _ in versions]
        return [chart.to_dict() for chart in training_charts(runs, main, width)]

    def _run(self, name: str) -> Run:
        recipe = self._collection.recipe(name)
        try:
            history = checkpoint.read_history(self._collection.entries[name].folder)
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
            self._features(name),
        )

    def _features(self, name: str) -> str | None:
        distance = self._collection.metrics(name).get("distance")
        features = distance.get("features") if isinstance(distance, dict) else None
        return features if isinstance(features, str) else None

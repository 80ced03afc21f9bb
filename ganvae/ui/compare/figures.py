"""The lower half of the tab: charts, the discriminator's bars, the table and the claims.

Everything comes from files: nothing is measured while a visitor waits.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

from ganvae.checkpoint import METRICS
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.plots import Chart, Curve, histogram_chart, spectrum_chart
from ganvae.ui import checks, measured
from ganvae.ui.compare.claims import read_claims
from ganvae.ui.compare.sweeps import read_sweeps
from ganvae.ui.compare.table import build_table
from ganvae.ui.measured import number, numbers

# On a wide screen two charts stand side by side, on a phone they are stacked.
WIDTHS = (344, 560)


class Figures:
    """Reads what was measured of models."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._drawn = functools.lru_cache(maxsize=32)(self._draw)

    def figures(self, data: dict[str, Any]) -> dict[str, Any]:
        """All that is shown of the models of a pair.

        Args:
            data: `models`, their names; `width` of a chart, one of `WIDTHS`.

        Returns:
            `charts`, as for the Training tab; `sweeps`, with charts each; `realness`,
            {gan, scale, bars} or None; `table`; `claims`.

        Raises:
            UserError: a model is unknown, or the width is another.
        """
        names = list(dict.fromkeys(checks.models(self._collection, data.get("models"))))
        width = data.get("width")
        if width not in WIDTHS:
            raise UserError(f"The width must be {' or '.join(map(str, WIDTHS))}.")
        return {
            "charts": self._drawn(tuple(names), int(width), self._version(names)),
            "sweeps": read_sweeps(
                self._collection, self._collection.recipe(names[0]).pair, int(width)
            ),
            "realness": self._realness(names),
            "table": build_table(self._collection, names),
            "claims": read_claims(self._collection),
        }

    def _draw(
        self, names: tuple[str, ...], width: int, _: tuple[float, ...]
    ) -> list[dict[str, Any]]:
        return [self._spectrum(names, width).to_dict(), self._histogram(names, width).to_dict()]

    def _version(self, names: Sequence[str]) -> tuple[float, ...]:
        """When the files that the charts come from were written: they are drawn again then."""
        files = [self._collection.entries[name].folder / METRICS for name in names]
        files.append(measured.reference_file(self._collection, self._collection.recipe(names[0])))
        return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)

    def _spectrum(self, names: Sequence[str], width: int) -> Chart:
        real = numbers(self._reference(names), "sharpness", "spectrum")
        found = {
            name: numbers(self._collection.metrics(name), "sharpness", "spectrum") for name in names
        }
        curves = self._curves(found, real)
        sizes = self._sizes(names, found)
        return spectrum_chart(
            curves,
            f"log₁₀ of the power at each spatial frequency, mean over {sizes}; under the real "
            "curve at the right is blur, over it noise",
            self._missing(names, found),
            width,
        )

    def _histogram(self, names: Sequence[str], width: int) -> Chart:
        facts = self._reference(names)
        edges = numbers(facts, "sharpness", "histogram_edges") or []
        rising = all(low < high for low, high in itertools.pairwise(edges))
        bins = len(edges) - 1 if rising else -1

        def shares(value: Any) -> list[float] | None:
            listed = numbers(value, "sharpness", "histogram")
            fits = listed is not None and len(listed) == bins and all(0 <= s <= 1 for s in listed)
            return listed if fits else None

        found = {name: shares(self._collection.metrics(name)) for name in names}
        curves = self._curves(found, shares(facts))
        sizes = self._sizes(names, found)
        return histogram_chart(
            curves,
            edges,
            f"per cent of pictures by the variance of their Laplacian, {sizes}",
            self._missing(names, found),
            width,
        )

    def _curves(
        self, found: dict[str, list[float] | None], real: list[float] | None
    ) -> list[Curve]:
        """Those of models that have one, and the real one beside them."""
        curves = []
        for name, values in found.items():
            if values is not None:
                recipe = self._collection.recipe(name)
                label = f"{recipe.family.upper()} {recipe.latent}"
                curves.append(Curve(name, label, recipe.family, tuple(values)))
        if curves and real is not None:
            curves.append(Curve("real", "real", "real", tuple(real)))
        return curves

    def _reference(self, names: Sequence[str]) -> dict[str, Any]:
        return measured.reference(self._collection, self._collection.recipe(names[0]))

    def _sizes(self, names: Sequence[str], found: dict[str, list[float] | None]) -> str:
        """How many samples, and how many real images: `10,000 samples and 10,000 real images`."""
        counts = {
            number(self._collection.metrics(name), "sharpness", "n")
            for name in names
            if found[name]
        } - {None}
        of_model = measured.count(counts.pop() or 0) if len(counts) == 1 else "the"
        real = number(self._reference(names), "n")
        return f"{of_model} samples" + (
            f" and {measured.count(real)} real images" if real is not None else ""
        )

    def _missing(self, names: Sequence[str], found: dict[str, list[float] | None]) -> str:
        absent = next((name for name in names if not found[name]), names[0])
        return f"{absent} was not scored that way yet; python train.py --score {absent} does it."

    def _realness(self, names: Sequence[str]) -> dict[str, Any] | None:
        """What the first GAN's discriminator says of real pictures, of its GAN's and of VAEs'."""
        gan = next((n for n in names if self._collection.recipe(n).family == "gan"), None)
        if gan is None:
            return None
        recipe = self._collection.recipe(gan)
        entry = measured.at(self._collection.metrics(gan), "realness")
        bars = [
            {"label": "real images", "family": "real", "value": number(entry, "real")},
            {
                "label": f"GAN {recipe.latent}",
                "family": "gan",
                "value": number(entry, "generated"),
            },
        ]
        for name in names:
            other = self._collection.recipe(name)
            if other.family == "vae":
                label = f"VAE {other.latent}"
                value = number(entry, "others", name)
                bars.append({"label": label, "family": "vae", "value": value})
        bars = [bar for bar in bars if bar["value"] is not None]
        size = number(entry, "n")
        return {
            "gan": gan,
            "scale": "probability" if recipe.loss == "cross-entropy" else "score",
            "n": None if size is None else measured.count(size),
            "bars": bars,
            "missing": ""
            if bars
            else f"{gan} was not scored that way yet; python train.py --score {gan} does it.",
        }

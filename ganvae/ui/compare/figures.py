"""The lower half of the tab: charts, the discriminator's bars, the table and the claims.

Everything comes from files: nothing is measured while a visitor waits.
"""

from __future__ import annotations

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
from ganvae.ui.measured import numbers
from ganvae.ui.remembered import Remembered
from ganvae.ui.turns import DRAWING, takes_turns
from ganvae.untrusted import at, number

# On a wide screen two charts stand side by side, on a phone they are stacked.
WIDTHS = (344, 560)


class Figures:
    """Reads what was measured of models."""

    def __init__(self) -> None:
        self._drawn: Remembered[list[dict[str, Any]]] = Remembered(32)

    @takes_turns(DRAWING)
    def figures(self, collection: Collection, data: dict[str, Any]) -> dict[str, Any]:
        """All that is shown of the models of a pair.

        Args:
            data: `models`, their names; `width` of a chart, one of `WIDTHS`.

        Returns:
            `charts`, as for the Training tab; `sweeps`, with charts each; `realness`,
            {gan, scale, bars} or None; `table`; `claims`.

        Raises:
            UserError: a model is unknown, or the width is another.
        """
        names = list(dict.fromkeys(checks.models(collection, data.get("models"))))
        width = data.get("width")
        if width not in WIDTHS:
            raise UserError(f"The width must be {' or '.join(map(str, WIDTHS))}.")
        key = (collection.version, _version(collection, names), tuple(names), int(width))
        return {
            "charts": self._drawn.get(key, lambda: _draw(collection, names, int(width))),
            "sweeps": read_sweeps(collection, collection.recipe(names[0]).pair, int(width)),
            "realness": _realness(collection, names),
            "table": build_table(collection, names),
            "claims": read_claims(collection),
        }


def _draw(collection: Collection, names: Sequence[str], width: int) -> list[dict[str, Any]]:
    return [
        _spectrum(collection, names, width).to_dict(),
        _histogram(collection, names, width).to_dict(),
    ]


def _version(collection: Collection, names: Sequence[str]) -> tuple[float, ...]:
    """When the files that the charts come from were written: they are drawn again then."""
    files = [collection.entries[name].folder / METRICS for name in names]
    files.append(measured.reference_file(collection, collection.recipe(names[0])))
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)


def _spectrum(collection: Collection, names: Sequence[str], width: int) -> Chart:
    real = numbers(_reference(collection, names), "sharpness", "spectrum")
    found = {name: numbers(collection.metrics(name), "sharpness", "spectrum") for name in names}
    curves = _curves(collection, found, real)
    sizes = _sizes(collection, names, found)
    return spectrum_chart(
        curves,
        f"log₁₀ of the power at each spatial frequency, mean over {sizes}; under the real "
        "curve at the right is blur, over it noise",
        _missing(collection, names, found),
        width,
    )


def _histogram(collection: Collection, names: Sequence[str], width: int) -> Chart:
    facts = _reference(collection, names)
    edges = numbers(facts, "sharpness", "histogram_edges") or []
    rising = all(low < high for low, high in itertools.pairwise(edges))
    bins = len(edges) - 1 if rising else -1

    def shares(value: Any) -> list[float] | None:
        listed = numbers(value, "sharpness", "histogram")
        fits = listed is not None and len(listed) == bins and all(0 <= s <= 1 for s in listed)
        return listed if fits else None

    found = {name: shares(collection.metrics(name)) for name in names}
    curves = _curves(collection, found, shares(facts))
    sizes = _sizes(collection, names, found)
    return histogram_chart(
        curves,
        edges,
        f"per cent of pictures by the variance of their Laplacian, {sizes}",
        _missing(collection, names, found),
        width,
    )


def _curves(
    collection: Collection, found: dict[str, list[float] | None], real: list[float] | None
) -> list[Curve]:
    """Those of models that have one, and the real one beside them."""
    curves = []
    for name, values in found.items():
        if values is not None:
            recipe = collection.recipe(name)
            label = f"{recipe.family.upper()} {recipe.latent}"
            curves.append(Curve(name, label, recipe.family, tuple(values)))
    if curves and real is not None:
        curves.append(Curve("real", "real", "real", tuple(real)))
    return curves


def _reference(collection: Collection, names: Sequence[str]) -> dict[str, Any]:
    return measured.reference(collection, collection.recipe(names[0]))


def _sizes(
    collection: Collection, names: Sequence[str], found: dict[str, list[float] | None]
) -> str:
    """How many samples, and how many real images: `10,000 samples and 10,000 real images`."""
    counts = {
        number(collection.metrics(name), "sharpness", "n") for name in names if found[name]
    } - {None}
    of_model = measured.count(counts.pop() or 0) if len(counts) == 1 else "the"
    real = number(_reference(collection, names), "n")
    return f"{of_model} samples" + (
        f" and {measured.count(real)} real images" if real is not None else ""
    )


def _missing(
    collection: Collection, names: Sequence[str], found: dict[str, list[float] | None]
) -> str:
    absent = next((name for name in names if not found[name]), names[0])
    return f"{absent} was not scored that way yet; python train.py --score {absent} does it."


def _realness(collection: Collection, names: Sequence[str]) -> dict[str, Any] | None:
    """What the first GAN's discriminator says of real pictures, of its GAN's and of VAEs'."""
    gan = next((n for n in names if collection.recipe(n).family == "gan"), None)
    if gan is None:
        return None
    recipe = collection.recipe(gan)
    entry = at(collection.metrics(gan), "realness")
    bars = [
        {"label": "real images", "family": "real", "value": number(entry, "real")},
        {
            "label": f"GAN {recipe.latent}",
            "family": "gan",
            "value": number(entry, "generated"),
        },
    ]
    for name in names:
        other = collection.recipe(name)
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

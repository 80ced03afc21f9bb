"""Numbers and texts out of files that may hold anything: what does not fit is None."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.plots.numbers import short
from ganvae.recipe import Recipe
from ganvae.untrusted import at, is_number

_MOST_NUMBERS = 4096
# No logarithm and no share is so large: a chart that showed it would show nothing else.
_LARGEST = 1e6


def numbers(value: Any, *keys: str) -> list[float] | None:
    """A list of 3 or more numbers of a size to draw below these keys."""
    found = at(value, *keys)
    if not isinstance(found, list) or not 3 <= len(found) <= _MOST_NUMBERS:
        return None
    fine = all(is_number(entry, -_LARGEST, _LARGEST) for entry in found)
    return [float(entry) for entry in found] if fine else None


def text(value: Any, *keys: str, most: int = 200) -> str | None:
    """A text below these keys, cut short; None where it is empty."""
    found = at(value, *keys)
    return found.strip()[:most] or None if isinstance(found, str) else None


def three_digits(value: float) -> str:
    """A number in at most three significant digits: `0.0123`, `177`, `12.3 k`."""
    if 0 < abs(value) < 0.0995:
        return f"{value:.1e}" if abs(value) < 0.0001 else _plain(value)
    return short(value)


def _plain(value: float) -> str:
    """Three digits of a small number without an exponent."""
    return f"{float(f'{value:.3g}'):.7f}".rstrip("0")


def with_commas(text: str) -> str:
    """A text with commas in its long whole numbers: `10,000 test images`."""
    return re.sub(r"(?<![\d.])\d{5,15}(?![\d.]*\d)", lambda found: f"{int(found[0]):,}", text)


def count(value: float) -> str:
    """A count with commas: `10,000`."""
    return f"{value:,.0f}"


def reference_file(collection: Collection, recipe: Recipe) -> Path:
    """Where the measures of the test images lie that a recipe is compared with."""
    key = f"{recipe.dataset}-{recipe.image_shape[1]}"
    return collection.weights / "reference" / key / "reference.json"


def reference(collection: Collection, recipe: Recipe) -> dict[str, Any]:
    """What was measured of the test images that a recipe is compared with; empty if nothing."""
    found = read(reference_file(collection, recipe))
    return found if isinstance(found, dict) else {}


def read(path: Path) -> Any:
    """The value in a JSON file; None where it can't be read."""
    try:
        return checkpoint.read_json(path)
    except UserError:
        return None

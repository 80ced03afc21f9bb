"""Whether models draw from memory: a table of docs/measured.md."""

from __future__ import annotations

from ganvae import checkpoint
from ganvae.recipe.shipped import RECIPES
from tables.markdown import WEIGHTS, table


def memorisation() -> str:
    """How near samples come to training images beside test images, a model a row."""
    found = {name: checkpoint.read_metrics(WEIGHTS / name).get("memorisation") for name in RECIPES}
    rows = [
        f"| `{name}`{of} | {one['closer']:.0%} | {one['very_close']:.2%} | {one['median']:.1f} | "
        f"{one['test_median']:.1f} |"
        for name, own in found.items()
        for of, one in (("", own), (", fitted prior", (own or {}).get("fitted")))
        if one
    ]
    if not rows:
        return "Not measured yet."
    header = "| model | nearer than a test image | nearer than 99 of 100 | median | test images' |"
    # A line for each kind of pictures.
    how = {
        one["reference"]: f"{one['n']:,} samples and {one['test_n']:,} test images against "
        f"{one['reference']}, {one['features']} features."
        for one in found.values()
        if one
    }
    return f"{table(header, rows)}\n\n{' '.join(how.values())}"

"""The packages and files of ganvae, in their own words."""

from __future__ import annotations

from architecture import PACKAGE, ROOT, layers, what_it_is

from tables.markdown import table


def architecture() -> str:
    """A row for each box of the picture, in its order."""
    rows = []
    for row in layers():
        for name in row:
            shown = f"{name}/" if (ROOT / PACKAGE / name).is_dir() else f"{name}.py"
            rows.append(f"| `{shown}` | {what_it_is(name)}. |")
    return table("| in `ganvae/` | what it is |", rows)

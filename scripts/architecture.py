"""python scripts/architecture.py: draw docs/architecture.svg from the imports of the package.

A row for each layer that pyproject.toml names, a box for each package or file of it, and an arrow
for each import between them that no path of other arrows tells already. With --check nothing is
written, and the exit status is 1 if the picture is not up to date.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ganvae import files  # noqa: E402

PICTURE = ROOT / "docs" / "architecture.svg"
PACKAGE = "ganvae"
_WIDTH, _ROW, _BOX, _TOP = 880, 62, 30, 14
# Where in its row a box stands that has one to itself.
_ALONE = (0.72, 0.14, 0.5, 0.62, 0.86, 0.36, 0.9)
_INK, _LINE, _FILL, _FILE = "#1f2937", "#9aa3b2", "#e8eefc", "#f3f4f6"
Arrow = tuple[str, str]


def layers() -> list[list[str]]:
    """What stands on each layer, the highest first, as the contract in pyproject.toml has it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (rows,) = (contract["layers"] for contract in contracts if contract["id"] == "layers")
    return [row.split(" | ") for row in rows]


def arrows() -> set[Arrow]:
    """Who imports whom, those under TYPE_CHECKING included, entry points left out."""
    graph = grimp.build_graph(PACKAGE, exclude_type_checking_imports=False, cache_dir=None)
    found = set()
    for importer in graph.modules:
        if importer.endswith(".__main__"):
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            ends = tuple(module.split(".")[1:2] for module in (importer, imported))
            if all(ends) and ends[0] != ends[1]:
                found.add((ends[0][0], ends[1][0]))
    return found


def telling(every: set[Arrow]) -> set[Arrow]:
    """The arrows without those that a path of others tells: the transitive reduction."""
    below: dict[str, set[str]] = {}
    for one, other in every:
        below.setdefault(one, set()).add(other)

    def reached(start: str) -> Iterator[str]:
        for other in below.get(start, ()):
            yield other
            yield from reached(other)

    return {
        (one, other)
        for one, other in every
        if not any(other in set(reached(between)) for between in below[one] - {other})
    }


def what_it_is(name: str) -> str:
    """The first sentence of a package or file, in its own words."""
    folder = ROOT / PACKAGE / name
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return doc.split("\n\n")[0].replace("\n", " ").partition(": `python")[0].rstrip(".")


def picture() -> str:
    """The picture, SVG."""
    rows = layers()
    place = dict(_places(rows))
    height = _TOP * 2 + _ROW * (len(rows) - 1) + _BOX
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13">',
        "<title>The packages of ganvae, each importing only from rows below it</title>",
        f'<defs><marker id="head" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" '
        f'markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" fill="{_LINE}"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
    ]
    for one, other in sorted(telling(arrows())):
        (x, y, _), (to_x, to_y, _) = place[one], place[other]
        start, end = y + _BOX, to_y
        bend = (end - start) / 2
        parts.append(
            f'<path d="M{x} {start}C{x} {start + bend:g} {to_x} {end - bend:g} {to_x} {end}" '
            f'fill="none" stroke="{_LINE}" marker-end="url(#head)"/>'
        )
    for name, (x, y, wide) in place.items():
        is_folder = (ROOT / PACKAGE / name).is_dir()
        parts.append(
            f'<g><title>{escape(what_it_is(name))}</title><rect x="{x - wide / 2:g}" y="{y}" '
            f'width="{wide}" height="{_BOX}" rx="6" fill="{_FILL if is_folder else _FILE}" '
            f'stroke="{_LINE}"/><text x="{x}" y="{y + 20}" text-anchor="middle" fill="{_INK}">'
            f"{name}{'/' if is_folder else ''}</text></g>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _places(rows: list[list[str]]) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Each box's middle, top and width, in pixels."""
    alone = 0
    for number, row in enumerate(rows):
        for index, name in enumerate(row):
            share = (index + 1) / (len(row) + 1)
            if len(row) == 1:
                # Under one another they would hide the arrows that pass between them.
                share, alone = _ALONE[alone % len(_ALONE)], alone + 1
            yield name, (round(_WIDTH * share), _TOP + number * _ROW, 9 * len(name) + 28)


def main(arguments: list[str]) -> int:
    """Draw the picture, or only check it; the exit status."""
    new = picture()
    if "--check" not in arguments:
        files.write_text(PICTURE, new)
    elif not PICTURE.is_file() or PICTURE.read_text(encoding="utf-8") != new:
        print(f"{PICTURE} is not up to date: python scripts/architecture.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

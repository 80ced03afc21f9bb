"""What the tests notice of small faults: a table of docs/testing.md."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ganvae import checkpoint
from tables.markdown import RESULTS, table


def mutants() -> str:
    """How many mutants of each module were caught, and how many survived."""
    path = RESULTS / "mutants.json"
    if not path.is_file():
        return "| not measured yet |\n|---|"
    modules: dict[str, list[dict[str, Any]]] = checkpoint.read_json(path)["modules"]
    rows = [_row(f"`ganvae/{name}`", found) for name, found in modules.items()]
    rows.append(_row("all", [one for found in modules.values() for one in found]))
    return table("| module | mutants | caught | survived | alike | caught of all but alike |", rows)


def _row(name: str, found: list[dict[str, Any]]) -> str:
    count = Counter(one["outcome"] for one in found)
    # One that never comes to its end is noticed too.
    caught = count["caught"] + count["endless"]
    different = len(found) - count["alike"]
    share = f"{caught / different:.1%}" if different else "–"
    return (
        f"| {name} | {len(found)} | {caught} | {count['survived']} | {count['alike']} | {share} |"
    )

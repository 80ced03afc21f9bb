"""Markdown, and where the files lie that the tables are made from."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WEIGHTS = ROOT / "weights"
RESULTS = ROOT / "benchmarks" / "results"


def table(header: str, rows: list[str]) -> str:
    """A Markdown table."""
    columns = header.count("|") - 1
    return "\n".join([header, "|" + "---|" * columns, *rows])

"""A model's card, README.md in the Hub's format, filled from the files beside it."""

from __future__ import annotations

from pathlib import Path


def write_card(folder: Path) -> str:
    """The text of a card."""
    return f"# {folder.name}\n"

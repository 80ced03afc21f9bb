"""In how many pictures a face detector finds a face: a table of docs/measured.md."""

from __future__ import annotations

from ganvae import checkpoint
from tables.markdown import RESULTS, table

_HEAD = "| pictures | z | with a face | 99 % sure |"


def detector() -> str:
    """Each face model's share, and those of test images and of noise."""
    path = RESULTS / "detector.json"
    if not path.is_file():
        return "*Not measured yet.*"
    measured = checkpoint.read_json(path)["rows"]
    rows = [
        f"| `{row['model']}` | {row['z']} | {row['found']:.1%} | {row['sure']:.1%} |"
        if row["model"]
        else f"| *{row['z']}* | – | {row['found']:.1%} | {row['sure']:.1%} |"
        for row in measured
    ]
    return f"{table(_HEAD, rows)}\n\n{measured[0]['n']:,} pictures each."

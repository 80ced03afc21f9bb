"""How runs beside a model's own measured: comparison.json, and its table on the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.errors import UserError

COMPARISON = "comparison.json"


def comparison(rows: list[dict[str, Any]]) -> str:
    """The section for the rows of a comparison.json."""
    table = "\n".join(
        f"| {row['name']} | {row['steps']:,} | {row['precision']} | {row['distance']:.2f} | "
        f"{row['sharpness']:.0%} | {row['seconds'] / 60:.1f} |"
        for row in rows
    )
    return (
        "## Beside its variants\n\n"
        f"Distance and sharpness as above, n = {rows[0]['n']:,}, one seed each.\n\n"
        "| run | steps | precision | Fréchet distance | sharpness | minutes |\n"
        f"|---|---|---|---|---|---|\n{table}\n"
    )


def compare(folder: Path, others: list[Path]) -> None:
    """Record in `folder` how other trained folders measured beside it (comparison.json).

    Rows of earlier calls stay; a folder of a name that is there already takes its row.

    Raises:
        UserError: one of them has no measurements.
    """
    path = folder / COMPARISON
    rows = {row["name"]: row for row in (checkpoint.read_json(path) if path.is_file() else [])}
    for other in (folder, *others):
        metrics = checkpoint.read_metrics(other)
        if "distance" not in metrics:
            raise UserError(f"{other} has no measured distance.")
        training = metrics["training"]
        rows[other.name] = {
            "name": other.name,
            "steps": training["steps"],
            "images": training["images"],
            "distance": metrics["distance"]["value"],
            "n": metrics["distance"]["n"],
            "sharpness": metrics["sharpness"]["ratio"],
            "recall": metrics.get("precision_recall", {}).get("recall"),
            "fitted_distance": metrics.get("fitted", {}).get("distance", {}).get("value"),
            "seconds": training["seconds"],
            "precision": training.get("precision", checkpoint.read_recipe(other).precision),
            "command": checkpoint.read_json(other / checkpoint.CONFIG)["command"],
        }
    files.write_json(path, list(rows.values()))

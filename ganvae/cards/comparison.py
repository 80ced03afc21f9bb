"""How runs beside a model's own measured: comparison.json, and its table on the card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.errors import UserError

COMPARISON = "comparison.json"


def comparison(rows: list[dict[str, Any]]) -> str:
    """The section for the rows of a comparison.json."""
    # Of a VAE whose encodings leave N(0, I) the fitted prior's distance tells more.
    fitted = any(row.get("fitted_distance") is not None for row in rows)
    table = "\n".join(
        f"| {row['name']} | {row['steps']:,} | {row['precision']} | {row['distance']:.2f} | "
        + (f"{_shown(row.get('fitted_distance'))} | " if fitted else "")
        + f"{row['sharpness']:.0%} | {row['seconds'] / 60:.1f} |"
        for row in rows
    )
    more = "fitted prior | " if fitted else ""
    columns = 7 if fitted else 6
    return (
        "## Beside its variants\n\n"
        f"Distance and sharpness as above, n = {rows[0]['n']:,}, one seed each.\n\n"
        f"| run | steps | precision | Fréchet distance | {more}sharpness | minutes |\n"
        f"|{'---|' * columns}\n{table}\n"
    )


def _shown(distance: float | None) -> str:
    return "" if distance is None else f"{distance:.2f}"


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

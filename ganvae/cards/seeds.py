"""How runs of one recipe from several seeds measured: seeds.json."""

from __future__ import annotations

from pathlib import Path

from ganvae import checkpoint, files
from ganvae.errors import UserError

SEEDS = "seeds.json"


def record_seeds(folder: Path, others: list[Path]) -> None:
    """Record in `folder` how runs of its recipe from other seeds measured (seeds.json).

    Seeds of earlier calls stay; that of `folder` itself comes along.

    Raises:
        UserError: one of them has no measurements, or differs in more than its seed.
    """
    recipe = checkpoint.read_recipe(folder)
    path = folder / SEEDS
    rows = {row["seed"]: row for row in (checkpoint.read_json(path) if path.is_file() else [])}
    for other in (folder, *others):
        theirs, metrics = checkpoint.read_recipe(other), checkpoint.read_metrics(other)
        same = theirs.replace(name=recipe.name, seed=recipe.seed, shipped=recipe.shipped)
        if same != recipe:
            raise UserError(f"{other} differs from {recipe.name} in more than its seed.")
        if "distance" not in metrics:
            raise UserError(f"{other} has no measured distance.")
        rows[theirs.seed] = {
            "seed": theirs.seed,
            "distance": metrics["distance"]["value"],
            "n": metrics["distance"]["n"],
            "sharpness": metrics["sharpness"]["ratio"],
            "precision": metrics["training"].get("precision", theirs.precision),
            "seconds": metrics["training"]["seconds"],
            "final": metrics["final"],
            "command": checkpoint.read_json(other / checkpoint.CONFIG)["command"],
        }
    files.write_json(path, [rows[seed] for seed in sorted(rows)])

"""What the studies report beside what was measured here."""

from __future__ import annotations

from typing import Any

from ganvae import checkpoint
from ganvae.recipe.shipped import RECIPES
from tables.markdown import WEIGHTS, table

# What the studies report: (model, what, step or epoch, column of history.csv, figure).
REPORTED: tuple[tuple[str, str, int, str, float], ...] = (
    ("mlp-vae-20", "train loss, epoch 100", 100, "train_loss", 100.3),
    ("mlp-vae-20", "test loss, epoch 100", 100, "test_loss", 100.7),
    ("mlp-gan-100", "D loss, epoch 100 (its code: no batch norm, dropout)", 100, "d_loss", 1.25),
    ("mlp-gan-100", "G loss, epoch 100 (likewise)", 100, "g_loss", 0.95),
    ("vae-3", "test loss, step 10,000", 10_000, "test_loss", 212.4),
    ("vae-10", "test loss, step 10,000", 10_000, "test_loss", 206.7),
    ("vae-100", "test loss, step 10,000", 10_000, "test_loss", 149.6),
    ("vae-3", "test reconstruction, step 14,000", 14_000, "test_reconstruction", 205.0),
    ("vae-10", "test reconstruction, step 14,000", 14_000, "test_reconstruction", 198.4),
    ("vae-100", "test reconstruction, step 14,000", 14_000, "test_reconstruction", 125.9),
)
_TRAINING_IMAGES = 60_000
# Study D's FID: Inception features, 3,000 generated against 3,000 training images.
REPORTED_FID: dict[str, float] = {
    "vae-3": 102.1,
    "vae-10": 95.49,
    "vae-100": 26.21,
    "gan-100": 74.63,
}
_NOT_MEASURED = "not measured"


def studies() -> str:
    """What the studies report beside what was measured here at the same moment."""
    rows = []
    for name, what, moment, column, figure in REPORTED:
        history = checkpoint.read_history(WEIGHTS / name)
        if not history:
            continue
        recipe = RECIPES[name]
        step = moment
        if recipe.epochs is not None:
            step *= recipe.total_steps(_TRAINING_IMAGES) // recipe.epochs
        ours = _nearest(history, column, step)
        rows.append(f"| `{name}` | {what} | {figure:g} | {ours:.4g} |")
    return table("| model | figure | study | here |", rows)


def _nearest(history: dict[str, list[float | None]], column: str, step: int) -> float:
    there = [
        (abs(at - step), value)
        for at, value in zip(history["step"], history[column], strict=True)
        if at is not None and value is not None
    ]
    return min(there)[1]


def reported() -> str:
    """Study D's FID beside ours: by its own protocol where that was run, and by this project's."""
    rows, ours = [], {}
    for name, theirs in REPORTED_FID.items():
        metrics = checkpoint.read_metrics(WEIGHTS / name)
        if "distance" not in metrics:
            continue
        ours[name] = metrics["distance"]["value"]
        same, test = (_inception(metrics, which) for which in ("study", "test"))
        rows.append(f"| `{name}` | {theirs:g} | {same} | {test} | {ours[name]:.1f} |")
    if not rows:
        return ""
    some = checkpoint.read_metrics(WEIGHTS / next(iter(ours)))["distance"]
    return (
        table(
            "| model | study: Inception, 3,000 against 3,000 training images | here, the same | "
            f"here, Inception, against test images | here, {some['features']}, {some['n']:,} "
            f"against {some['reference']} |",
            rows,
        )
        + f"\n\nBest first, the study: {_order({name: REPORTED_FID[name] for name in ours})}; "
        f"here, in the last column: {_order(ours)}."
    )


def _inception(metrics: dict[str, Any], which: str) -> str:
    found = metrics.get("inception", {}).get(which, {})
    if "value" not in found:
        return _NOT_MEASURED
    count = f" (n = {found['n']:,})" if which == "test" and "n" in found else ""
    return f"{found['value']:.1f}{count}"


def _order(values: dict[str, float]) -> str:
    return ", ".join(sorted(values, key=lambda name: values[name]))

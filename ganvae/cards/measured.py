"""What was measured of a model, as a table."""

from __future__ import annotations

from typing import Any

from ganvae.recipe import Recipe


def measured(recipe: Recipe, metrics: dict[str, Any]) -> str:
    """The section with sizes, scores and last losses."""
    rows = [("parameters", f"{metrics['parameters']['total']:,}")]
    rows += [
        (f"of them {part}", f"{count:,}")
        for part, count in metrics["parameters"].items()
        if part != "total"
    ]
    distance, sharpness = metrics.get("distance"), metrics.get("sharpness")
    if distance:
        rows.append(
            (
                f"Fréchet distance ({distance['features']} features, n = {distance['n']:,} against "
                f"{distance['reference']})",
                f"{distance['value']:.2f}",
            )
        )
    if sharpness:
        rows.append(
            (
                f"sharpness, variance of the Laplacian (n = {sharpness['n']:,}, real = 100 %)",
                f"{sharpness['ratio']:.0%}",
            )
        )
    copied = metrics.get("memorisation")
    if copied:
        rows.append(
            (
                f"nearer to a training image than a test image is ({copied['features']} features, "
                f"n = {copied['n']:,}; 50 % for test images themselves)",
                f"{copied['closer']:.0%}",
            )
        )
        if "fitted" in copied:
            rows.append(
                ("the same with z from the fitted prior", f"{copied['fitted']['closer']:.0%}")
            )
    rows += [
        (f"final {curve} ({_unit(recipe, curve)})", f"{value:#.4g}")
        for curve, value in metrics.get("final", {}).items()
        if value is not None
    ]
    table = "\n".join(f"| {what} | {value} |" for what, value in rows)
    return f"## Measured\n\n| what | value |\n|---|---|\n{table}\n"


def _unit(recipe: Recipe, curve: str) -> str:
    if recipe.family == "vae":
        if recipe.loss != "squared-error" or curve.endswith("kl"):
            return "nats per image"
        squared = "mean squared error, pixels in [-1, 1]"
        return squared if "reconstruction" in curve else f"{squared}, + {recipe.beta:g} KL"
    if "loss" in curve:
        return "mean per image"
    return "mean probability" if recipe.loss == "cross-entropy" else "mean score"

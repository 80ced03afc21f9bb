"""train.py list: every model, with its size and how long it took."""

from __future__ import annotations

from pathlib import Path

import click

from ganvae import checkpoint
from ganvae.commands.grouped import GroupedCommand
from ganvae.commands.shared import recovered, weights_option
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.recipe.shipped import FAMILIES, RECIPES


@click.command("list", cls=GroupedCommand, short_help="Show every model.")
@weights_option
def list_command(weights: Path) -> None:
    """Show every model: its study, latent size, parameters, data, and the minutes it took."""
    print(list_models(recovered(weights)))


def list_models(weights: Path) -> str:
    """A table of every recipe, and of other models in the weights folder."""
    there = {entry.name: entry for entry in checkpoint.scan(weights)} if weights.is_dir() else {}
    recipes = dict(RECIPES)
    recipes |= {n: e.recipe for n, e in there.items() if e.recipe is not None and n not in recipes}
    lines = [
        f"{'name':24} {'study':5} {'latent':>6} {'parameters':>10}  {'data':13} {'minutes':>7}",
    ]
    import torch

    from ganvae.models import build

    for name, recipe in recipes.items():
        with torch.device("meta"):
            count = build(recipe).parameter_count()
        seconds = None
        if name in there:
            seconds = checkpoint.read_metrics(there[name].folder).get("training", {}).get("seconds")
        minutes = f"{seconds / 60:.1f}" if seconds else "-"
        lines.append(
            f"{name:24} {recipe.study:5} {recipe.latent:6} {count:10,}  {recipe.dataset:13} "
            f"{minutes:>7}"
        )
    families = ", ".join(f"{family} = {name}" for family, name in FAMILIES.items())
    return "\n".join([*lines, "", f"Families: {families}.", f"Scoring: {CLASSIFIER}."])

"""How far each direction with a meaning takes its measure, model by model."""

from __future__ import annotations

import numpy as np

from ganvae.directions.format import Direction, read_directions
from ganvae.recipe.shipped import RECIPES, Recipe
from tables.markdown import WEIGHTS, table
from tables.scores import NOTHING

_GROUPS = {"mnist": "Digits", "celeba": "Faces"}


def directions() -> str:
    """A table for each data set whose models have directions."""
    parts = []
    for dataset, title in _GROUPS.items():
        recipes = [recipe for recipe in RECIPES.values() if recipe.dataset == dataset]
        found = {recipe.name: _of(recipe) for recipe in recipes if _of(recipe)}
        if found:
            parts += [f"### {title}", _effects(found)]
    return "\n\n".join(parts)


def _of(recipe: Recipe) -> dict[str, Direction]:
    return {one.key: one for one in read_directions(WEIGHTS / recipe.name, recipe)}


def _effects(found: dict[str, dict[str, Direction]]) -> str:
    """A row for each model, a column for each meaning: digits in their order, the rest first."""
    labels = {one.key: one.label for each in found.values() for one in each.values()}
    keys = sorted(labels, key=lambda key: (key.startswith("digit-"), key))
    rows = [
        f"| `{name}` | " + " | ".join(_effect(each.get(key)) for key in keys) + " |"
        for name, each in found.items()
    ]
    return table(f"| model | {' | '.join(labels[key] for key in keys)} |", rows)


def _effect(one: Direction | None) -> str:
    if one is None:
        return NOTHING
    length = np.linalg.norm(one.vector)
    stride = "" if length > 0.99 else f" ({3 * length:.0f})"
    return f"{one.effect:.1f}{stride}"

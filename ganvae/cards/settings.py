"""The settings of a model's recipe as a table, from what a Recipe's fields say of themselves."""

from __future__ import annotations

from ganvae.recipe import Recipe
from ganvae.recipe.setting import settings_of, told

# The card's title and first sentences say these.
_TOLD_ALREADY = ("name", "family", "study", "pair", "shipped")


def settings_section(recipe: Recipe) -> str:
    """The section with every setting that has a part in the model: its value, and what it is."""
    rows = []
    for setting in settings_of(Recipe).values():
        value = getattr(recipe, setting.name)
        no_part = value is None or setting.is_off(value)
        if setting.name in _TOLD_ALREADY or setting.family not in (None, recipe.family) or no_part:
            continue
        rows.append(f"| `{setting.name}` | {told(value)} | {setting.help} |")
    table = ["| setting | value | what it is |", "|---|---|---|", *rows]
    return "\n".join(["## Settings", "", *table, ""])

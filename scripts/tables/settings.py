"""The settings of a Recipe, from the fields themselves."""

from __future__ import annotations

import dataclasses

from ganvae.recipe import Recipe
from ganvae.recipe.setting import settings_of, told
from tables.markdown import table


def settings() -> str:
    """Every setting: its option, its values, of which models it is, its default and what it is."""
    defaults = {field.name: field.default for field in dataclasses.fields(Recipe)}
    rows = []
    for setting in settings_of(Recipe).values():
        default = defaults[setting.name]
        cells = [
            f"`{setting.name}`",
            ", ".join(f"`--{option.name}`" for option in setting.options),
            # A bar would end the cell.
            setting.kind.span.replace("|", ", "),
            (setting.family or "").upper(),
            "" if default is dataclasses.MISSING else told(default),
            f"{setting.help}.",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return table("| setting | option | values | of a | default | what it is |", rows)

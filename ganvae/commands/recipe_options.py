"""The options that change a recipe, made from what the fields of a Recipe say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ganvae.commands.grouped import all_of, option
from ganvae.commands.resolve import KNOWN_SETS, recipe_settings
from ganvae.recipe.kinds import Choice, Count, Flag, Kind, Maybe, Number, Two
from ganvae.recipe.setting import Option, Setting, told
from ganvae.recipe.shipped import RECIPES


def recipe_options() -> Callable[[Any], Any]:
    """A decorator that adds them all to a command; None stands for the recipe's own value."""
    return all_of(*(_option(setting, one) for setting, one in recipe_settings()))


def _option(setting: Setting, one: Option) -> Callable[[Any], Any]:
    attributes: dict[str, Any] = {"help": _help(setting, one)}
    kind = _inner(setting.kind)
    if isinstance(kind, Flag):
        return option(
            f"--{one.name}/--no-{one.name}", default=None, group=setting.group, **attributes
        )
    attributes["type"] = int if isinstance(kind, Count) else float if _is_float(kind) else str
    metavar = one.metavar or (kind.span if isinstance(kind, Choice) else None)
    return option(f"--{one.name}", metavar=metavar, group=setting.group, **attributes)


def _inner(kind: Kind) -> Kind:
    return kind.kind if isinstance(kind, Maybe) else kind


def _is_float(kind: Kind) -> bool:
    return isinstance(kind, Number | Two)


def _help(setting: Setting, one: Option) -> str:
    # Which sets there are is known further up than a Recipe stands.
    sets = f" Known sets: {', '.join(KNOWN_SETS)}." if setting.name == "dataset" else ""
    family = f" ({setting.family.upper()})" if setting.family else ""
    kind = _inner(setting.kind)
    span = kind.span if isinstance(kind, Number | Count | Two) else ""
    default = _default(setting, one)
    bracket = "; ".join(filter(None, [span, default and f"default: {default}"]))
    return f"{one.help or setting.help}{family}.{sets}" + (f"  [{bracket}]" if bracket else "")


def _default(setting: Setting, one: Option) -> str:
    """The value in all recipes that have the setting; empty where they differ, or have none."""
    recipes = (r for r in RECIPES.values() if setting.family in (None, r.family))
    values = {getattr(recipe, setting.name) for recipe in recipes}
    if one.index is not None:
        values = {value[one.index] for value in values}
    value = values.pop() if len(values) == 1 else None
    return "" if value is None else told(value)

"""From the command line's options to the recipes that are to be trained."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganvae import checkpoint
from ganvae.data import digits, sets
from ganvae.errors import UserError
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.recipe import Recipe
from ganvae.recipe.kinds import Widths
from ganvae.recipe.setting import Option, Setting, settings_of
from ganvae.recipe.shipped import RECIPES, find_recipe, vae_before

KNOWN_SETS = (*digits.NAMES, sets.CELEBA)
# In place of the name of a VAE to start from: train one first.
FRESH = "fresh"
# The most letters of a model's name.
_LONGEST = 64


def recipe_settings() -> Iterator[tuple[Setting, Option]]:
    """Every option that changes a recipe, with the setting that it sets, in the order of fields."""
    for setting in settings_of(Recipe).values():
        for option in setting.options:
            if not option.own:
                yield setting, option


def parameter(option: Option) -> str:
    """The name that an option's value has among those of a command."""
    return option.name.replace("-", "_")


def resolve(options: dict[str, Any]) -> list[Recipe]:
    """The recipes that the options ask for, overrides and names worked in.

    A model that starts from a VAE which is not there yet comes after that VAE.

    Raises:
        UserError: no such model, or a value out of range.
    """
    if options["model"] == "all":
        if options["latent"] is not None or options["name"] is not None:
            raise UserError("All models together take neither --latent nor --name.")
        return [_override(recipe, options) for recipe in RECIPES.values() if recipe.shipped]
    recipe = _override(find_recipe(options["model"], options["latent"]), options)
    named = options["pretraining"] not in (None, FRESH)
    if recipe.pretraining is None or named or _is_there(recipe.pretraining, options):
        return [recipe]
    return [vae_before(recipe), recipe]


def find_dataset(value: str) -> tuple[str, Path | None]:
    """What `--dataset` names: a known set, or a folder of images with a name made from its own.

    Raises:
        UserError: it is neither.
    """
    if value in KNOWN_SETS:
        return value, None
    folder = _folder(value)
    if folder is None:
        raise UserError(
            f"There is no data set and no folder {value!r}; give {', '.join(KNOWN_SETS)} or a "
            f"folder of images."
        )
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:32] or "images"
    return (f"my-{name}" if name in KNOWN_SETS else name), folder


def _folder(value: str) -> Path | None:
    try:
        folder = Path(value).expanduser()
        return folder if value and folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # longer than a name can be, or nobody's home
        return None


def _is_there(name: str, options: dict[str, Any]) -> bool:
    folders = [folder for folder in (options["output"], options["weights"]) if folder is not None]
    return any((folder / name / checkpoint.CONFIG).is_file() for folder in folders)


def _override(recipe: Recipe, options: dict[str, Any]) -> Recipe:
    changes: dict[str, Any] = {}
    suffix = ""
    if options["epochs"] is not None and options["steps"] is not None:
        raise UserError("Give --epochs or --steps, not both.")
    for setting, option in recipe_settings():
        given = options[parameter(option)]
        if given is None:
            continue
        if setting.family not in (None, recipe.family):
            raise UserError(
                f"--{option.name} belongs to a {str(setting.family).upper()}, and {recipe.name} is "
                f"none."
            )
        before = changes.get(setting.name, getattr(recipe, setting.name))
        value = _value(setting, option, given, before)
        if value == getattr(recipe, setting.name):
            continue
        changes[setting.name] = value
        suffix += _suffix(option, given, value)
    # A run's length is one of the two.
    if "steps" in changes:
        changes["epochs"] = None
    elif "epochs" in changes:
        changes["steps"] = None
    if "loss" in changes and recipe.family == "vae":
        # Cross-entropy is of pixels in [0, 1]; the others compare with what leaves a tanh.
        changes["image_range"] = (0.0 if changes["loss"] == "cross-entropy" else -1.0, 1.0)
    if "dataset" in changes:
        changes["pair"] = changes["dataset"]
        if recipe.network != "strided":
            changes["pair"] = f"{recipe.pair}-{changes['dataset']}"[:64]
    recipe.replace(**changes)  # Says what is wrong with a value before a name is made of it.
    changes |= _name(recipe, changes, options["name"], suffix)
    if not changes:
        return recipe
    asked = options["pretraining"]
    if asked == FRESH:
        changes["pretraining"] = _fresh(recipe, changes)
    elif recipe.pretraining is not None and asked is None:
        changes["pretraining"] = _start(recipe, recipe.pretraining, changes)
    return recipe.replace(**changes, shipped=False)


def _value(setting: Setting, option: Option, given: Any, before: Any) -> Any:
    """The value of a recipe's field for what was typed.

    Args:
        before: its value so far, of which an option for one of several members keeps the others.
    """
    if option.index is not None:
        return tuple(given if i == option.index else each for i, each in enumerate(before))
    if isinstance(setting.kind, Widths):
        if not re.fullmatch(r"\d{1,6}(,\d{1,6})*", given):
            raise UserError(
                f"--{option.name} takes whole numbers with commas between them, like 64,32,16; "
                f"not {given!r}."
            )
        return tuple(int(width) for width in given.split(","))
    if setting.name == "dataset":
        return find_dataset(given)[0]
    if setting.name == "judge" and given == FRESH:
        raise UserError(f"--judge takes the name of a GAN, or {option.none} for a fresh one.")
    return None if option.none is not None and given == option.none else given


def _suffix(option: Option, given: Any, value: Any) -> str:
    """What a changed setting adds to a result's name."""
    if option.name == "dataset":
        return f"-{value}"
    name = option.name.replace("-", "")
    if isinstance(value, bool):
        return f"-{'' if value else 'no'}{name}"
    shown = f"{given:g}" if isinstance(given, float) else str(given).replace(",", "x")
    return f"-{name}{shown}"


def _name(
    recipe: Recipe, changes: dict[str, Any], asked: str | None, suffix: str
) -> dict[str, str]:
    """The result's name, as the change it makes to the recipe."""
    if asked not in (None, recipe.name):
        if asked == CLASSIFIER:
            raise UserError(f"{CLASSIFIER!r} is the name of the classifier; give another one.")
        if asked in RECIPES:
            raise UserError(
                f"{asked!r} is the name of a recipe; give a result of other settings another name."
            )
        return {"name": asked}
    if changes and asked is not None:
        raise UserError(f"{recipe.name!r} is the name of a recipe; give other settings another.")
    return {"name": _short((recipe.name + suffix).replace("+", ""))} if suffix else {}


def _short(name: str) -> str:
    """A name as long as a folder's may be; what is cut off is told by a few digits of its own."""
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _fresh(recipe: Recipe, changes: dict[str, Any]) -> str:
    """The name of a VAE that is trained for this one."""
    return f"{changes.get('name', recipe.name)[:60]}-vae"


def _start(recipe: Recipe, former: str, changes: dict[str, Any]) -> str:
    """The name of the VAE that a changed GAN, or a changed stop of a bridge, starts from.

    Args:
        former: that of the VAE which the unchanged one starts from.
    """
    networks = {"decoder_widths", "patch", "leak"}
    if recipe.adversarial is not None:
        networks |= {"encoder_widths", "loss"}
    if networks & set(changes):
        return _fresh(recipe, changes)
    return f"{former}-{changes['dataset']}"[:_LONGEST] if "dataset" in changes else former

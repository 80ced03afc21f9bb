"""From the command line's options to the recipes that are to be trained."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ganvae import checkpoint
from ganvae.data import digits, sets
from ganvae.errors import UserError
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.recipe import Recipe
from ganvae.recipes import RECIPES, find_recipe, vae_before

# Options that change what a recipe computes, and the field each one sets.
_OVERRIDES: dict[str, str] = {
    "dataset": "dataset",
    "epochs": "epochs",
    "steps": "steps",
    "batch_size": "batch_size",
    "lr": "lr",
    "discriminator_lr": "discriminator_lr",
    "cooldown": "cooldown",
    "adam_beta1": "adam_betas",
    "adam_beta2": "adam_betas",
    "beta": "beta",
    "components": "components",
    "dropout": "dropout",
    "leak": "leak",
    "real_label": "real_label",
    "flip_every": "flip_every",
    "label_noise": "label_noise",
    "input_noise": "input_noise",
    "pretraining": "pretraining",
    "judge": "judge",
    "mixed_batches": "mixed_batches",
    "loss": "loss",
    "averaging": "averaging",
    "spectral_norm": "spectral_norm",
    "augmentation": "augmentation",
    "augmentation_start": "augmentation_start",
    "augmentation_limit": "augmentation_limit",
    "gradient_penalty": "gradient_penalty",
    "penalty_every": "penalty_every",
    "minibatch_deviation": "minibatch_deviation",
    "one_pass": "one_pass",
    "mirror": "mirror",
    "encoder_widths": "encoder_widths",
    "decoder_widths": "decoder_widths",
    "patch": "patch",
    "prior": "prior",
    "precision": "precision",
    "seed": "seed",
}
_FAMILY_ONLY = {
    "beta": "vae",
    "components": "vae",
    "judge": "vae",
    "real_label": "gan",
    "dropout": "gan",
    "prior": "gan",
    "flip_every": "gan",
    "label_noise": "gan",
    "input_noise": "gan",
    "pretraining": "gan",
    "mixed_batches": "gan",
    "averaging": "gan",
    "discriminator_lr": "gan",
    "spectral_norm": "gan",
    "augmentation": "gan",
    "augmentation_start": "gan",
    "augmentation_limit": "gan",
    "gradient_penalty": "gan",
    "penalty_every": "gan",
    "minibatch_deviation": "gan",
    "one_pass": "gan",
}
# What `--sweep` takes: all of them whose values have no commas, and the latent size.
SWEPT = ("latent", *(name for name in _OVERRIDES if not name.endswith("_widths")))
KNOWN_SETS = (*digits.NAMES, sets.CELEBA)
NONE, FRESH = "none", "fresh"


def resolve(options: dict[str, Any]) -> list[Recipe]:
    """The recipes that the options ask for, overrides and names worked in.

    A model that starts from a VAE which is not there yet comes after that VAE.

    Raises:
        UserError: no such model, or a value out of range.
    """
    if options["model"] == "all":
        if options["latent"] is not None or options["name"] is not None:
            raise UserError("--model all takes neither --latent nor --name.")
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
            f"There is no data set and no folder {value!r}; --dataset takes "
            f"{', '.join(KNOWN_SETS)} or a folder of images."
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
    for option, field in _OVERRIDES.items():
        given = options[option]
        if given is None:
            continue
        flag = "--" + option.replace("_", "-")
        family = _FAMILY_ONLY.get(option)
        if family and recipe.family != family:
            raise UserError(f"{flag} belongs to a {family.upper()}, and {recipe.name} is none.")
        value = _value(option, given, changes.get(field, getattr(recipe, field)))
        if value == getattr(recipe, field):
            continue
        changes[field] = value
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
    if recipe.pretraining is not None and options["pretraining"] in (None, FRESH):
        changes["pretraining"] = _start(recipe, changes, options["pretraining"] == FRESH)
    return recipe.replace(**changes, shipped=False)


def _value(option: str, given: Any, current: Any) -> Any:
    """The value of a recipe's field for what was typed."""
    if option.startswith("adam_beta"):
        betas = list(current)
        betas[option == "adam_beta2"] = given
        return tuple(betas)
    if option.endswith("_widths"):
        if not re.fullmatch(r"\d{1,6}(,\d{1,6})*", given):
            raise UserError(
                f"--{option.replace('_', '-')} takes whole numbers with commas between them, "
                f"like 64,32,16; not {given!r}."
            )
        return tuple(int(width) for width in given.split(","))
    if option == "dataset":
        return find_dataset(given)[0]
    if option in ("pretraining", "judge") and given == NONE:
        return None
    return given


def _suffix(option: str, given: Any, value: Any) -> str:
    """What a changed setting adds to a result's name."""
    if option == "dataset":
        return f"-{value}"
    if isinstance(value, bool):
        return f"-{'' if value else 'no'}{option.replace('_', '')}"
    shown = f"{given:g}" if isinstance(given, float) else str(given).replace(",", "x")
    return f"-{option.replace('_', '')}{shown}"


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
    return {"name": (recipe.name + suffix).replace("+", "")[:64]} if suffix else {}


def _start(recipe: Recipe, changes: dict[str, Any], fresh: bool) -> str:
    """The name of the VAE that a changed GAN, or a changed stop of a bridge, starts from."""
    assert recipe.pretraining is not None
    networks = {"decoder_widths", "patch", "leak"}
    if recipe.adversarial is not None:
        networks |= {"encoder_widths", "loss"}
    if fresh or networks & set(changes):
        return f"{changes.get('name', recipe.name)[:60]}-vae"
    if "dataset" in changes:
        return f"{recipe.pretraining}-{changes['dataset']}"[:64]
    return recipe.pretraining

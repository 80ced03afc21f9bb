"""train.py fit: fit a model to real images, score it, and put it into weights/NAME/, whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ganvae.commands.grouped import GroupedCommand, option
from ganvae.commands.push import branch_option, check, order_for, private_option, push
from ganvae.commands.recipe_options import recipe_options
from ganvae.commands.resolve import resolve
from ganvae.commands.shared import (
    Typed,
    check_restart,
    dry_run_option,
    settings_of,
    training_options,
    work_options,
)
from ganvae.errors import UserError
from ganvae.hub.order import Order
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.recipe import MAX_LATENT, Recipe
from ganvae.training import launched
from ganvae.training.settings import Settings

latent_option = option(
    "--latent",
    type=int,
    metavar="L",
    group="what",
    help=f"Latent size, 1 to {MAX_LATENT}; one that no recipe has makes a new family member.",
)
name_option = option(
    "--name",
    metavar="NAME",
    group="output",
    help="Name of the result; derived from what differs from the recipe if left out.",
)


@click.command("fit", cls=GroupedCommand, short_help="Train a model, or all of them.")
@click.argument("model", metavar="MODEL")
@latent_option
@recipe_options()
@training_options
@name_option
@dry_run_option
@work_options
@option(
    "--push",
    metavar="USER/REPO",
    group="output",
    help="Push the result to the Hub when it is trained.",
)
@private_option
@branch_option
@click.pass_obj
def fit(typed: Typed, **options: Any) -> None:
    """Fit a model to real images, score it, and put it into weights/NAME/, whole.

    MODEL is a model, a family (vae, gan, …), all, or digit-classifier; `list` shows them. Options
    change its recipe; what is not given stays as the recipe has it (--dry-run shows it).

    \b
    python train.py fit vae --latent 100
    python train.py fit gan --seed 1
    python train.py fit all --resume
    python train.py fit face-gan --dataset ~/cats
    """
    order = order_for(options)
    if options["model"] == CLASSIFIER:
        _check_classifier(options)
        _train_classifier(options, order, typed)
        return
    check_restart(options)
    recipes = resolve(options)
    if options["dry_run"]:
        for recipe in recipes:
            print(json.dumps(recipe.to_dict(), indent=2))
        return
    train_all(recipes, settings_of(options, typed), order)


# What a training of the classifier has a use for. Its settings are its own.
_OF_THE_CLASSIFIER = (
    "model",
    "weights",
    "runs",
    "data_dir",
    "device",
    "threads",
    "push",
    "private",
    "revision",
)


def _check_classifier(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if name not in _OF_THE_CLASSIFIER and value is not None and value is not False:
            raise UserError(
                f"{CLASSIFIER} has settings of its own: leave out --{name.replace('_', '-')}."
            )


def _train_classifier(options: dict[str, Any], order: Order | None, typed: Typed) -> None:
    from ganvae.training.classifier import train_classifier

    check(order)
    train_classifier(settings_of(options, typed))
    if order is not None:
        push(order, options["weights"], [])


def train_all(recipes: list[Recipe], settings: Settings, order: Order | None) -> None:
    """Train one after the other, and push what came of it where that was asked for.

    Raises:
        KeyboardInterrupt: somebody stopped it; how to go on has been said.
    """
    # Imported here: torch and the like take seconds that --help and --dry-run don't need.
    from ganvae.training.loop import Stopped
    from ganvae.training.run import is_finished, train

    check(order)
    folders: list[Path] = []
    for recipe in recipes:
        if settings.resume and is_finished(recipe, settings):
            print(f"{recipe.name} is finished already; leave out --resume to train it again.")
            folders.append(settings.result_of(recipe.name))
            continue
        try:
            folder = train(recipe, settings)
        except Stopped:
            print(f"Stopped and saved; go on with: {settings.command} --resume")
            raise KeyboardInterrupt from None
        folders.append(folder)
        if launched.rank() == 0:
            print(f"{recipe.name} is in {folder}")
    if order is not None and launched.rank() == 0:
        try:
            push(order, settings.weights, folders)
        except UserError:
            print(f"What was trained is kept; push it with: {settings.command} --resume")
            raise

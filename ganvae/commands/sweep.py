"""train.py sweep: a family of trainings that differ in one setting, or in a few."""

from __future__ import annotations

import json
from typing import Any

import click

from ganvae.commands.fit import latent_option, name_option
from ganvae.commands.grouped import GroupedCommand, option
from ganvae.commands.members import sweep_members
from ganvae.commands.recipe_options import recipe_options
from ganvae.commands.shared import (
    Typed,
    check_restart,
    dry_run_option,
    settings_of,
    training_options,
    work_options,
)
from ganvae.errors import UserError
from ganvae.training import launched


@click.command("sweep", cls=GroupedCommand, short_help="Train a family that differs in a setting.")
@click.argument("model", metavar="MODEL")
@click.argument("values", metavar="OPTION=V,V,…", nargs=-1, required=True)
@latent_option
@recipe_options()
@option(
    "--jobs",
    type=int,
    default=1,
    show_default=True,
    group="how long",
    help="Trainings at once, each with its share of the cores.",
)
@training_options
@name_option
@dry_run_option
@work_options
@click.pass_obj
def sweep(typed: Typed, values: tuple[str, ...], jobs: int, **options: Any) -> None:
    """Train one model for each value, and tabulate and plot how they came out, in --runs.

    Several options give each combination of their values.

    \b
    python train.py sweep vae latent=2,10,50
    python train.py sweep gan lr=1e-4,2e-4 seed=0,1,2 --steps 2000
    """
    check_restart(options)
    if not 1 <= jobs <= 64:
        raise UserError(f"--jobs must be from 1 to 64, not {jobs}.")
    members = sweep_members(options, values, sweep.params)
    if options["dry_run"]:
        for member in members:
            for recipe in member.recipes:
                print(json.dumps(recipe.to_dict(), indent=2))
        return
    # Imported here: torch and the like take seconds that --help and --dry-run don't need.
    from ganvae.training.loop import Stopped
    from ganvae.training.sweep import run_sweep

    if launched.world() > 1:
        raise UserError("A sweep has processes of its own: start train.py itself, with --jobs.")
    settings = settings_of(options, typed)
    try:
        folder = run_sweep(options["model"], members, settings, jobs)
    except Stopped:
        print(f"Stopped and saved; go on with: {settings.command} --resume")
        raise KeyboardInterrupt from None
    print(f"The sweep's table and plot are in {folder}")

"""train.py inspect: find again what the page shows of a model's inside."""

from __future__ import annotations

from typing import Any

import click

from ganvae.commands.grouped import GroupedCommand
from ganvae.commands.shared import Typed, dataset_option, settings_of, work_options


@click.command("inspect", cls=GroupedCommand, short_help="Find directions, maps and copies again.")
@click.argument("model", metavar="MODEL|all")
@dataset_option
@work_options
@click.pass_obj
def inspect_command(typed: Typed, model: str, **options: Any) -> None:
    """Find a model's directions with a meaning, its map and what it memorised, again, or of all."""
    from ganvae.training.inspect import inspect

    names = inspect(model, settings_of(options, typed))
    print(f"Looked into: {', '.join(names) or 'none'}.")

"""train.py score: measure finished models again."""

from __future__ import annotations

from typing import Any

import click

from ganvae.commands.grouped import GroupedCommand, option
from ganvae.commands.shared import Typed, dataset_option, settings_of, work_options


@click.command("score", cls=GroupedCommand, short_help="Measure models again.")
@click.argument("model", metavar="[MODEL|all]", default="all")
@option(
    "--features",
    type=click.Choice(["own", "inception"]),
    default="own",
    show_default=True,
    group="objective",
    help="The project's feature networks, or Inception's, which is downloaded.",
)
@dataset_option
@work_options
@click.pass_obj
def score_command(typed: Typed, model: str, features: str, **options: Any) -> None:
    """Measure a trained model (in --output, else in --weights) again, or all of them.

    Without a name: all.
    """
    from ganvae.training.score import score

    names = score(model, settings_of(options, typed), inception=features == "inception")
    print(f"Scored: {', '.join(names) or 'none'}.")

"""train.py verify: whether a weights folder is as it was shipped."""

from __future__ import annotations

from typing import Any

import click

from ganvae.commands.grouped import GroupedCommand, option
from ganvae.commands.shared import Typed, dataset_option, settings_of, work_options


@click.command(
    "verify", cls=GroupedCommand, short_help="Tell whether weights/ is as it was shipped."
)
@option(
    "--score",
    metavar="MODEL|all",
    is_flag=False,
    flag_value="all",
    group="what",
    help="Say also which numbers come out otherwise.",
)
@dataset_option
@work_options
@click.pass_obj
def verify_command(typed: Typed, score: str | None, **options: Any) -> int:
    """Say which files in --weights are missing, altered or extra; change nothing.

    The exit status is 1 where something differs.
    """
    from ganvae.training.verify import verify

    return verify(settings_of(options, typed), score)

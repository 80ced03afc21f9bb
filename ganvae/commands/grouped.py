"""Options under headings in --help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click

from ganvae.recipe.setting import Group

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any] | click.Command)


class GroupedOption(click.Option):
    """An option with the heading that --help shows it under."""

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose --help shows its options under the headings of `Group`, in that order."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {group: [] for group in get_args(Group)}
        rest: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            row = param.get_help_record(ctx)
            # What an argument is stands in the first line, and in the text.
            if row is not None and isinstance(param, click.Option):
                (rows[param.group] if isinstance(param, GroupedOption) else rest).append(row)
        for group, shown in [*rows.items(), ("options", rest)]:
            if shown:
                with formatter.section(group.capitalize()):
                    formatter.write_dl(shown)


def option(*names: str, group: Group, **attributes: Any) -> Callable[[_Decorated], _Decorated]:
    """`click.option`, with a heading."""
    return click.option(*names, cls=GroupedOption, group=group, **attributes)


def all_of(*options: Callable[[Any], Any]) -> Callable[[_Decorated], _Decorated]:
    """Several options as one decorator; --help shows them in this order."""

    def add(command: _Decorated) -> _Decorated:
        for one in reversed(options):
            command = one(command)
        return command

    return add

"""train.py's command line: its commands, and what they say when something is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from ganvae.commands import former
from ganvae.commands.export import export_command
from ganvae.commands.fit import fit
from ganvae.commands.inspect import inspect_command
from ganvae.commands.listing import list_command
from ganvae.commands.push import push_command, push_space_command
from ganvae.commands.score import score_command
from ganvae.commands.shared import Typed
from ganvae.commands.split import split
from ganvae.commands.sweep import sweep
from ganvae.commands.verify import verify_command
from ganvae.commands.written import bridges, cards, claims, digests
from ganvae.errors import UserError, one_line
from ganvae.recipe.shipped import FAMILIES, RECIPES
from ganvae.training import launched


class _Commands(click.Group):
    """The commands, in --help in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        asked = args[0]
        if asked in RECIPES or asked in FAMILIES:
            raise UserError(f"To train a model: {ctx.obj.program} fit {asked}.")
        there = ", ".join(self.commands)
        raise UserError(f"There is no command {asked!r}; there are: {there}.")


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def command() -> None:
    """Train, measure and publish the models of ganvae.

    \b
    python train.py fit vae --latent 100
    python train.py fit --help

    The flags of former versions go on working: `--model vae --latent 100` is `fit vae --latent
    100`, `--score all` is `score all`.
    """


for _one in (
    fit,
    sweep,
    list_command,
    score_command,
    inspect_command,
    export_command,
    verify_command,
    split,
    push_command,
    push_space_command,
    cards,
    claims,
    bridges,
    digests,
):
    command.add_command(_one)


def main(arguments: list[str], program: str = "train.py", only: str | None = None) -> int:
    """Run the command line; the exit status.

    0, 1 where `verify` found a difference, 2 for a mistake, 130 when it was stopped.

    Args:
        program: how this one was called: train.py, or the name that the package installs.
        only: the one command that it is, where it is a module of its own.
    """
    if only is not None:
        typed = Typed(f"python -m {program}", tuple(arguments))
        return _said(program, lambda: _run(command.commands[only], arguments, typed))
    typed = Typed(f"python {program}" if program.endswith(".py") else program, tuple(arguments))
    if not arguments:
        return _refuse(
            program,
            f"Say what to do, like: {typed.program} fit vae --latent 100. All commands: "
            f"{typed.program} --help",
        )
    return _said(program, lambda: _run(command, former.translate(arguments), typed))


def _run(one: click.Command, arguments: list[str], typed: Typed) -> Any:
    return one.main(arguments, prog_name=typed.program, standalone_mode=False, obj=typed)


def _said(program: str, work: Callable[[], Any]) -> int:
    """The exit status of some work; what was wrong is said in a sentence."""
    try:
        status = work()
    except UserError as error:
        return _refuse(program, str(error))
    except click.NoSuchOption as error:
        return _refuse(program, _no_such_option(error))
    except click.ClickException as error:
        return _refuse(program, error.format_message())
    except OSError as error:
        # A name too long, a folder that may not be read, a full disk: nothing that a traceback
        # would explain better.
        return _refuse(program, f"{error.filename or 'A file'}: {error.strerror or error}.")
    except (click.Abort, KeyboardInterrupt):
        return 130
    return int(status or 0)


def _no_such_option(error: click.NoSuchOption) -> str:
    """click's own sentence, or which commands have that option."""
    name = error.option_name.partition("=")[0]
    having = [
        one.name
        for one in command.commands.values()
        if any(name in (*param.opts, *param.secondary_opts) for param in one.params)
    ]
    asked = error.ctx.info_name if error.ctx is not None else None
    if not having or asked is None:
        return error.format_message()
    return f"{name} goes with {' or '.join(map(str, having))}, not with {asked}."


def _refuse(program: str, sentence: str) -> int:
    print(f"{program}: {one_line(sentence)}", file=sys.stderr)
    return 2


def installed() -> None:
    """What `ganvae` runs where the package is installed."""
    launched.leave(main(sys.argv[1:], "ganvae"))

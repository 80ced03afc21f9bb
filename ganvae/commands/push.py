"""train.py push and push-space: models, and the page with them, to the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ganvae.commands.grouped import GroupedCommand, option
from ganvae.commands.shared import dry_run_option, recovered, weights_option
from ganvae.errors import UserError
from ganvae.folders import DEFAULT_WEIGHTS
from ganvae.hub.order import Order

private_option = option(
    "--private",
    is_flag=True,
    group="output",
    help="A repository that a push makes is private.",
)
branch_option = option(
    "--revision",
    metavar="BRANCH",
    group="output",
    help="The branch that a push goes to.  [default: main]",
)


@click.command("push", cls=GroupedCommand, short_help="Push models to the Hub.")
@click.argument("repo", metavar="USER/REPO")
@branch_option
@private_option
@dry_run_option
@weights_option
def push_command(
    repo: str, revision: str | None, private: bool, dry_run: bool, weights: Path
) -> None:
    """Push every model in --weights to the Hub, as one commit.

    To push one model when it is trained: `fit MODEL --push USER/REPO`.
    """
    push(Order(repo, private=private, branch=revision, dry_run=dry_run), recovered(weights))


@click.command("push-space", cls=GroupedCommand, short_help="Push the page to a Space.")
@click.argument("space", metavar="USER/SPACE")
@private_option
@dry_run_option
@weights_option
def push_space_command(space: str, private: bool, dry_run: bool, weights: Path) -> None:
    """Push the page and the models in --weights to a Space of the Hub."""
    order = Order(space, kind="space", private=private, dry_run=dry_run)
    push(order, recovered(weights))


def order_for(options: dict[str, Any]) -> Order | None:
    """The push that is to follow a training; None where none was asked for.

    Raises:
        UserError: what belongs to a push is given without one.
    """
    if options["push"] is None:
        for name in ("private", "revision"):
            if options[name]:
                raise UserError(f"--{name} goes with --push USER/REPO.")
        return None
    return Order(options["push"], private=options["private"], branch=options["revision"])


def check(order: Order | None) -> None:
    """Before a training of hours: whether its push will be allowed.

    Raises:
        UserError: it won't.
    """
    if order is not None:
        from ganvae.hub.push import check

        check(order)


def push(order: Order, weights: Path, folders: list[Path] | None = None) -> None:
    """Carry an order out.

    Args:
        folders: of the models to push; None for all in `weights`.
    """
    # Imported here: the Hub's client takes a second that nothing else needs.
    from ganvae.hub.push import push_models
    from ganvae.hub.space import push_space

    if order.kind == "space":
        push_space(order, DEFAULT_WEIGHTS.parent, weights)
    else:
        push_models(order, weights, folders)

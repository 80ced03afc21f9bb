"""train.py's options for a push, and what they ask for together."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from ganvae.errors import UserError

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OPTIONS = (
    click.option(
        "--push",
        metavar="USER/REPO",
        help="Push the model of --model to the Hub when it is trained; without --model, every "
        "model in --weights.",
    ),
    click.option(
        "--push-space",
        metavar="USER/SPACE",
        help="Push the page and the models in --weights to a Space of the Hub, and stop.",
    ),
    click.option(
        "--private", is_flag=True, help="With a push: a repository made by it is private."
    ),
    click.option("--revision", metavar="BRANCH", help="With --push: the branch.  [default: main]"),
)
_ELSEWHERE = ("list_models", "write_split", "score", "export", "sweep", "verify")


@dataclass(frozen=True)
class Order:
    """A push as it was asked for.

    Attributes:
        repo: USER/NAME.
        kind: "model" or "space".
        private: a repository made by the push is private.
        branch: None for the main one.
        dry_run: say what would travel, and touch nothing.
        after_training: the model to push is yet to be trained.
    """

    repo: str
    kind: str
    private: bool
    branch: str | None
    dry_run: bool
    after_training: bool


def push_options(command: _Command) -> _Command:
    """Add the options of a push to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_order(options: dict[str, Any]) -> Order | None:
    """The push that the options ask for, None if there is none.

    Raises:
        UserError: they contradict each other, or the name is none of the Hub's.
    """
    asked = [name for name in ("push", "push_space") if options[name] is not None]
    if not asked:
        for name in ("private", "revision"):
            if options[name]:
                more = "" if name == "revision" else " or --push-space USER/SPACE"
                raise UserError(f"--{name} goes with --push USER/REPO{more}.")
        return None
    if len(asked) > 1:
        raise UserError("Give --push or --push-space, not both: they go to different places.")
    (option,) = asked
    shown = f"--{option.replace('_', '-')}"
    for other in _ELSEWHERE:
        if options[other]:
            named = "list" if other == "list_models" else other.replace("_", "-")
            raise UserError(f"Give {shown} or --{named}, not both.")
    if option == "push_space" and options["model"] is not None:
        raise UserError("--push-space pushes what is there: leave out --model.")
    if option == "push_space" and options["revision"] is not None:
        raise UserError("--revision goes with --push: a Space runs what its main branch holds.")
    return Order(
        repo=_repo(options[option], shown),
        kind="model" if option == "push" else "space",
        private=options["private"],
        branch=_branch(options["revision"]),
        dry_run=options["dry_run"],
        after_training=options["model"] is not None,
    )


def _repo(name: str, option: str) -> str:
    # Imported here: --help has no use for the Hub's client.
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise UserError(
            f"{option} takes the Hub's USER/NAME, letters, digits, '-', '_' and '.', not {name!r}."
        ) from error
    if name.count("/") != 1:
        raise UserError(f"{option} takes USER/NAME, like someone/{name}, not {name!r}.")
    return name


def _branch(name: str | None) -> str | None:
    if name is None:
        return None
    if re.fullmatch(r"[0-9a-f]{40}", name):
        raise UserError("--revision takes a branch to push to, not a commit.")
    if not re.fullmatch(r"\w[\w./-]*", name) or ".." in name or name.endswith(("/", ".lock", ".")):
        raise UserError(f"--revision takes the name of a branch, not {name!r}.")
    return name

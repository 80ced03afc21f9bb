"""A push as it was asked for, checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ganvae.errors import UserError


@dataclass(frozen=True)
class Order:
    """A push as it was asked for.

    Attributes:
        repo: USER/NAME.
        kind: "model" or "space".
        private: a repository made by the push is private.
        branch: None for the main one.
        dry_run: say what would travel, and touch nothing.

    Raises:
        UserError: the repository's or the branch's name is none of the Hub's.
    """

    repo: str
    kind: Literal["model", "space"] = "model"
    private: bool = False
    branch: str | None = None
    dry_run: bool = False

    def __post_init__(self) -> None:
        _check_repo(self.repo)
        if self.branch is not None:
            _check_branch(self.branch)


def _check_repo(name: str) -> None:
    # Imported here: --help has no use for the Hub's client.
    from huggingface_hub.utils import HFValidationError, validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise UserError(
            f"A push takes the Hub's USER/NAME, letters, digits, '-', '_' and '.', not {name!r}."
        ) from error
    if name.count("/") != 1:
        raise UserError(f"A push takes USER/NAME, like someone/{name}, not {name!r}.")


def _check_branch(name: str) -> None:
    if re.fullmatch(r"[0-9a-f]{40}", name):
        raise UserError("--revision takes a branch to push to, not a commit.")
    if not re.fullmatch(r"\w[\w./-]*", name) or ".." in name or name.endswith(("/", ".lock", ".")):
        raise UserError(f"--revision takes the name of a branch, not {name!r}.")

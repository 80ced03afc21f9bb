"""What `--sweep` asks for: one training for each value of an option, or for each combination."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.training.options import SWEPT, resolve

_MOST = 200


@dataclass(frozen=True)
class Member:
    """One training of a sweep.

    Attributes:
        values: what it has for each swept option.
        recipes: what is trained for it, itself the last: a GAN may start from a VAE.
    """

    values: dict[str, Any]
    recipes: tuple[Recipe, ...]

    @property
    def recipe(self) -> Recipe:
        return self.recipes[-1]


def sweep_members(options: dict[str, Any], params: Sequence[click.Parameter]) -> list[Member]:
    """The trainings of a sweep. Seeds change slowest: the first seed's models come first.

    Args:
        options: the command line's; `sweep` holds texts like `latent=2,10`.
        params: the command's own, which know the type of each option.

    Raises:
        UserError: an option can't be swept, a value is wrong or there twice, or two are the same.
    """
    if options["model"] == "all":
        raise UserError("--sweep takes one model or family, not --model all.")
    if options["name"] is not None:
        raise UserError("--sweep names its models itself: leave out --name.")
    swept: dict[str, list[Any]] = {}
    for text in options["sweep"]:
        option, values = _read(text, params)
        if option in swept:
            raise UserError(f"--sweep has {option} twice; give all its values at once.")
        if options[option] is not None:
            raise UserError(f"Give {option} in --sweep or as an option, not both.")
        swept[option] = values
    slowest_first = sorted(swept, key=lambda option: option != "seed")
    members: list[Member] = []
    for combination in itertools.product(*(swept[option] for option in slowest_first)):
        of_option = dict(zip(slowest_first, combination, strict=True))
        chosen = {option: of_option[option] for option in swept}
        members.append(Member(chosen, tuple(resolve(options | chosen))))
    if len(members) > _MOST:
        raise UserError(f"That sweep has {len(members)} trainings; {_MOST} are the most.")
    return members


def _read(text: str, params: Sequence[click.Parameter]) -> tuple[str, list[Any]]:
    """`latent=2,10` as `latent` and its values in the option's own type."""
    option, _, given = text.partition("=")
    option = option.strip().lstrip("-").replace("-", "_")
    kinds = {param.name: param.type for param in params if param.name in SWEPT}
    if option not in kinds or not given.strip(", "):
        raise UserError(
            f"--sweep takes an option and its values, like latent=2,10,100, not {text!r}; it can "
            f"be {', '.join(sorted(kinds))}."
        )
    values = []
    for part in given.split(","):
        try:
            value = kinds[option].convert(part.strip(), None, None)
        except click.BadParameter as error:
            raise UserError(f"--sweep {text}: {error.message}") from error
        if value in values:
            raise UserError(f"--sweep {text}: {value} is there twice.")
        values.append(value)
    return option, values

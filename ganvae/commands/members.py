"""What a sweep asks for: one training for each value of an option, or for each combination."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import click

from ganvae.commands.resolve import parameter, recipe_settings, resolve
from ganvae.errors import UserError
from ganvae.recipe.kinds import Widths
from ganvae.training.member import Member

_MOST = 200


def sweep_members(
    options: dict[str, Any], texts: Sequence[str], params: Sequence[click.Parameter]
) -> list[Member]:
    """The trainings of a sweep. Seeds change slowest: the first seed's models come first.

    Args:
        options: the command line's.
        texts: like `latent=2,10`.
        params: the command's own, which know the type of each option.

    Raises:
        UserError: an option can't be swept, a value is wrong or there twice, or two are the same.
    """
    if options["model"] == "all":
        raise UserError("A sweep takes one model or family, not all.")
    if options["name"] is not None:
        raise UserError("A sweep names its models itself: leave out --name.")
    swept: dict[str, list[Any]] = {}
    for text in texts:
        option, values = _read(text, params)
        if option in swept:
            raise UserError(f"The sweep has {option} twice; give all its values at once.")
        if options[option] is not None:
            raise UserError(f"Give {option} in the sweep or as an option, not both.")
        swept[option] = values
    slowest_first = sorted(swept, key=lambda option: option != "seed")
    count = math.prod(map(len, swept.values()))
    if count > _MOST:
        raise UserError(f"That sweep has {count} trainings; {_MOST} are the most.")
    members: list[Member] = []
    for combination in itertools.product(*(swept[option] for option in slowest_first)):
        of_option = dict(zip(slowest_first, combination, strict=True))
        chosen = {option: of_option[option] for option in swept}
        members.append(Member(chosen, tuple(resolve(options | chosen))))
    names = [member.recipe.name for member in members]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"Two trainings of that sweep would have the name {name}.")
    return members


def _swept() -> set[str]:
    """What can be swept: the latent size, and all settings whose values have no commas."""
    settings = recipe_settings()
    return {"latent", *(parameter(o) for s, o in settings if not isinstance(s.kind, Widths))}


def _read(text: str, params: Sequence[click.Parameter]) -> tuple[str, list[Any]]:
    """`latent=2,10` as `latent` and its values in the option's own type."""
    option, _, given = text.partition("=")
    option = option.strip().lstrip("-").replace("-", "_")
    kinds = {param.name: param.type for param in params if param.name in _swept()}
    if option not in kinds or not given.strip(", "):
        raise UserError(
            f"A sweep takes an option and its values, like latent=2,10,100, not {text!r}; it can "
            f"be {', '.join(sorted(kinds))}."
        )
    values = []
    for part in given.split(","):
        try:
            value = kinds[option].convert(part.strip(), None, None)
        except click.BadParameter as error:
            raise UserError(f"{text}: {error.message}") from error
        if value in values:
            raise UserError(f"{text}: {value} is there twice.")
        values.append(value)
    return option, values

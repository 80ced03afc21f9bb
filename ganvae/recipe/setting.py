"""What a field of a Recipe says of itself: its help, its values, what it belongs to.

Everything else is derived from that: the checks, train.py's options, the table of settings in the
docs, and the settings on a model's card.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ganvae.recipe.choices import Family
from ganvae.recipe.kinds import Kind

Group = Literal["what", "how long", "optimiser", "objective", "data", "output"]
_KEY = "setting"
_UNSET: Any = object()


@dataclass(frozen=True)
class Need:
    """What else must hold where a setting is another than its `off`.

    Attributes:
        holds: whether it does, of a Recipe.
        sentence: said where it does not; `{value}` stands for the setting's value.
    """

    holds: Callable[[Any], Any]
    sentence: str


@dataclass(frozen=True)
class Option:
    """One option of train.py.

    Attributes:
        name: as it is spelled, without the dashes.
        help: what --help says, if that is not the setting's own help.
        metavar: what stands for the value in --help.
        index: of which member of a tuple it sets.
        none: the word that stands for None.
        own: whether a command makes the option itself, since it does more than set the field.
    """

    name: str
    help: str = ""
    metavar: str | None = None
    index: int | None = None
    none: str | None = None
    own: bool = False


@dataclass(frozen=True)
class Setting:
    """One field of a Recipe.

    Attributes:
        name: the field's.
        kind: the values it takes.
        help: what it is, in plain words, without a full stop.
        group: under which heading --help shows it.
        label: the beginning of a sentence on its value.
        family: of the models that have it; None where all do.
        off: the value with which it does nothing.
        needs: what must hold where it is another than `off`.
        options: those of train.py that set it; none where only a recipe does.
    """

    name: str
    kind: Kind
    help: str
    group: Group
    label: str
    family: Family | None
    off: Any
    needs: tuple[Need, ...]
    options: tuple[Option, ...]

    def is_off(self, value: Any) -> bool:
        """Whether the setting does nothing with that value."""
        return self.off is not _UNSET and value == self.off


def setting(
    kind: Kind,
    help: str,
    group: Group,
    *,
    default: Any = dataclasses.MISSING,
    label: str = "",
    family: Family | None = None,
    off: Any = _UNSET,
    needs: tuple[Need, ...] = (),
    option: bool | Option | tuple[Option, ...] = True,
) -> Any:
    """A dataclass field that carries its Setting; see there.

    Args:
        default: its value where a recipe says nothing, and its `off` unless that is given.
        option: False for none; True for one spelled like the field.
    """
    values = {
        "kind": kind,
        "help": help,
        "group": group,
        "label": label,
        "family": family,
        "off": default if off is _UNSET and default is not dataclasses.MISSING else off,
        "needs": needs,
        "option": option,
    }
    return dataclasses.field(default=default, metadata={_KEY: values})


@functools.cache
def settings_of(recipe: type) -> Mapping[str, Setting]:
    """The settings of the class Recipe, by field, in their order."""
    return {
        field.name: _setting(field.name, **field.metadata[_KEY])
        for field in dataclasses.fields(recipe)
    }


def told(value: Any) -> str:
    """A setting's value in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(told, value))
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _setting(name: str, *, label: str, option: Any, **values: Any) -> Setting:
    if isinstance(option, bool):
        option = (Option(name.replace("_", "-")),) if option else ()
    elif isinstance(option, Option):
        option = (option,)
    return Setting(name=name, label=label or name, options=option, **values)

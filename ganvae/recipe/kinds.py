"""What values a setting takes: each kind tells them from all others, and says what they are."""

from __future__ import annotations

import re
import reprlib
from dataclasses import dataclass
from typing import Any, Protocol

from ganvae.untrusted import is_count, is_number

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Kind(Protocol):
    """The values that a setting takes."""

    def fits(self, value: Any) -> bool:
        """Whether it takes a value. That may come from a file: trust no type."""
        ...

    @property
    def wanted(self) -> str:
        """What it takes, as the middle of a sentence: `must be in [0, 1)`."""
        ...

    @property
    def span(self) -> str:
        """What it takes in a few signs, for --help and for tables; empty where help says it."""
        ...


def problem(kind: Kind, label: str, value: Any) -> str | None:
    """What is wrong with a value, in a sentence that begins with `label`; None if nothing is."""
    return None if kind.fits(value) else f"{label} {kind.wanted}, not {shown(value)}."


def shown(value: Any) -> str:
    """A value for a sentence, cut short: it may come from a file and be of any size."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python refuses to write out a whole number of thousands of digits
        return "a number that long"


@dataclass(frozen=True)
class Number:
    """A finite number from `low` to `high`, without an end that is open."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def fits(self, value: Any) -> bool:
        return (
            is_number(value)
            and (self.low < value if self.low_open else self.low <= value)
            and (value < self.high if self.high_open else value <= self.high)
        )

    @property
    def interval(self) -> str:
        """Like `[0, 1)`."""
        low, high = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"{low}{self.low}, {self.high}{high}"

    @property
    def wanted(self) -> str:
        return f"must be in {self.interval}"

    @property
    def span(self) -> str:
        low, high = "<" if self.low_open else "<=", "<" if self.high_open else "<="
        return f"{self.low}{low}x{high}{self.high}"


@dataclass(frozen=True)
class Count:
    """A whole number from `low` to `high`, both included."""

    low: int
    high: int
    unit: str = ""

    def fits(self, value: Any) -> bool:
        return is_count(value, self.low, self.high)

    @property
    def wanted(self) -> str:
        unit = f" of {self.unit}" if self.unit else ""
        return f"must be a whole number{unit} from {self.low} to {self.high}"

    @property
    def span(self) -> str:
        return f"{self.low}<=x<={self.high}"


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.words

    @property
    def wanted(self) -> str:
        return f"must be {' or '.join(self.words)}"

    @property
    def span(self) -> str:
        return "|".join(self.words)


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    wanted = "must be true or false"
    span = ""

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True)
class Widths:
    """Widths of layers: a tuple of 1 to 16 whole numbers above 0."""

    wanted = "must be 1 to 16 whole numbers from 1 to 16384"
    span = ""

    def fits(self, value: Any) -> bool:
        return (
            isinstance(value, tuple)
            and 1 <= len(value) <= 16
            and all(is_count(width, 1, 16384) for width in value)
        )


@dataclass(frozen=True)
class Two:
    """Two numbers of one range."""

    each: Number

    def fits(self, value: Any) -> bool:
        return isinstance(value, tuple) and len(value) == 2 and all(map(self.each.fits, value))

    @property
    def wanted(self) -> str:
        return f"must be two numbers in {self.each.interval}"

    @property
    def span(self) -> str:
        return self.each.span


@dataclass(frozen=True)
class PixelRange:
    """Lowest and highest value of a pixel: (0, 1) or (-1, 1)."""

    wanted = "must be (0, 1) or (-1, 1)"
    span = ""

    def fits(self, value: Any) -> bool:
        return value in ((0.0, 1.0), (-1.0, 1.0))


@dataclass(frozen=True)
class ImageShape:
    """(channels, height, width): 1 or 3 channels, 8 to 512 pixels a side."""

    wanted = "must be (1 or 3, height, width), 8 to 512 pixels a side"
    span = ""

    def fits(self, value: Any) -> bool:
        return (
            isinstance(value, tuple)
            and len(value) == 3
            and is_count(value[0], 1, 3)
            and value[0] != 2
            and all(is_count(side, 8, 512) for side in value[1:])
        )


@dataclass(frozen=True)
class Name:
    """A name that a folder can have.

    Attributes:
        of: of what it is the name, for the sentence; empty where the label says it.
    """

    of: str = ""
    span = ""

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and _NAME.fullmatch(value) is not None

    @property
    def wanted(self) -> str:
        if self.of:
            return f"must be the name of {self.of}"
        return (
            "is 1 to 64 small letters, digits, dots, dashes or underscores, starting with a "
            "letter or digit"
        )


@dataclass(frozen=True)
class Text:
    """At most 64 characters."""

    wanted = "must be a short text"
    span = ""

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and len(value) <= 64


@dataclass(frozen=True)
class Maybe:
    """What another kind takes, or None.

    Attributes:
        said: whether the sentence offers none; where None only means that another setting decides,
            it would be no help.
    """

    kind: Kind
    said: bool = True

    def fits(self, value: Any) -> bool:
        return value is None or self.kind.fits(value)

    @property
    def wanted(self) -> str:
        return f"{self.kind.wanted}{' or none' if self.said else ''}"

    @property
    def span(self) -> str:
        return self.kind.span

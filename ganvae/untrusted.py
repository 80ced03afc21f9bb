"""What a value is that comes from a file or a browser, and so may be anything that JSON can say.

Python's JSON reads NaN, Infinity and whole numbers of thousands of digits, and its bools are ints:
each of them passes for a number somewhere and fails somewhere else. Here they are told apart once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

# So many nats, pixels or seconds nothing has; and sums and squares of a few stay floats.
LARGEST = 1e300


def at(value: Any, *keys: str) -> Any:
    """The value below these keys of nested objects; None where one of them is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def is_numeric(value: Any) -> TypeGuard[float]:
    """Whether it is an int or a float at all, NaN, infinity and any size included; no bool is."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_number(value: Any, low: float = -LARGEST, high: float = LARGEST) -> TypeGuard[float]:
    """Whether it is a finite number from `low` to `high`; what is, `float` can take."""
    # NaN compares as false, and an int of any size compares without becoming a float.
    return is_numeric(value) and -LARGEST <= value <= LARGEST and low <= value <= high


def is_count(value: Any, low: int = 0, high: int | None = None) -> TypeGuard[int]:
    """Whether it is a whole number from `low` to `high`, or of any size; 3.0 is a float."""
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return low <= value and (high is None or value <= high)


def number(value: Any, *keys: str, low: float = -LARGEST, high: float = LARGEST) -> float | None:
    """The finite number from `low` to `high` below these keys; None where there is none."""
    found = at(value, *keys)
    return float(found) if is_number(found, low, high) else None


def numbers(
    value: Any, count: int, low: float = -LARGEST, high: float = LARGEST
) -> list[float] | None:
    """The value if it is a list of just `count` finite numbers from `low` to `high`, else None."""
    if not isinstance(value, list) or len(value) != count:
        return None
    return value if all(is_number(entry, low, high) for entry in value) else None

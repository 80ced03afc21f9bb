from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvae.untrusted import LARGEST, at, is_count, is_number, is_numeric, number, numbers

HUGE = 10**400  # an int that no float can hold
NO_NUMBERS: list[Any] = [True, False, None, "1", "", [], [1], {}, {"a": 1}, 1j]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("value", [0, -1, 1.5, -0.0, LARGEST, -LARGEST, 2**900, 5e-324])
def test_numbers_are_numbers(value: float) -> None:
    assert is_numeric(value)
    assert is_number(value)
    assert number(value) == value
    assert type(number(value)) is float


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_none_of_any_kind(value: Any) -> None:
    assert not is_numeric(value)
    assert not is_number(value)
    assert not is_count(value)
    assert number(value) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, HUGE, -HUGE, 1.1e300, -(10**301)])
def test_what_is_not_finite_or_would_not_stay_so_is_numeric_alone(value: Any) -> None:
    assert is_numeric(value)
    assert not is_number(value)
    assert not is_number(value, -math.inf, math.inf)
    assert number(value) is None
    assert numbers([1, value], 2) is None


def test_json_says_all_of_them() -> None:
    """Else none of this were needed."""
    read = json.loads(f'[NaN, -Infinity, 1e999, true, "7", {HUGE}, 7, 7.0]')
    assert [is_number(value) for value in read] == [False] * 6 + [True] * 2
    assert [is_count(value) for value in read] == [False] * 5 + [True] * 2 + [False]


def test_both_ends_of_a_range_are_in_it() -> None:
    assert [is_number(value, 0, 1) for value in (-1e-9, 0, 0.5, 1, 1 + 1e-9)] == [
        *(False, True, True, True, False),
    ]
    assert [is_count(value, 1, 3) for value in range(5)] == [False, True, True, True, False]
    assert number({"a": 2}, "a", low=0, high=2) == 2
    assert number({"a": 2}, "a", low=0, high=1.9) is None
    assert number({"a": -1}, "a", low=0) is None


def test_a_count_is_not_negative_and_of_any_size() -> None:
    assert is_count(0)
    assert is_count(HUGE)
    assert not is_count(-1)
    assert not is_count(HUGE, 0, 10**12)
    assert not is_count(3.0)


def test_a_list_of_just_so_many() -> None:
    assert numbers([1, 2.5], 2) == [1, 2.5]
    assert numbers([], 0) == []
    for value, count in (([1, 2], 3), ([1, 2], 1), ((1, 2), 2), ("12", 2), ([1, True], 2)):
        assert numbers(value, count) is None


def test_keys_lead_down_or_nowhere() -> None:
    value = {"a": {"b": [7]}, "c": 0}
    assert at(value) is value
    assert at(value, "a", "b") == [7]
    assert at(value, "c") == 0
    for keys in (("x",), ("a", "x"), ("a", "b", "c"), ("c", "b")):
        assert at(value, *keys) is None


@given(JSON, st.lists(st.sampled_from("abc"), max_size=3))
def test_nothing_is_raised_and_what_is_given_is_finite(value: Any, keys: list[str]) -> None:
    found = number(value, *keys)
    assert found is None or (type(found) is float and math.isfinite(found))
    assert (found is not None) == is_number(at(value, *keys))
    listed = numbers(value, 2)
    assert listed is None or (len(listed) == 2 and all(map(math.isfinite, listed)))


@given(st.integers() | st.integers(10**299, 10**310) | st.floats(), st.floats(), st.floats())
def test_a_range_says_what_comparison_says(value: float, low: float, high: float) -> None:
    assert is_number(value, low, high) == (low <= value <= high and abs(value) <= LARGEST)
    if isinstance(value, int):
        assert is_count(value, -5, 5) == (value in range(-5, 6))

"""What values each kind of setting takes, at its very ends, and how a value is told."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ganvae.recipe import Recipe
from ganvae.recipe.kinds import (
    Choice,
    Count,
    Flag,
    ImageShape,
    Kind,
    Maybe,
    Name,
    Number,
    PixelRange,
    Text,
    Two,
    Widths,
    problem,
)
from ganvae.recipe.setting import Group, settings_of, told

KINDS: list[tuple[Kind, list[Any], list[Any]]] = [
    (Number(0, 1), [0, 1, 0.5], [-1e-9, 1.001, True, "0", None, float("nan")]),
    (Number(0, 1, low_open=True), [1e-9, 1], [0]),
    (Number(0, 1, high_open=True), [0, 0.999], [1]),
    (Count(2, 5), [2, 5], [1, 6, 2.0, True, "3"]),
    (Choice(("one", "two")), ["one", "two"], ["onetwo", "", None, 1]),
    (Flag(), [True, False], [0, 1, None, "yes"]),
    (Widths(), [(1,), (16384,) * 16], [(), (1,) * 17, (0,), (16385,), [4], (4.0,)]),
    (Two(Number(0, 1)), [(0, 1)], [(0,), (0, 1, 1), (0, 2), [0, 1]]),
    (PixelRange(), [(0.0, 1.0), (-1.0, 1.0)], [(0.0, 2.0), (-1.0, 0.0), None]),
    (
        ImageShape(),
        [(1, 8, 512), (3, 512, 8)],
        [(2, 8, 8), (4, 8, 8), (0, 8, 8), (1, 7, 8), (1, 8, 513), (1, 8), (1, 8, 8, 8), [1, 8, 8]],
    ),
    (Name(), ["a", "0.b-c_d", "a" * 64], ["", "A", "-a", "a" * 65, "a/b", "a b", 1]),
    (Text(), ["", "x" * 64], ["x" * 65, 1, None]),
    (Maybe(Count(2, 5)), [None, 2], [1, "none"]),
]


@pytest.mark.parametrize(("kind", "good", "bad"), KINDS, ids=lambda one: type(one).__name__)
def test_each_kind_takes_its_values_and_no_others(
    kind: Kind, good: list[Any], bad: list[Any]
) -> None:
    assert [value for value in good if not kind.fits(value)] == []
    assert [value for value in bad if kind.fits(value)] == []
    assert problem(kind, "It", good[0]) is None
    sentence = problem(kind, "It", bad[0])
    assert sentence is not None
    assert sentence.startswith(f"It {kind.wanted}, not ")


@pytest.mark.parametrize(
    ("kind", "wanted", "span"),
    [
        (Number(0, 1, low_open=True), "must be in (0, 1]", "0<x<=1"),
        (Number(0, 1, high_open=True), "must be in [0, 1)", "0<=x<1"),
        (Count(2, 5), "must be a whole number from 2 to 5", "2<=x<=5"),
        (Count(1, 16, "pixels"), "must be a whole number of pixels from 1 to 16", "1<=x<=16"),
        (Choice(("one", "two")), "must be one or two", "one|two"),
        (Two(Number(0, 1)), "must be two numbers in [0, 1]", "0<=x<=1"),
        (Name("a trained VAE"), "must be the name of a trained VAE", ""),
        (Maybe(Count(2, 5)), "must be a whole number from 2 to 5 or none", "2<=x<=5"),
        (Maybe(Count(2, 5), said=False), "must be a whole number from 2 to 5", "2<=x<=5"),
    ],
)
def test_a_kind_says_what_it_takes(kind: Kind, wanted: str, span: str) -> None:
    assert (kind.wanted, kind.span) == (wanted, span)


def test_every_setting_stands_under_a_heading_of_help() -> None:
    assert {setting.group for setting in settings_of(Recipe).values()} == set(get_args(Group))


def test_options_say_what_stands_for_their_value() -> None:
    options = {o.name: o for one in settings_of(Recipe).values() for o in one.options}
    assert (options["decoder-widths"].metavar, options["decoder-widths"].none) == ("W,W,…", None)
    # A word for "without one", since None can't be typed.
    assert (options["pretraining"].metavar, options["pretraining"].none) == ("NAME", "none")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "none"),
        (0.0002, "0.0002"),
        (1.0, "1"),
        (2_000_000, "2000000"),
        ("words", "words"),
        ((0.5, 0.999), "0.5, 0.999"),
        ((16, True), "16, yes"),
    ],
)
def test_a_value_in_a_table(value: Any, text: str) -> None:
    assert told(value) == text

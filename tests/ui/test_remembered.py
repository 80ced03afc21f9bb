from __future__ import annotations

import gc
import weakref

import pytest

from ganvae.ui.remembered import Remembered


class Thing:
    """What an answer is made from."""


def test_the_same_is_made_once() -> None:
    made: list[str] = []
    kept: Remembered[list[str]] = Remembered(2)

    def make(key: str) -> list[str]:
        made.append(key)
        return [key]

    first = kept.get("a", lambda: make("a"))
    assert first == ["a"]
    assert kept.get("a", lambda: make("a")) is first
    kept.get("b", lambda: make("b"))
    assert made == ["a", "b"]


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    made: list[str] = []
    kept: Remembered[None] = Remembered(2)
    for key in "abaccab":
        kept.get(key, lambda key=key: made.append(key))
    # b was the older one when c came.
    assert made == ["a", "b", "c", "b"]


def test_what_fails_is_made_again() -> None:
    kept: Remembered[int] = Remembered(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 7) == 7


def test_nothing_is_held_that_an_answer_was_made_from() -> None:
    kept: Remembered[str] = Remembered(2)

    def ask() -> weakref.ref[Thing]:
        thing = Thing()
        kept.get("a", lambda: str(id(thing)))
        return weakref.ref(thing)

    gone = ask()
    gc.collect()
    assert gone() is None

"""Searches that take turns in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ganvae.errors import UserError
from ganvae.ui import searches
from ganvae.ui.limits import MOST_SEARCHES, MOST_WAITING
from ganvae.ui.searches import Searches


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that comes soon, or fail."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def gated(gate: threading.Event, last: int = 3) -> Iterator[int]:
    """0 to `last`, the first at once and the others when the gate is open."""
    yield 0
    while not gate.is_set():
        time.sleep(0.002)
        yield 0
    yield from range(1, last + 1)


def finished(made: Searches[int], work: Iterator[int]) -> int | None:
    token = made.begin(work)
    until(lambda: made.look(token).done)
    return made.look(token).latest


def test_a_search_goes_to_its_end() -> None:
    made: Searches[int] = Searches()
    assert finished(made, iter(range(5))) == 4
    token = made.begin(iter((7, 8)))
    until(lambda: made.look(token).done)
    state = made.look(token)
    assert (state.latest, state.error, state.others) == (8, None, 0)


def test_searches_take_turns() -> None:
    made: Searches[str] = Searches()
    order: list[str] = []

    def steps(name: str, gate: threading.Event) -> Iterator[str]:
        gate.wait(20)
        for _ in range(3):
            order.append(name)
            yield name

    gate = threading.Event()
    tokens = [made.begin(steps(name, gate)) for name in "ab"]
    gate.set()
    until(lambda: all(made.look(token).done for token in tokens))
    # Whatever was ahead when the second came, from then on they alternate.
    assert sorted(order) == list("aaabbb")
    assert "".join(order) in ("ababab", "aababb")


def test_stopped_it_keeps_what_it_found() -> None:
    made: Searches[int] = Searches()
    gate = threading.Event()
    token = made.begin(gated(gate))
    until(lambda: made.look(token).latest == 0)
    made.stop(token)
    gate.set()
    state = made.look(token)
    assert state.done
    assert state.latest == 0
    time.sleep(0.05)
    assert made.look(token).latest == 0


def test_an_error_is_told() -> None:
    made: Searches[int] = Searches()

    def fails(error: Exception) -> Iterator[int]:
        yield 1
        raise error

    token = made.begin(fails(UserError("No.")))
    until(lambda: made.look(token).done)
    assert made.look(token).error == "No."
    token = made.begin(fails(ValueError("a bug")))
    until(lambda: made.look(token).done)
    assert "its log says what" in str(made.look(token).error)


def test_not_too_many_at_once() -> None:
    made: Searches[int] = Searches()
    gate = threading.Event()
    tokens = [made.begin(gated(gate)) for _ in range(MOST_SEARCHES + MOST_WAITING)]
    assert made.look(tokens[0]).others == MOST_SEARCHES - 1
    with pytest.raises(UserError, match="Many visitors search"):
        made.begin(iter(()))
    gate.set()
    until(lambda: all(made.look(token).done for token in tokens))
    assert finished(made, iter((1,))) == 1


def test_whoever_comes_too_many_waits_in_line() -> None:
    made: Searches[int] = Searches()
    gate, order = threading.Event(), []

    def waiting(number: int) -> Iterator[int]:
        order.append(number)
        yield number

    running = [made.begin(gated(gate)) for _ in range(MOST_SEARCHES)]
    line = [made.begin(waiting(number)) for number in range(3)]
    until(lambda: all(made.look(token).latest == 0 for token in running))
    assert [made.look(token).ahead for token in (running[-1], *line)] == [0, 1, 2, 3]
    assert [made.look(token).others for token in line] == [MOST_SEARCHES] * 3
    assert made.look(line[0]).latest is None
    assert order == []
    # Whoever leaves the line lets the others forward.
    made.stop(line[0])
    assert [made.look(token).ahead for token in line[1:]] == [1, 2]
    # A place that becomes free goes to the one that has waited longest.
    made.stop(running[0])
    until(lambda: made.look(line[1]).done)
    gate.set()
    until(lambda: made.look(line[2]).done)
    assert order == [1, 2]
    assert made.look(line[2]).latest == 2


def test_whoever_left_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "FORGOTTEN_SECONDS", 0.05)
    made: Searches[int] = Searches()
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                time.sleep(0.002)
                yield 0
        finally:
            ended.set()

    token = made.begin(endless())
    assert ended.wait(20)
    with pytest.raises(UserError, match="start it again"):
        made.look(token)
    assert finished(made, iter((1,))) == 1

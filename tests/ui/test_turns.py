"""Few calls at once, some in line, and nobody worked for who has left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from ganvae.errors import UserError
from ganvae.ui import turns
from ganvae.ui.callers import Caller, caller
from ganvae.ui.turns import FILM, Turns, takes_turns


@takes_turns(FILM)
def film() -> None:
    """Work of a kind, told by its mark."""


def plain() -> None:
    """Work that takes no turns."""


def until(there: Callable[[], bool]) -> None:
    for _ in range(3000):
        if there():
            return
        time.sleep(0.01)
    raise AssertionError("never")


class Work:
    """Calls of `film` in threads of their own, which last until they are let go."""

    def __init__(self, line: Turns) -> None:
        self.turns, self.go_on = line, threading.Event()
        self.begun, self.refused, self.threads = 0, [], []  # type: ignore[var-annotated]

    def start(self, who: Caller | None = None) -> threading.Thread:
        def call() -> None:
            caller.set(who)
            try:
                with self.turns.turn(film):
                    self.begun += 1
                    self.go_on.wait(60)
            except UserError as error:
                self.refused.append(str(error))

        thread = threading.Thread(target=call)
        thread.start()
        self.threads.append(thread)
        return thread

    def end(self) -> None:
        self.go_on.set()
        for thread in self.threads:
            thread.join(60)


@pytest.fixture
def work() -> Work:
    return Work(Turns())


def waiting(work: Work) -> int:
    return work.turns._lines[FILM]._waiting


def test_so_many_at_once_so_many_in_line_and_the_rest_is_told(work: Work) -> None:
    for _ in range(FILM.at_once):
        work.start()
    until(lambda: work.begun == FILM.at_once)
    for _ in range(FILM.in_line):
        work.start()
    until(lambda: waiting(work) == FILM.in_line)
    for _ in range(5):
        work.start().join(60)
    assert work.refused == ["The page is busy at this moment; try again."] * 5
    assert work.begun == FILM.at_once
    with work.turns.turn(plain):
        pass
    work.end()
    assert work.begun == FILM.at_once + FILM.in_line
    assert waiting(work) == 0
    # Every place is free again.
    with work.turns.turn(film):
        pass


def test_who_has_left_loses_the_place_in_line(work: Work) -> None:
    work.start()
    until(lambda: work.begun == 1)
    gone = Caller()
    thread = work.start(gone)
    until(lambda: waiting(work) == 1)
    gone.leave()
    thread.join(60)
    assert work.refused == ["The caller has left."]
    assert waiting(work) == 0
    work.end()


def test_nobody_waits_for_ever(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.0)
    work.start()
    until(lambda: work.begun == 1)
    work.start().join(60)
    assert work.refused == ["The page is busy at this moment; try again."]
    work.end()


def test_a_failure_frees_its_place(work: Work) -> None:
    for _ in range(FILM.at_once + FILM.in_line + 1):
        with pytest.raises(ZeroDivisionError), work.turns.turn(film):
            raise ZeroDivisionError

"""Work that takes a core for a while is done by few at once, whichever way the calls came.

Gradio limits what goes through its queue, and that a page's own calls and direct ones need not do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from ganvae.errors import UserError
from ganvae.ui.callers import check_still_there
from ganvae.ui.limits import (
    DRAWING_AT_ONCE,
    DRAWING_IN_LINE,
    FILMS_AT_ONCE,
    FILMS_IN_LINE,
    PATIENCE_SECONDS,
)

_F = TypeVar("_F", bound=Callable[..., Any])
_BUSY = "The page is busy at this moment; try again."
# How often somebody in line looks whether the caller is still there.
_LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Kind:
    """A kind of work.

    Attributes:
        at_once: how many calls of it are worked on.
        in_line: how many more may wait.
    """

    at_once: int
    in_line: int


DRAWING = Kind(DRAWING_AT_ONCE, DRAWING_IN_LINE)
FILM = Kind(FILMS_AT_ONCE, FILMS_IN_LINE)


def takes_turns(kind: Kind) -> Callable[[_F], _F]:
    """Mark a function as work of a kind, for `Turns`."""

    def mark(function: _F) -> _F:
        function.kind_of_work = kind  # type: ignore[attr-defined]
        return function

    return mark


class Turns:
    """Lines of calls, one for each kind of work."""

    def __init__(self) -> None:
        self._lines = {kind: _Line(kind) for kind in (DRAWING, FILM)}

    @contextmanager
    def turn(self, function: Callable[..., Any]) -> Iterator[None]:
        """Within, it is the turn of a call of this function; at once where it isn't marked.

        Raises:
            UserError: too many wait already, it takes too long, or the caller has left.
        """
        kind = getattr(function, "kind_of_work", None)
        if kind is None:
            yield
            return
        line = self._lines[kind]
        line.enter()
        try:
            yield
        finally:
            line.leave()


class _Line:
    def __init__(self, kind: Kind) -> None:
        self._places = threading.Semaphore(kind.at_once)
        self._waiting, self._most = 0, kind.in_line
        self._lock = threading.Lock()

    def enter(self) -> None:
        if self._places.acquire(blocking=False):
            return
        with self._lock:
            if self._waiting >= self._most:
                raise UserError(_BUSY)
            self._waiting += 1
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while not self._places.acquire(timeout=_LOOK_SECONDS):
                check_still_there()
                if time.monotonic() > until:
                    raise UserError(_BUSY)
        finally:
            with self._lock:
                self._waiting -= 1

    def leave(self) -> None:
        self._places.release()

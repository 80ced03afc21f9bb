"""Searches that go on in the background: each does a little of its work in turn.

One thread works for all visitors. A few searches take turns, so that whoever comes later is not
kept waiting for those before; beyond these, searches wait in line. One that nobody looks at any
more ends by itself.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ganvae.errors import UserError
from ganvae.ui.limits import FORGOTTEN_SECONDS, MOST_SEARCHES, MOST_WAITING

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_CROWDED = "Many visitors search at this moment; try again in a minute."
_FAILED = "Something went wrong on the server; its log says what."


# Compared by identity: what they yield may be tensors.
@dataclass(eq=False)
class _Job(Generic[_T]):
    work: Iterator[_T]
    latest: _T | None = None
    error: str | None = None
    done: bool = False
    seconds: float = 0.0
    seen: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class State(Generic[_T]):
    """How far a search is.

    Attributes:
        latest: what it yielded last; None before its first turn.
        done: nothing more will come.
        error: the sentence that says why it ended early.
        seconds: of work on it, not of waiting.
        others: how many other searches take turns with it.
        ahead: how many must end before it has its first turn; 0 while it takes turns.
    """

    latest: _T | None
    done: bool
    error: str | None
    seconds: float
    others: int
    ahead: int = 0


class Searches(Generic[_T]):
    """Searches by token."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job[_T]] = {}
        self._lock = threading.Lock()
        self._working = False

    def begin(self, work: Iterator[_T]) -> str:
        """Start a search, an iterator that is as long as its work goes on; returns its token.

        Raises:
            UserError: too many wait already.
        """
        with self._lock:
            self._forget()
            if len(self._going_on()) >= MOST_SEARCHES + MOST_WAITING:
                raise UserError(_CROWDED)
            token = secrets.token_urlsafe(16)
            self._jobs[token] = _Job(work)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="searches", daemon=True).start()
        return token

    def knows(self, token: str) -> bool:
        """Whether there is a search of that token."""
        with self._lock:
            self._forget()
            return token in self._jobs

    def look(self, token: str) -> State[_T]:
        """How far a search is.

        Raises:
            UserError: there is none of that token; one that nobody looked at is forgotten.
        """
        with self._lock:
            job = self._jobs.get(token)
            if job is None:
                raise UserError("This search has ended; start it again.")
            job.seen = time.monotonic()
            others, ahead = self._place(job)
            return State(job.latest, job.done, job.error, job.seconds, others, ahead)

    def stop(self, token: str) -> None:
        """End a search; what it found so far can still be looked at for a while."""
        with self._lock:
            if token in self._jobs:
                self._jobs[token].done = True

    def _going_on(self) -> list[_Job[_T]]:
        """In the order they came: the first take turns, the others wait."""
        return [job for job in self._jobs.values() if not job.done]

    def _place(self, job: _Job[_T]) -> tuple[int, int]:
        """How many others take turns, and how many must end before this one does."""
        jobs = self._going_on()
        others = sum(other is not job for other in jobs[:MOST_SEARCHES])
        if job.done:
            return others, 0
        return others, max(0, 1 + jobs.index(job) - MOST_SEARCHES)

    def _forget(self) -> None:
        oldest = time.monotonic() - FORGOTTEN_SECONDS
        for token in [token for token, job in self._jobs.items() if job.seen < oldest]:
            del self._jobs[token]

    def _work(self) -> None:
        while True:
            with self._lock:
                self._forget()
                jobs = self._going_on()[:MOST_SEARCHES]
                if not jobs:
                    self._working = False
                    return
            for job in jobs:
                self._turn(job)

    def _turn(self, job: _Job[_T]) -> None:
        if job.done:
            return
        began = time.monotonic()
        latest, error, done = job.latest, None, False
        try:
            latest = next(job.work)
        except StopIteration:
            done = True
        except UserError as problem:
            error, done = str(problem), True
        except Exception:
            _log.exception("A search failed.")
            error, done = _FAILED, True
        with self._lock:
            job.latest, job.error = latest, error
            job.done = job.done or done
            job.seconds += time.monotonic() - began

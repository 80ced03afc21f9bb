"""Searches that go on in the background: each does a little of its work in turn.

One thread works for all visitors. Whoever comes later is not kept waiting for those before, and a
search that nobody looks at any more ends by itself.
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

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
# So many take a second or two each, and none of their visitors waits much longer than ten.
MOST = 8
_CROWDED = "Many visitors search at this moment; try again in a few seconds."
# A page asks several times a second: one that was silent for so long is closed.
FORGOTTEN_SECONDS = 10.0
_FAILED = "Something went wrong on the server; its log says what."


@dataclass
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
    """

    latest: _T | None
    done: bool
    error: str | None
    seconds: float
    others: int


class Searches(Generic[_T]):
    """Searches by token."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job[_T]] = {}
        self._changed = threading.Condition()
        self._working = False

    def begin(self, work: Iterator[_T]) -> str:
        """Start a search, an iterator that is as long as its work goes on; returns its token.

        Raises:
            UserError: too many are going on.
        """
        with self._changed:
            self._forget()
            if sum(not job.done for job in self._jobs.values()) >= MOST:
                raise UserError(_CROWDED)
            token = secrets.token_urlsafe(16)
            self._jobs[token] = _Job(work)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="searches", daemon=True).start()
        return token

    def look(self, token: str) -> State[_T]:
        """How far a search is.

        Raises:
            UserError: there is none of that token; one that nobody looked at is forgotten.
        """
        with self._changed:
            job = self._jobs.get(token)
            if job is None:
                raise UserError("This search has ended; start it again.")
            job.seen = time.monotonic()
            others = sum(not other.done for other in self._jobs.values()) - (not job.done)
            return State(job.latest, job.done, job.error, job.seconds, others)

    def stop(self, token: str) -> None:
        """End a search; what it found so far can still be looked at for a while."""
        with self._changed:
            if token in self._jobs:
                self._jobs[token].done = True
                self._changed.notify_all()

    def finish(self, work: Iterator[_T]) -> _T:
        """The last thing that a search yields; waits for it, in turn with the others.

        Raises:
            UserError: too many are going on, or the search failed.
        """
        token = self.begin(work)
        with self._changed:
            job = self._jobs[token]
            while not job.done:
                job.seen = time.monotonic()
                self._changed.wait(FORGOTTEN_SECONDS / 2)
            del self._jobs[token]
        if job.error is not None or job.latest is None:
            raise UserError(job.error or _FAILED)
        return job.latest

    def _forget(self) -> None:
        oldest = time.monotonic() - FORGOTTEN_SECONDS
        for token in [token for token, job in self._jobs.items() if job.seen < oldest]:
            del self._jobs[token]

    def _work(self) -> None:
        while True:
            with self._changed:
                self._forget()
                jobs = [job for job in self._jobs.values() if not job.done]
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
        with self._changed:
            job.latest, job.error = latest, error
            job.done = job.done or done
            job.seconds += time.monotonic() - began
            self._changed.notify_all()

"""Answers that are kept by all that they depend on, so that the same is made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Remembered(Generic[_T]):
    """The last answers, by key; any number of threads may ask.

    Unlike `functools.lru_cache` it keeps nothing that an answer was made from: a collection of
    models that is not shown any more is let go.
    """

    def __init__(self, most: int) -> None:
        """
        Args:
            most: answers are kept, those that were asked for last.
        """
        self._most = most
        self._answers: OrderedDict[Hashable, _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The answer of that key, made now if it is not known.

        Args:
            key: everything that the answer depends on, the version of a collection included.
        """
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        # Not under the lock: two may make the same answer, but nobody waits for another's.
        answer = make()
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

"""What searches found, by what was searched for: the same is never searched for twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from ganvae.errors import UserError
from ganvae.ui.searches import Searches

_T = TypeVar("_T")
# A few hundred bytes each, beside the picture that was searched for.
_REMEMBERED = 256


@dataclass(frozen=True)
class InLine:
    """Not found yet.

    Attributes:
        ahead: how many searches must end before this one begins.
    """

    ahead: int


class Answers(Generic[_T]):
    """The last results of searches."""

    def __init__(self, searches: Searches[_T]) -> None:
        self._searches = searches
        self._tokens: dict[Hashable, str] = {}
        self._found: OrderedDict[Hashable, _T] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable, start: Callable[[], Iterator[_T]]) -> _T | InLine:
        """What the search for `key` yielded last, or its place; never waits.

        Raises:
            UserError: too many searches wait, or this one failed.
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            known = self._tokens.get(key)
            # Searches that nobody looked at are forgotten, and so are their tokens.
            if known is None or not self._searches.knows(known):
                self._tokens = {k: t for k, t in self._tokens.items() if self._searches.knows(t)}
                self._tokens[key] = known = self._searches.begin(start())
            state = self._searches.look(known)
            if not state.done:
                return InLine(state.ahead)
            del self._tokens[key]
            if state.error is not None or state.latest is None:
                raise UserError(state.error or "The search found nothing; try again.")
            self._found[key] = state.latest
            if len(self._found) > _REMEMBERED:
                self._found.popitem(last=False)
            return state.latest

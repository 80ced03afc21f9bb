"""Which models a page answers with: the newest, or those that an open page was made of."""

from __future__ import annotations

from ganvae.collection import Collection
from ganvae.ui.turns import Turns

# Pages that visitors opened before so many replacements still get the models they show.
_KEPT = 2


class Shelf:
    """Collections by their version: the current one and the last two that it replaced.

    Whoever answers a call takes one collection off the shelf, once, and works with that alone: so
    no answer is of two states, whatever is adopted meanwhile.

    Attributes:
        turns: of all calls that work with them.
    """

    def __init__(self, collection: Collection) -> None:
        self._collections: tuple[Collection, ...] = (collection,)
        self.turns = Turns()

    @property
    def current(self) -> Collection:
        """The collection that was adopted last."""
        return self._collections[0]

    def pick(self, version: str | None) -> Collection:
        """The collection of that version; the current one where that is not here (any more)."""
        # Read once: another thread may adopt one meanwhile.
        collections = self._collections
        named = (one for one in collections if one.version == version)
        return next(named, collections[0])

    def adopt(self, collection: Collection) -> None:
        """Make another collection the current one, all of it at once; one thread at a time."""
        self._collections = (collection, *self._collections[:_KEPT])

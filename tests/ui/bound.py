"""The functions of a tab as its script has them: with their data alone."""

from __future__ import annotations

import functools
from typing import Any

from ganvae.collection import Collection


class Bound:
    """Functions that all answer from one collection, called by their names.

    Args:
        functions: what has them: an object or a module.
    """

    def __init__(self, functions: Any, collection: Collection) -> None:
        self._functions, self._collection = functions, collection

    def __getattr__(self, name: str) -> Any:
        return functools.partial(getattr(self._functions, name), self._collection)

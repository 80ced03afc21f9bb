"""Whether the visitor whose call is worked on is still there.

Python can't stop a thread from outside, so work that takes long asks between its steps.
"""

from __future__ import annotations

import threading
from contextvars import ContextVar

from ganvae.errors import UserError


class Caller:
    """Who made the call in progress."""

    def __init__(self) -> None:
        self._left = threading.Event()

    def leave(self) -> None:
        """Note that the connection is closed."""
        self._left.set()

    @property
    def gone(self) -> bool:
        return self._left.is_set()


# Threads that work on a call see the call's own. What Gradio's queue calls belongs to no request.
caller: ContextVar[Caller | None] = ContextVar("caller", default=None)


def check_still_there() -> None:
    """Go on only for a caller who waits for it.

    Raises:
        UserError: the connection is closed; nobody reads the sentence.
    """
    found = caller.get()
    if found is not None and found.gone:
        raise UserError("The caller has left.")

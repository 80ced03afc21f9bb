"""One line in the log for a visitor's mistake: where it was refused, never what was sent."""

from __future__ import annotations

import logging
from types import TracebackType

_log = logging.getLogger(__name__)


def note_mistake(function: str, error: BaseException) -> None:
    """Log that a call of `function` was refused. The sentence of `error` goes to its visitor alone:
    it may repeat what they sent.
    """
    _log.info("%s: a visitor's mistake, refused by %s.", function, _place(error.__traceback__))


def _place(traceback: TracebackType | None) -> str:
    place = "nobody"
    while traceback is not None:
        frame = traceback.tb_frame
        place = f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}"
        traceback = traceback.tb_next
    return place

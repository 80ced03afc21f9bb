"""One line in the log for a visitor's mistake: where it was refused, never what was sent.

So many lines a minute: whoever makes mistakes on purpose doesn't fill a disk.
"""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType

from ganvae.ui.limits import MOST_LINES_A_MINUTE

_log = logging.getLogger(__name__)


class _Minute:
    """Counts the lines of the minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began, self._lines = 0.0, 0

    def count(self) -> int:
        """How many there are with this one."""
        with self._lock:
            now = time.monotonic()
            if now - self._began >= 60:
                self._began, self._lines = now, 0
            self._lines += 1
            return self._lines


_minute = _Minute()


def tell(logger: logging.Logger, level: int, message: str, *arguments: object) -> None:
    """Log a line about a stranger's request, unless the minute has had enough of them."""
    count = _minute.count()
    if count <= MOST_LINES_A_MINUTE:
        logger.log(level, message, *arguments)
    elif count == MOST_LINES_A_MINUTE + 1:
        _log.warning("More mistakes of visitors than %d this minute.", MOST_LINES_A_MINUTE)


def note_mistake(function: str, error: BaseException) -> None:
    """Log that a call of `function` was refused. The sentence of `error` goes to its visitor alone:
    it may repeat what they sent.
    """
    place = _place(error.__traceback__)
    tell(_log, logging.INFO, "%s: a visitor's mistake, refused by %s.", function, place)


def _place(traceback: TracebackType | None) -> str:
    place = "nobody"
    while traceback is not None:
        frame = traceback.tb_frame
        place = f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_name}"
        traceback = traceback.tb_next
    return place

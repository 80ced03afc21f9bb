"""What the programs say while they run: one line an event, on standard error."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

LEVELS = ("debug", "info", "warning", "error")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start(level: str) -> None:
    """Send what ganvae logs from `level` up to standard error; other packages are left alone.

    A second call changes the level only.

    Args:
        level: one of `LEVELS`.
    """
    logger = logging.getLogger("ganvae")
    logger.setLevel(level.upper())
    if not any(isinstance(handler, _StandardError) for handler in logger.handlers):
        handler = _StandardError()
        handler.setFormatter(logging.Formatter(_FORMAT))
        logger.addHandler(handler)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at that moment: somebody may have put another in place."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

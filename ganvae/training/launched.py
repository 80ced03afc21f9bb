"""What `accelerate launch` told this process: its number among those that train together.

Light: the command line asks before it loads anything.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def world() -> int:
    """How many processes were launched to train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """The number of this process among them, from 0."""
    return int(os.environ.get("RANK", "0"))


def leave(status: int) -> NoReturn:
    """End this process with an exit status.

    One of several skips Python's own end: a thread of the process group may just be letting go of
    a tensor and then find no interpreter left, which aborts the process, and with it all others.
    """
    if world() == 1:
        sys.exit(status)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)

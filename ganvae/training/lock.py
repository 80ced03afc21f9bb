"""Two trainings never share a run's folder: the second is refused while the first lives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ganvae.errors import UserError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a run's folder, which need not be there yet, for this training.

    The system itself lets go of it when the process ends, however that is: a lock never outlives
    its training. It lies beside the folder, as `.NAME.lock`, for the folder itself may be removed.

    Raises:
        UserError: another training holds it, or nothing can be written there.
    """
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise UserError(
            f"Another training works in {folder} right now: wait until it ends, or give this one "
            f"a name of its own with --name."
        ) from error
    except OSError as error:
        raise UserError(f"{folder} can't be written: {error.strerror or error}.") from error
    try:
        yield
    finally:
        lock.release()


def check_writable(target: Path) -> None:
    """See before the training that its result can be put where it is to go.

    Raises:
        UserError: the folder it goes into can't be written.
    """
    parent = target.parent
    while not parent.exists() and parent != parent.parent:
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise UserError(
            f"The result can't be put into {target.parent}, which is not to be written: give "
            f"another folder with --output."
        )

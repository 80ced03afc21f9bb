"""Files that are written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows has none
    fcntl = None  # type: ignore[assignment]


def write_bytes(path: Path, content: bytes) -> None:
    """Replace `path` by `content`; after a crash or on a full disk the old file is still whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """`write_bytes` for UTF-8 text."""
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> None:
    """`write_bytes` for JSON, one key a line; NaN and infinity are refused (ValueError)."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def sha256(path: Path) -> str:
    """The SHA-256 of a file's content, 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(path: Path) -> str:
    """24 hexadecimal digits that tell a file's content from any other."""
    return sha256(path)[:24]


def replace_folder(new: Path, target: Path) -> None:
    """Put the folder `new` where `target` is, which may exist; both on one file system.

    A crash in the middle leaves the former folder under the name `.NAME.old`, which
    `recover_folders` puts back.
    """
    old = target.with_name(f".{target.name}.old")
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(target.parent):
        _recover(target.parent)
        if target.exists():
            os.rename(target, old)
        try:
            os.rename(new, target)
        except OSError:
            _recover(target.parent)
            raise
        shutil.rmtree(old, ignore_errors=True)


def recover_folders(parent: Path) -> None:
    """Undo or finish the `replace_folder` calls in `parent` that a crash cut short."""
    if any(parent.glob(".*.old")):
        with _alone_in(parent):
            _recover(parent)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder while others would put theirs into it, or take one of ours for a crash's.

    The system lets go of it when the process ends, however that is.
    """
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _recover(parent: Path) -> None:
    for old in parent.glob(".*.old"):
        target = old.with_name(old.name[1:].removesuffix(".old"))
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            os.rename(old, target)

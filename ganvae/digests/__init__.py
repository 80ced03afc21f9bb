"""The SHA-256 of every file of `weights/`, listed in weights/digests.json.

    {"files": {"vae-100/model.safetensors": "9f86d0…", …}}

Whoever has a copy can tell with it whether the copy is whole: `python train.py verify`. What our
own commands write into a weights folder they list themselves (`refresh`); after a change by hand
`python -m ganvae.digests` lists everything anew.

The list stays out of repositories of models on the Hub: that has hashes of its own, which are
checked when models come from there, and cards there are other texts.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganvae import checkpoint, files
from ganvae.errors import UserError

DIGESTS = "digests.json"
COMMAND = "python train.py digests"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def write(weights: Path) -> dict[str, str]:
    """List every file of a weights folder anew; returns the list, path to SHA-256.

    Raises:
        UserError: there is no such folder, or a file of it can't be read.
    """
    if not weights.is_dir():
        raise UserError(f"There is no weights folder {str(weights)!r}; give one with --weights.")
    with _alone(weights):
        listed = _hashed(weights, shipped_files(weights))
        _keep(weights, listed)
    return listed


def refresh(weights: Path, *names: str) -> None:
    """List anew what is at these names of a weights folder, and leave the rest of the list alone.

    What was damaged elsewhere in the folder is not taken for right by that. A folder without a
    list gets none.

    Args:
        names: of files and folders directly in `weights`.

    Raises:
        UserError: the list is not ours, or a file can't be read.
    """
    if not (weights / DIGESTS).is_file():
        return
    with _alone(weights):
        listed = read(weights)
        kept = {path: digest for path, digest in listed.items() if _top(path) not in names}
        there = [path for path in shipped_files(weights) if _top(path) in names]
        fresh = kept | _hashed(weights, there)
        if fresh != listed:
            _keep(weights, fresh)


def read(weights: Path) -> dict[str, str]:
    """The list of a weights folder, path to SHA-256.

    Raises:
        UserError: there is none, or it is not one of ours.
    """
    path = weights / DIGESTS
    if not path.is_file():
        raise UserError(f"There is no {path} to compare with; {COMMAND} writes it.")
    content = checkpoint.read_json(path)
    listed = content.get("files") if isinstance(content, dict) else None
    if not isinstance(listed, dict) or not all(
        isinstance(digest, str) and _SHA256.fullmatch(digest) for digest in listed.values()
    ):
        raise UserError(f"{path} is no list of files and their SHA-256; {COMMAND} writes it anew.")
    return listed


def differences(weights: Path) -> list[str]:
    """How a weights folder differs from its list: a sentence for each file, in their order.

    Raises:
        UserError: there is no list, or a file can't be read.
    """
    listed, there = read(weights), shipped_files(weights)
    found = _hashed(weights, [path for path in there if path in listed])
    told = {path: f"{path} is missing." for path in listed if path not in found}
    told |= {
        path: f"{path} was altered: it is not the file that {DIGESTS} lists."
        for path, digest in found.items()
        if digest != listed[path]
    }
    told |= {path: f"{path} is not in {DIGESTS}." for path in there if path not in listed}
    return [told[path] for path in sorted(told)]


def shipped_files(weights: Path) -> list[str]:
    """The paths of all files in a weights folder but the list itself and what is hidden, sorted.

    Hidden is what is being written at this moment, and what file managers leave.
    """
    paths = (path.relative_to(weights) for path in weights.rglob("*") if path.is_file())
    return sorted(
        path.as_posix()
        for path in paths
        if path.as_posix() != DIGESTS and not any(part.startswith(".") for part in path.parts)
    )


def _top(path: str) -> str:
    return path.partition("/")[0]


def _hashed(weights: Path, paths: list[str]) -> dict[str, str]:
    hashed = {}
    for path in paths:
        try:
            hashed[path] = files.sha256(weights / path)
        except OSError as error:
            reason = error.strerror or error
            raise UserError(f"{weights / path} can't be read: {reason}.") from error
    return hashed


def _keep(weights: Path, listed: dict[str, str]) -> None:
    files.write_json(weights / DIGESTS, {"files": dict(sorted(listed.items()))})


@contextmanager
def _alone(weights: Path) -> Iterator[None]:
    """Within, no other process changes the list: trainings may end at the same time."""
    # It takes no time where nobody waits, and Python alone has no such lock on every system.
    from filelock import FileLock

    # Not in the folder itself: the file stays, and would be one more that ships.
    key = hashlib.sha256(str(weights.resolve()).encode()).hexdigest()[:24]
    with FileLock(Path(tempfile.gettempdir()) / f"ganvae-digests-{key}.lock"):
        yield

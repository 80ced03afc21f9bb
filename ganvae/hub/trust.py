"""What is taken from a repository of somebody else's: few kinds of files, all of them checked.

Nothing of it is ever run or unpickled. Names and sizes are checked before the download, contents
after it, and shapes against the recipe when a file is read (see checkpoint.py).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.export.format import MAX_BYTES as MAX_ONNX_BYTES
from ganvae.hub import names
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.snapshots.format import FORMATS as SHEET_FORMATS

_MIB = 2**20
# Far more than any file of ours has.
_LIMITS = {
    ".safetensors": 512 * _MIB,
    ".onnx": MAX_ONNX_BYTES,
    ".json": 8 * _MIB,
    ".csv": 8 * _MIB,
    **dict.fromkeys(SHEET_FORMATS, 4 * _MIB),
    ".md": _MIB,
}
_MAX_FILES = 5000
_MAX_TOTAL = 4096 * _MIB
_NEEDED = re.compile(
    rf"(?P<model>{names.PART})/({names.MODEL}|README\.md|snapshots/(index\.json|{names.PART}\.(webp|jpg|png)))"
    rf"|{CLASSIFIER}/{names.CLASSIFIER}|{names.SHARED}"
)


@dataclass(frozen=True)
class RemoteFile:
    """One file as the Hub describes it.

    Attributes:
        path: within the repository.
        size: in bytes.
        sha256: of a large file's content; None for a small one.
        blob: git's hash of a small file's content.
    """

    path: str
    size: int
    sha256: str | None
    blob: str | None


def is_needed(path: str, model: str | None = None) -> bool:
    """Whether the page needs the file at a path of a repository.

    Args:
        model: the only model that is wanted; all of them, and what they share, by default.
    """
    match = _NEEDED.fullmatch(path)
    return match is not None and (model is None or match["model"] == model)


def check_sizes(wanted: list[RemoteFile]) -> None:
    """Check what the Hub says of files before any of them is asked for.

    Raises:
        UserError: one is larger than a file of its kind can be, or all together are.
    """
    if len(wanted) > _MAX_FILES:
        raise UserError(f"The repository has more than {_MAX_FILES} files for the page.")
    for file in wanted:
        limit = _LIMITS[Path(file.path).suffix]
        if not 0 <= file.size <= limit:
            raise UserError(f"{file.path} is larger than the {limit // _MIB} MiB that it may have.")
    if sum(file.size for file in wanted) > _MAX_TOTAL:
        raise UserError(f"The repository's files are larger than {_MAX_TOTAL // _MIB} MiB.")


def check_files(folder: Path, storage: Path, wanted: list[RemoteFile]) -> None:
    """Check downloaded files against what the Hub says of them; altered ones are deleted.

    Args:
        folder: the snapshot, whose files may be links.
        storage: the folder of the Hub's cache that holds all of the repository.

    Raises:
        UserError: a file is missing, leads out of `storage`, or is not the one announced.
    """
    altered = []
    for file in wanted:
        path = real_path(folder, storage, file.path)
        # The size first: a file of any other is never read.
        if path.stat().st_size != file.size or not _is_announced(path, file):
            # Or the cache would hand it out again instead of asking the Hub.
            path.unlink()
            (folder / file.path).unlink(missing_ok=True)
            altered.append(file.path)
    if altered:
        raise UserError(f"{altered[0]} was altered or cut short on its way from the Hub.")


def real_path(folder: Path, storage: Path, path: str) -> Path:
    """Where a snapshot's file really is.

    Raises:
        UserError: it is no file, or it is one outside of `storage`.
    """
    real = (folder / path).resolve()
    if not real.is_relative_to(storage.resolve()):
        raise UserError(f"{path} leads out of the repository's folder.")
    if not real.is_file():
        raise UserError(f"{path} is missing.")
    return real


def check_usable(folder: Path) -> None:
    """Check that at least one model of a folder can be used.

    Raises:
        UserError: there is none; the sentence says what is wrong with the first.
    """
    problem = ""
    for entry in checkpoint.scan(folder):
        if entry.problem is None:
            try:
                checkpoint.load(entry.folder)
            except UserError as error:
                problem = problem or f" {error}"
            else:
                return
        problem = problem or f" {entry.problem}"
    raise UserError(f"The repository holds no usable model.{problem}".replace(f"{folder}/", ""))


def _is_announced(path: Path, file: RemoteFile) -> bool:
    if file.sha256 is not None:
        return files.sha256(path) == file.sha256
    if file.blob is None:
        return False
    content = path.read_bytes()
    # Git's own name for the content: SHA-1 is what it uses, not a choice of ours.
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest() == file.blob

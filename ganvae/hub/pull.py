"""Models out of a repository of the Hub, through the Hub's own cache.

    models--USER--REPO/          the Hub's folder of the repository in its cache
      blobs/, refs/, snapshots/  the Hub's
      ganvae/KEY.json            ours: which commit was checked last, and what its files must be

What is handed out is always one commit, whole and checked.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.file_download import repo_folder_name

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.hub import trust
from ganvae.hub.mistakes import in_words
from ganvae.hub.trust import RemoteFile

MAIN = "main"
_SECONDS = 10
# Without these a folder is no model.
_LEAST = (checkpoint.CONFIG, checkpoint.WEIGHTS)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Pulled:
    """A commit of a repository, on this computer.

    Attributes:
        folder: laid out like `weights/`; its files are links into the Hub's cache.
        revision: the branch, tag or commit that was asked for.
        commit: 40 hexadecimal digits.
        date: of the repository's last change, YYYY-MM-DD; empty where the Hub doesn't say.
    """

    folder: Path
    repo: str
    revision: str
    commit: str
    date: str


def pull(repo: str, revision: str = MAIN, model: str | None = None) -> Pulled:
    """Download what the page needs of a repository, and check every file.

    Args:
        repo: USER/REPO.
        model: the only model that is wanted.

    Raises:
        UserError: the Hub can't be reached or refuses, or a file is not what it should be.
    """
    what = f"{repo} can't be read"
    storage = _storage(repo)
    try:
        info = _api().model_info(repo, revision=revision, files_metadata=True, timeout=_SECONDS)
        commit = info.sha or ""
        if not _COMMIT.fullmatch(commit):
            raise UserError(f"{what}: the Hub names no commit.")
        wanted = [
            RemoteFile(
                sibling.rfilename,
                -1 if sibling.size is None else sibling.size,
                sibling.lfs.sha256 if sibling.lfs else None,
                sibling.blob_id,
            )
            for sibling in info.siblings or []
            if trust.is_needed(sibling.rfilename, model)
        ]
        if not any(Path(file.path).name == checkpoint.CONFIG for file in wanted):
            missing = f"no model {model!r}" if model else "no models of ganvae"
            raise UserError(f"{repo} holds {missing}.")
        trust.check_sizes(wanted)
        folder = Path(
            snapshot_download(
                repo,
                revision=commit,
                cache_dir=storage.parent,
                # These names hold no character that means more than itself in a pattern.
                allow_patterns=[file.path for file in wanted],
                endpoint=_endpoint(),
                max_workers=4,
            )
        )
        trust.check_files(folder, storage, wanted)
        trust.check_usable(folder)
        date = info.last_modified.date().isoformat() if info.last_modified else ""
        described = [asdict(file) for file in wanted]
        record = {"commit": commit, "date": date, "files": described}
        files.write_json(_record(storage, revision, model), record)
    # The client raises errors of several libraries.
    except Exception as error:
        raise in_words(error, what) from error
    return Pulled(folder, repo, revision, commit, date)


def last_good(repo: str, revision: str = MAIN, model: str | None = None) -> Pulled | None:
    """What the last `pull` that succeeded brought, checked again; None if it is not whole.

    Where there was none, what other programs left in the Hub's cache.
    """
    storage = _storage(repo)
    path = _record(storage, revision, model)
    if not path.is_file():
        return _left_by_others(storage, repo, revision, model)
    try:
        record = checkpoint.read_json(path)
        wanted = [RemoteFile(**entry) for entry in record["files"]]
        commit, date = record["commit"], record["date"]
        if not _COMMIT.fullmatch(commit):
            return None
        folder = storage / "snapshots" / commit
        trust.check_files(folder, storage, wanted)
        trust.check_usable(folder)
    except (UserError, OSError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return Pulled(folder, repo, revision, commit, date)


def _left_by_others(storage: Path, repo: str, revision: str, model: str | None) -> Pulled | None:
    try:
        folder = Path(
            snapshot_download(
                repo,
                revision=revision,
                cache_dir=storage.parent,
                allow_patterns=[f"{model or '*'}/{name}" for name in _LEAST],
                local_files_only=True,
            )
        )
        paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
        wanted = [
            _as_cached(folder, storage, path) for path in paths if trust.is_needed(path, model)
        ]
        trust.check_sizes(wanted)
        trust.check_files(folder, storage, wanted)
        trust.check_usable(folder)
    # The client raises errors of several libraries.
    except Exception:
        return None
    return Pulled(folder, repo, revision, folder.name, "")


def _as_cached(folder: Path, storage: Path, path: str) -> RemoteFile:
    """A file as the cache tells it, which names every content by its hash."""
    real = trust.real_path(folder, storage, path)
    large = len(real.name) == 64
    return RemoteFile(
        path, real.stat().st_size, real.name if large else None, None if large else real.name
    )


def _api() -> HfApi:
    return HfApi(endpoint=_endpoint())


def _endpoint() -> str | None:
    # Read when asked for: the client reads it once, when it is imported.
    return os.environ.get("HF_ENDPOINT") or None


def _storage(repo: str) -> Path:
    """The folder of a repository in the Hub's cache."""
    home = os.environ.get("HF_HOME")
    cache = os.environ.get("HF_HUB_CACHE") or (
        str(Path(home).expanduser() / "hub") if home else constants.HF_HUB_CACHE
    )
    folder = Path(cache).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable and not folder.is_dir():
        folder = _temporary()
    return folder.resolve() / repo_folder_name(repo_id=repo, repo_type="model")


@functools.cache
def _temporary() -> Path:
    """Where the home folder can't be written, as on some hosts: a folder of this process."""
    return Path(tempfile.mkdtemp(prefix="ganvae-hub-"))


def _record(storage: Path, revision: str, model: str | None) -> Path:
    # A revision may hold slashes.
    asked: Any = f"{revision}\n{model or ''}"
    key = hashlib.sha256(asked.encode()).hexdigest()[:24]
    return storage / "ganvae" / f"{key}.json"

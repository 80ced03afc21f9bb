from __future__ import annotations

import errno
import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ganvae import files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_write_and_replace(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "file.bin"
    files.write_bytes(path, b"first")
    assert path.read_bytes() == b"first"
    files.write_bytes(path, b"second")
    assert path.read_bytes() == b"second"
    assert names(path.parent) == ["file.bin"]
    # Readable by others: a temporary file is not, by default.
    assert path.stat().st_mode & 0o777 == 0o644


def test_text_is_utf8_and_json_is_one_key_a_line(tmp_path: Path) -> None:
    files.write_text(tmp_path / "text", "μ σ²\n")
    assert (tmp_path / "text").read_bytes() == "μ σ²\n".encode()
    files.write_json(tmp_path / "json", {"a": 1, "b": [2]})
    assert (tmp_path / "json").read_text() == '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_json_that_cannot_be_written_leaves_the_old_file(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "metrics.json"
    files.write_json(path, {"old": 1})
    with pytest.raises((ValueError, TypeError)):
        files.write_json(path, {"new": value})
    assert path.read_text() == '{\n  "old": 1\n}\n'
    assert names(tmp_path) == ["metrics.json"]


class FullDisk:
    """A stream on a disk that has room for three more bytes."""

    def __init__(self, descriptor: int) -> None:
        self.stream = open(descriptor, "wb")  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stream.close()

    def write(self, content: bytes) -> None:
        self.stream.write(content[:3])
        self.stream.flush()
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("failing", ["write", "fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "model.safetensors"
    files.write_bytes(path, b"old and whole")

    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "write":
        monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: FullDisk(descriptor))
    else:
        monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="No space left"):
        files.write_bytes(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old and whole"
    assert names(tmp_path) == ["model.safetensors"]


def test_an_interrupted_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_bytes(tmp_path / "file", b"new")
    assert names(tmp_path) == []


def make(folder: Path, content: str) -> Path:
    folder.mkdir()
    (folder / "file").write_text(content)
    return folder


def test_replace_folder(tmp_path: Path) -> None:
    target = tmp_path / "weights" / "vae-3"
    files.replace_folder(make(tmp_path / "first", "1"), target)
    assert (target / "file").read_text() == "1"
    files.replace_folder(make(tmp_path / "second", "2"), target)
    assert (target / "file").read_text() == "2"
    assert names(tmp_path / "weights") == ["vae-3"]
    assert names(tmp_path) == ["weights"]


def test_replace_folder_that_fails_puts_the_old_one_back(tmp_path: Path) -> None:
    target = make(tmp_path / "vae-3", "old")
    with pytest.raises(FileNotFoundError):
        files.replace_folder(tmp_path / "nothing there", target)
    assert (target / "file").read_text() == "old"
    assert names(tmp_path) == ["vae-3"]


class CrashError(Exception):
    """Stands for the process being killed: nothing of ours handles it."""


@pytest.mark.parametrize("crash_at", [1, 2])
def test_a_crash_in_replace_folder_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    """Killed right after the first rename the old folder comes back; after the second, it goes."""
    target, new = make(tmp_path / "vae-3", "old"), make(tmp_path / "new", "new")
    rename, calls = os.rename, 0

    def rename_then_crash(source: Path, destination: Path) -> None:
        nonlocal calls
        rename(source, destination)
        calls += 1
        if calls == crash_at:
            raise CrashError

    monkeypatch.setattr(os, "rename", rename_then_crash)
    with pytest.raises(CrashError):
        files.replace_folder(new, target)
    monkeypatch.undo()
    assert (tmp_path / ".vae-3.old" / "file").read_text() == "old"
    files.recover_folders(tmp_path)
    assert (target / "file").read_text() == ("old" if crash_at == 1 else "new")
    assert ".vae-3.old" not in names(tmp_path)


def test_no_other_process_takes_a_swap_for_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its two renames a swap looks like one that was cut short."""
    target, new = make(tmp_path / "vae-3", "old"), make(tmp_path / "new", "new")
    rename, others = os.rename, ThreadPoolExecutor(1)
    mended: list[Future[None]] = []

    def rename_and_be_looked_at(source: Path, destination: Path) -> None:
        rename(source, destination)
        if not mended:
            mended.append(others.submit(files.recover_folders, tmp_path))
            time.sleep(0.3)
            assert not mended[0].done()

    monkeypatch.setattr(os, "rename", rename_and_be_looked_at)
    files.replace_folder(new, target)
    mended[0].result(timeout=30)
    assert names(tmp_path) == ["vae-3"]
    assert (target / "file").read_text() == "new"


def test_replace_folder_mends_an_earlier_crash_first(tmp_path: Path) -> None:
    make(tmp_path / ".vae-3.old", "old")
    make(tmp_path / ".gan-100.old", "gan")
    files.replace_folder(make(tmp_path / "new", "new"), tmp_path / "vae-3")
    assert names(tmp_path) == ["gan-100", "vae-3"]
    assert (tmp_path / "vae-3" / "file").read_text() == "new"
    assert (tmp_path / "gan-100" / "file").read_text() == "gan"

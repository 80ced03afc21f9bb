"""What --weights and GANVAE_WEIGHTS may say, and what is shown if it can't be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganvae.errors import UserError
from ganvae.hub.sources import find_weights, parse_repo, renewed
from tests.hub.conftest import REPO
from tests.hub.pull_server import Hub


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ada/models", ("ada/models", "main")),
        ("ada/models@v1.0", ("ada/models", "v1.0")),
        (" ada/mo.d-els@refs/pr/1 ", ("ada/mo.d-els", "refs/pr/1")),
        ("ada", None),
        ("ada/models/more", None),
        ("/ada/models", None),
        ("../models", None),
        ("ada/models@", None),
        ("ada/models@../x", None),
        ("", None),
    ],
)
def test_parse(text: str, expected: tuple[str, str] | None) -> None:
    assert parse_repo(text) == expected


def test_a_folder_wins(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / REPO).mkdir(parents=True)
    source = find_weights(REPO, tmp_path)
    assert source.folder == Path(REPO)
    assert source.repo is None
    assert "folder" in source.note
    assert "ship" in find_weights(str(tmp_path), tmp_path).note


def test_neither(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no weights folder 'nowhere'; .* USER/REPO\.$"):
        find_weights("nowhere", tmp_path)


def test_a_repository(hub: Hub, tmp_path: Path) -> None:
    source = find_weights(REPO, tmp_path)
    commit = hub.refs["main"]
    assert source.note == f"Weights: {REPO}, commit {commit[:8]} of 2026-05-04."
    assert (source.repo, source.revision, source.commit) == (REPO, "main", commit)
    assert (source.folder / "vae-10" / "config.json").is_file()


def test_the_copy_of_the_last_time(hub: Hub, tmp_path: Path) -> None:
    first = find_weights(REPO, tmp_path)
    hub.status = 500
    second = find_weights(REPO, tmp_path)
    assert second.folder == first.folder
    assert f"commit {hub.refs['main'][:8]}" in second.note
    assert "the copy of the last time" in second.note
    assert "500" in second.note
    with pytest.raises(UserError, match="500"):
        renewed(REPO, tmp_path)


def test_the_models_that_ship(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nobody listens at this port of our own computer.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    source = find_weights(f"{REPO}@v2", tmp_path)
    assert source.folder == tmp_path
    assert source.note.startswith("Weights: those that ship with the project.")
    assert f"{REPO}@v2 was asked for" in source.note
    assert "connection to the Hub failed" in source.note
    with pytest.raises(UserError, match="connection to the Hub failed"):
        find_weights(REPO, tmp_path / "nothing")


@pytest.mark.parametrize("text", ["", "ada/models.git", "x" * 5000, "ada/\0"])
def test_what_is_neither_folder_nor_repository_is_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no weights folder .* as USER/REPO"):
        find_weights(text, tmp_path)

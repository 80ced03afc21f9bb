"""The list of digests: what ships, whole; and what each command does to it."""

from __future__ import annotations

import json
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ganvae import DEFAULT_WEIGHTS, digests, files
from ganvae.cards.__main__ import main as cards
from ganvae.digests.__main__ import main as digests_command
from ganvae.errors import UserError
from ganvae.hub import contents, trust


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """Two models with a list."""
    folder = tmp_path / "weights"
    for name in ("vae-3", "gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    (folder / "claims.json").write_text("{}")
    assert digests_command(["--weights", str(folder)]) == 0
    return folder


def test_what_ships_is_as_the_list_says() -> None:
    again = f"; {digests.COMMAND} lists everything anew"
    assert digests.differences(DEFAULT_WEIGHTS) == [], again
    root = DEFAULT_WEIGHTS.parent
    tracked = subprocess.run(
        ["git", "ls-files", "weights"], cwd=root, capture_output=True, text=True
    )
    if tracked.returncode == 0:
        paths = {path.removeprefix("weights/") for path in tracked.stdout.split("\n") if path}
        assert set(digests.read(DEFAULT_WEIGHTS)) >= paths - {digests.DIGESTS}


def test_missing_altered_and_extra_are_told_apart(weights: Path) -> None:
    listed = digests.read(weights)
    assert "vae-3/snapshots/index.json" in listed
    assert listed["vae-3/config.json"] == files.sha256(weights / "vae-3" / "config.json")
    assert digests.differences(weights) == []
    (weights / "gan-100" / "history.csv").unlink()
    altered = weights / "vae-3" / "model.safetensors"
    content = bytearray(altered.read_bytes())
    content[-1] ^= 1
    altered.write_bytes(content)
    (weights / "notes.txt").write_text("mine")
    # What is being written, and what file managers leave, is not a difference.
    (weights / ".DS_Store").write_text("")
    (weights / ".vae-3.new").mkdir()
    (weights / ".vae-3.new" / "config.json").write_text("")
    assert digests.differences(weights) == [
        "gan-100/history.csv is missing.",
        "notes.txt is not in digests.json.",
        "vae-3/model.safetensors was altered: it is not the file that digests.json lists.",
    ]


def test_a_command_lists_what_it_wrote_and_nothing_else(weights: Path) -> None:
    damaged = weights / "gan-100" / "config.json"
    damaged.write_text("{}")
    (weights / "vae-3" / "README.md").write_text("A card.")
    (weights / "vae-3" / "history.csv").unlink()
    digests.refresh(weights, "vae-3")
    assert digests.differences(weights) == [
        "gan-100/config.json was altered: it is not the file that digests.json lists."
    ]
    (weights / "claims.json").write_text("[]")
    digests.refresh(weights, "claims.json")
    assert len(digests.differences(weights)) == 1


def test_cards_stay_listed(weights: Path) -> None:
    assert cards(["vae-3", "--weights", str(weights)]) == 0
    assert (weights / "vae-3" / "README.md").is_file()
    assert digests.differences(weights) == []


def test_a_folder_without_a_list_gets_none(weights: Path) -> None:
    (weights / digests.DIGESTS).unlink()
    digests.refresh(weights, "vae-3")
    assert not (weights / digests.DIGESTS).exists()
    with pytest.raises(UserError, match=r"python train\.py digests writes it\.$"):
        digests.differences(weights)


@pytest.mark.parametrize("content", ["[]", "{}", '{"files": {"a": "b"}}', "{", '{"files": 1}'])
def test_a_list_of_something_else_is_one_sentence(weights: Path, content: str) -> None:
    (weights / digests.DIGESTS).write_text(content)
    with pytest.raises(UserError, match=r"digests\.json is (no list|not valid JSON)"):
        digests.differences(weights)


def test_commands_at_the_same_time_lose_nothing(weights: Path) -> None:
    names = [f"model-{number}" for number in range(8)]

    def add(name: str) -> None:
        (weights / name).mkdir()
        (weights / name / "config.json").write_text(name)
        digests.refresh(weights, name)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, names))
    assert digests.differences(weights) == []


def test_the_list_stays_here_when_models_are_pushed(weights: Path) -> None:
    # The Hub has hashes of its own, and its cards are other texts.
    assert list(contents.shared_files(weights)) == ["claims.json"]
    assert not trust.is_needed(digests.DIGESTS)


def test_the_list_is_sorted_and_says_nothing_of_a_machine(weights: Path) -> None:
    content = json.loads((weights / digests.DIGESTS).read_text())
    assert list(content) == ["files"]
    assert list(content["files"]) == sorted(content["files"])
    assert str(weights) not in (weights / digests.DIGESTS).read_text()

"""A push of the page: what a Space gets, and what it does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import SpaceCard

from ganvae.commands import cli
from ganvae.errors import UserError
from ganvae.hub import space
from ganvae.hub.order import Order
from tests.hub.push_server import Fault, Hub, connected

SPACE = "someone/page"
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with nothing on it."""
    with connected(monkeypatch) as one:
        yield one


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """One model, claims, and a file that is not ours."""
    folder = tmp_path / "weights"
    shutil.copytree(tiny_weights / "mlp-vae-20", folder / "mlp-vae-20")
    (folder / "claims.json").write_text("{}")
    (folder / "notes.txt").write_text("mine")
    return folder


def push(weights: Path, *more: str) -> int:
    """Run train.py --push-space."""
    return cli.main(["--push-space", SPACE, "--weights", str(weights), *more])


def test_a_space_gets_what_it_needs(hub: Hub, weights: Path) -> None:
    assert push(weights) == 0
    repo = hub.repo(SPACE, "space")
    assert repo.sdk == "gradio"
    assert [one.title for one in repo.commits.values()] == ["initial commit", "Add the page"]
    files = repo.files()
    tops = {path.split("/")[0] for path in files}
    assert tops == {
        *(
            "app.py",
            "requirements.txt",
            "constraints.txt",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        ),
        *("ganvae", "weights", "docs", ".gitattributes"),
    }
    for path in ("app.py", "README.md", "ganvae/ui/page.py"):
        assert files[path] == (ROOT / path).read_bytes()
    assert "weights/mlp-vae-20/model.safetensors" in files
    assert "weights/claims.json" in files
    assert not [path for path in files if "notes.txt" in path or "__pycache__" in path]
    # Whatever git knows of the package goes along, and nothing that it does not.
    tracked = subprocess.run(
        [
            "git",
            "-C",
            str(ROOT),
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "ganvae",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {path for path in files if path.startswith("ganvae/")} == set(tracked)


def test_the_readme_of_a_space_is_whole(hub: Hub, weights: Path) -> None:
    push(weights)
    files = hub.repo(SPACE, "space").files()
    card = SpaceCard(files["README.md"].decode())
    assert card.data.sdk == "gradio"
    shown = re.findall(r"\]\((docs/[\w.-]+\.png)\)", card.text)
    assert shown
    assert set(shown) == {path for path in files if path.startswith("docs/")}


def test_the_page_runs_from_what_was_pushed(hub: Hub, weights: Path, tmp_path: Path) -> None:
    push(weights)
    there = tmp_path / "there"
    for path, content in hub.repo(SPACE, "space").files().items():
        (there / path).parent.mkdir(parents=True, exist_ok=True)
        (there / path).write_bytes(content)
    code = (
        "from ganvae import DEFAULT_WEIGHTS; from ganvae.collection import Collection; "
        "from ganvae.ui.page import build; import app; build(Collection(DEFAULT_WEIGHTS)); "
        "print(DEFAULT_WEIGHTS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=there, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(there / "weights")


def test_only_what_changed_travels_and_what_is_gone_goes(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    push(weights)
    repo = hub.repo(SPACE, "space")
    theirs = {"extra.py": b"theirs", "docs/own.txt": b"theirs", "weights/x/own.bin": b"theirs"}
    gone = {"ganvae/former.py": b"", "docs/former.png": b"", "weights/old/config.json": b"{}"}
    repo.add("main", "Edit", {**repo.files(), **theirs, **gone, "app.py": b"changed"})
    before = repo.files()
    hub.requests.clear()
    assert push(weights) == 0
    after = repo.files()
    assert set(before) - set(after) == set(gone)
    assert {path for path in after if after[path] != before[path]} == {"app.py"}
    assert not hub.asked("PUT")
    capsys.readouterr()
    assert push(weights) == 0
    assert capsys.readouterr().out == f"{SPACE} is up to date: nothing to push.\n"


def test_a_dry_run_touches_nothing(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(weights, "--dry-run") == 0
    out = capsys.readouterr().out
    assert f"{SPACE} would be made." in out
    assert re.search(r"^add .*  app\.py$", out, re.MULTILINE)
    assert not hub.asked("POST|PUT")
    hub.make(SPACE, "space").add("main", "Edit", {"ganvae/former.py": b""})
    assert push(weights, "--dry-run") == 0
    assert re.search(r"^delete +ganvae/former\.py$", capsys.readouterr().out, re.MULTILINE)


def test_a_private_space(hub: Hub, weights: Path) -> None:
    assert push(weights, "--private") == 0
    assert hub.repo(SPACE, "space").private


@pytest.mark.parametrize("pattern", ["PUT /lfs/", "preupload", "commit/"])
def test_after_a_fault_the_space_is_as_it_was(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str], pattern: str
) -> None:
    old = {"app.py": b"old", "ganvae/former.py": b"old"}
    hub.make(SPACE, "space").add("main", "Edit", old)
    hub.faults.append(Fault(pattern, 500))
    assert push(weights) == 2
    assert "the Hub has a fault of its own (500)" in capsys.readouterr().err
    assert hub.repo(SPACE, "space").files() == old


def test_outside_of_a_clone_a_sentence_says_so(weights: Path, tmp_path: Path) -> None:
    order = Order(SPACE, "space")
    with pytest.raises(UserError, match="push the Space from a clone"):
        space.push_space(order, tmp_path, weights)

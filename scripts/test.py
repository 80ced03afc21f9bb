"""python scripts/test.py: all checks in a virtual environment of its own; arguments go to pytest.

Makes `.venv` if there is none, installs what the tests need into it, sees that there is a browser
and what browsers run models with, then checks style, format, types and whether a package has known
flaws, then types, style, format and the parts of the page's scripts that need no page, and runs the
tests, two files of them at once. The exit status is that of the first check that fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import browsers
import fetch_client
import fetch_runtime

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PINS = "constraints.txt"
CHECKS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["scripts/audit.py"],
    ["npm", "run", "--silent", "types"],
    ["npm", "run", "--silent", "lint"],
    ["npm", "run", "--silent", "format"],
    ["npm", "run", "--silent", "test"],
    # A file's tests stay together: what they share is made once.
    ["pytest", "-n", "2", "--dist", "loadfile"],
)


def main(arguments: list[str]) -> int:
    """Run every check; the exit status of the first that fails, or 0."""
    python = prepare_environment()
    if browsers.find_browser() is None and not prepare(browsers.PROGRAMS, "chromium"):
        print(
            "The page's tests need Chromium or Chrome: install one (Debian and Ubuntu: "
            "sudo apt-get install chromium), so that one of these is on the PATH: "
            f"{', '.join(browsers.PROGRAMS)}.",
            file=sys.stderr,
        )
        return 1
    if not prepare(("npm",), "npm"):
        print(
            "The page's scripts are checked by tools of npm: install it (Debian and Ubuntu: "
            "sudo apt-get install npm).",
            file=sys.stderr,
        )
        return 1
    if status := prepare_tools():
        return status
    fetch_runtime.fetch(fetch_runtime.DEFAULT_FOLDER)
    fetch_client.fetch(fetch_client.DEFAULT_FOLDER)
    for check in CHECKS:
        command = [*started(check, str(python)), *(arguments if check[0] == "pytest" else [])]
        print("$", " ".join(command if check[0] == "npm" else command[1:]), flush=True)
        status = subprocess.run(command, cwd=ROOT).returncode
        if status:
            return status
    return 0


def started(check: list[str], python: str) -> list[str]:
    """The command of a check: a program of npm's, a script of ours, or a module."""
    if check[0] == "npm":
        return [shutil.which("npm") or "npm", *check[1:]]
    return [python, *([] if check[0].endswith(".py") else ["-m"]), *check]


def prepare_tools() -> int:
    """Install what checks the page's scripts as far as it isn't; npm's exit status."""
    wanted = (ROOT / "package-lock.json").read_text()
    installed = ROOT / "node_modules" / "installed.json"
    if installed.exists() and installed.read_text() == wanted:
        return 0
    npm = [shutil.which("npm") or "npm", "ci", "--no-audit", "--no-fund", "--silent"]
    status = subprocess.run(npm, cwd=ROOT).returncode
    if not status:
        installed.write_text(wanted)
    return status


def prepare_environment() -> Path:
    """The Python of `.venv`, made and filled as far as it isn't already."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Making {ENVIRONMENT.name}", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    wanted = "".join(
        (ROOT / name).read_text() for name in ("requirements.txt", "requirements-dev.txt", PINS)
    )
    # pip takes seconds to find that nothing has changed: ask it only when something has.
    installed = ENVIRONMENT / "installed.txt"
    if not installed.exists() or installed.read_text() != wanted:
        pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "-r", "requirements-dev.txt", "-c", PINS], cwd=ROOT, check=True)
        installed.write_text(wanted)
    return python


def prepare(programs: tuple[str, ...], package: str) -> bool:
    """Whether one of the programs is there, installed first if this is Debian and we may."""
    if any(map(shutil.which, programs)):
        return True
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Installing {package}", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", package]):
            subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL)
    return any(map(shutil.which, programs))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

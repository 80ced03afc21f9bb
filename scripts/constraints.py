"""python scripts/constraints.py: write constraints.txt: a version for every package.

Makes an environment of its own, lets pip resolve requirements.txt and requirements-dev.txt in it,
and writes what came, whole. Versions only, as they are on every computer: no addresses, and no
"+cpu" of a build. What other computers need besides (CUDA's packages, which torch itself pins, or
one that a newer Python wants) is left to pip. Run it to renew the pins, then run the tests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "constraints.txt"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
_HEAD = (
    "# What a clean environment got: `python scripts/constraints.py` writes this file.",
    "# Use it with: pip install -r requirements.txt -c constraints.txt",
)


def main() -> int:
    """Resolve and write; the exit status."""
    with tempfile.TemporaryDirectory() as temporary:
        environment, report = Path(temporary) / "environment", Path(temporary) / "report.json"
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        asked = [word for name in REQUIREMENTS for word in ("-r", name)]
        quiet = ["--disable-pip-version-check", "--quiet", "--report", str(report)]
        pip = [str(python), "-m", "pip", "install", *quiet, *asked]
        done = subprocess.run(pip, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return done.returncode
        installed = json.loads(report.read_text(encoding="utf-8"))["install"]
    withdrawn = yanked(done.stderr)
    if withdrawn:
        told = ", ".join(withdrawn)
        print(f"Withdrawn by their authors, so nothing was written: {told}.", file=sys.stderr)
        return 1
    temporary_file = TARGET.with_name(f".{TARGET.name}.new")
    temporary_file.write_text(pinned(installed), encoding="utf-8")
    temporary_file.replace(TARGET)
    print(f"{TARGET.name}: {len(installed)} packages")
    return 0


def pinned(installed: list[dict[str, Any]]) -> str:
    """The file's text, from what pip reports of an installation."""
    lines = {
        normal(one["metadata"]["name"]): one["metadata"]["version"].partition("+")[0]
        for one in installed
    }
    return "\n".join((*_HEAD, *(f"{name}=={lines[name]}" for name in sorted(lines)), ""))


def yanked(warnings: str) -> list[str]:
    """What pip warns of as withdrawn by its authors, as NAME VERSION."""
    found = re.findall(r"yanked version: '([^']+)' candidate \(version (\S+) ", warnings)
    return [" ".join(one) for one in found]


def normal(name: str) -> str:
    """A package's name as indexes spell it: lower case, one dash between its words."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(path: Path = TARGET) -> dict[str, str]:
    """The pinned versions by name.

    Raises:
        ValueError: a line pins nothing to one version.
    """
    versions = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9]+(?:-[a-z0-9]+)*)==([a-z0-9.!]+)", line)
        if match is None:
            raise ValueError(f"{path.name}: {line!r} is not NAME==VERSION.")
        versions[match[1]] = match[2]
    return versions


if __name__ == "__main__":
    sys.exit(main())

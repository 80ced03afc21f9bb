"""python scripts/audit.py: whether a package of constraints.txt has a flaw that is known.

pip-audit asks PyPI's database. Where that can't be reached, or knows none of the packages as with
a mirror of the packages alone, a line says so in capitals: nothing is passed over in silence. What
needs no database is checked anyhow: that every package is pinned, and to what is installed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from constraints import ROOT, TARGET, normal, read

_COMMAND = (
    *("-m", "pip_audit", "-r", TARGET.name, "--disable-pip", "--no-deps"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "15"),
)


@dataclass(frozen=True)
class Answer:
    """What the database said.

    Attributes:
        known: how many packages it knows.
        unknown: those it doesn't.
        flaws: a line for each flaw.
    """

    known: int
    unknown: list[str]
    flaws: list[str]


def main() -> int:
    """Ask and check; the exit status: 1 where something is wrong."""
    try:
        pins = read()
    except (OSError, ValueError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 1
    wrong = off_pins(pins)
    for line in wrong:
        print(line)
    if not is_installed():
        print("audit: pip-audit is missing; requirements-dev.txt brings it.", file=sys.stderr)
        return 1
    done = subprocess.run([sys.executable, *_COMMAND], cwd=ROOT, capture_output=True, text=True)
    answer = understood(done.stdout)
    if answer is None or not answer.known:
        reason = "it knows none of the packages" if answer else _last_line(done.stderr)
        print(
            f"NOT AUDITED: the database of known flaws can't be used from here ({reason}). Nobody "
            f"looked for flaws. All {len(pins)} packages are pinned."
        )
        return int(bool(wrong))
    for line in answer.flaws:
        print(line)
    if answer.unknown:
        print(f"Not audited, as the database doesn't know them: {', '.join(answer.unknown)}.")
    print(f"{answer.known} packages audited, {len(answer.flaws)} known flaws.")
    return int(bool(wrong or answer.flaws))


def is_installed() -> bool:
    """Whether pip-audit is there."""
    return importlib.util.find_spec("pip_audit") is not None


def understood(output: str) -> Answer | None:
    """What pip-audit's JSON says; None if it is none."""
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    flaws = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", [])
    ]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    return Answer(len(packages) - len(unknown), unknown, flaws)


def off_pins(pins: dict[str, str]) -> list[str]:
    """A line for each installed package that is pinned to another version."""
    installed = {
        normal(one.metadata["Name"]): one.version.partition("+")[0]
        for one in importlib.metadata.distributions()
    }
    return [
        f"{name} {installed[name]} is installed, pinned is {version}."
        for name, version in pins.items()
        if installed.get(name, version) != version
    ]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "pip-audit said nothing"


if __name__ == "__main__":
    sys.exit(main())

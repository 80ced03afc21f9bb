"""python scripts/fetch_client.py [FOLDER]: Gradio's JavaScript client, which docs/api.md uses.

Installs what scripts/client/package-lock.json pins, digests included, into FOLDER
(.runtime/client by default). Needs npm.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "scripts" / "client"
DEFAULT_FOLDER = ROOT / ".runtime" / "client"
_LOCK = "package-lock.json"


def fetch(folder: Path) -> None:
    """Put the client and what it needs into `folder/node_modules`, if they aren't there already.

    Raises:
        SystemExit: there is no npm, or it can't get the packages as they are pinned.
    """
    if is_complete(folder):
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch @gradio/client (Debian and Ubuntu: apt-get install npm).")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        made = Path(name) / "client"
        shutil.copytree(PINNED, made)
        if subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=made).returncode:
            sys.exit("npm could not get @gradio/client.")
        if folder.exists():
            shutil.rmtree(folder)
        made.replace(folder)


def is_complete(folder: Path) -> bool:
    """Whether a folder has been filled with the versions that are pinned now."""
    lock = folder / _LOCK
    return lock.is_file() and lock.read_text() == (PINNED / _LOCK).read_text()


if __name__ == "__main__":
    fetch(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER)

"""Where a reader of a card gets the code."""

from __future__ import annotations

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

# The project's public git address, once it has one.
REPOSITORY: str | None = None
_PUBLIC_HOSTS = ("github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "huggingface.co")


def code_address(root: Path) -> str | None:
    """The https address that a clone came from, if it is on a public host; else None.

    A name or a password in it is left out: a card is for everybody.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "config", "--get", "remote.origin.url"],
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    try:
        parts = urlsplit(done.stdout.strip())
    except ValueError:
        return None
    path = parts.path.strip("/")
    if parts.scheme != "https" or parts.hostname not in _PUBLIC_HOSTS or "/" not in path:
        return None
    return f"https://{parts.hostname}/{path}"

"""Which browser the tests, the benchmarks and the README's pictures are drawn in, and how.

Needs nothing but Python: scripts/test.py looks for a browser before anything is installed.
"""

from __future__ import annotations

import os
import shutil

# The first of these on the PATH, unless the variable names a program.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "GANVAE_BROWSER"
# Without a GPU, and nothing asked of other servers.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def find_browser() -> str | None:
    """The path of the browser's program; None where there is none."""
    return os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, PROGRAMS)), None)

"""A page of its own for tests that ask it as other programs would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganvae.collection import Collection
from ganvae.ui.page import build


@contextmanager
def served(weights: Path, mcp: bool = False) -> Iterator[str]:
    """The address, without a slash at its end, of a page that runs in this process."""
    page = build(Collection(weights))
    _, url, _ = page.launch(
        prevent_thread_lock=True, quiet=True, mcp_server=mcp, **page.launch_options
    )
    yield url.rstrip("/")
    page.close(verbose=False)

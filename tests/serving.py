"""A page in the tests' own process, for those that ask it as other programs or browsers would."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganvae.collection import Collection
from ganvae.ui.page import Page, build


@contextmanager
def served(what: Path | Collection | Page, mcp: bool = False) -> Iterator[str]:
    """The address of such a page, without a slash at its end.

    Args:
        what: a folder of weights or its models, for the usual page; or another page.
    """
    # Not Gradio's own choice of a port: tests that run beside these would make the same.
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    if isinstance(what, Path):
        what = Collection(what)
    page = build(what) if isinstance(what, Collection) else what
    page.launch(
        server_name="127.0.0.1",
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        mcp_server=mcp,
        **page.launch_options,
    )
    yield f"http://127.0.0.1:{port}"
    page.close(verbose=False)

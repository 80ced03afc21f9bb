"""What of HTTP is ours around Gradio's own server: headers, names, limits, the page's HTML, shut
addresses, health, slow requests.

Each is a file of its own; `around` puts them together for `gr.Blocks.launch`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ganvae.ui.web.admission import Admission, BodyLimit
from ganvae.ui.web.doors import shut
from ganvae.ui.web.headers import Headers
from ganvae.ui.web.health import Health, health
from ganvae.ui.web.hosts import Hosts
from ganvae.ui.web.shell import Shell
from ganvae.ui.web.slow import SlowRequests
from ganvae.ui.web.strangers import Strangers


@asynccontextmanager
async def _names_first(app: Starlette) -> AsyncIterator[None]:
    """Put `Hosts` around all else when the page starts.

    Gradio puts its own rules for pages of other sites around whatever middleware it is given, and
    these let any site read a page whose name they don't know.
    """
    app.user_middleware.insert(0, Middleware(Hosts))
    app.middleware_stack = app.build_middleware_stack()
    yield


def around(
    state: Callable[[], Health],
    head: Callable[[], str],
    limit: Callable[[], int],
    routes: Sequence[BaseRoute] = (),
) -> dict[str, Any]:
    """What `launch` must be told so that the page serves what it needs and nothing else.

    Args:
        state: what /healthz answers, asked anew each time.
        head: what stands first in the head of the page's HTML, asked anew each time.
        limit: bytes that a call may have, asked anew each time.
        routes: further addresses of ours; like the shut ones they come before Gradio's.
    """
    return {
        "app_kwargs": {
            "lifespan": _names_first,
            "routes": [health(state), *routes, *shut()],
            # The outermost first.
            "middleware": [
                Middleware(Headers),
                Middleware(Shell, head),
                Middleware(SlowRequests),
                Middleware(Strangers),
                Middleware(BodyLimit, limit),
                Middleware(Admission),
            ],
        },
        # Gradio would show how the page is used to whoever reads the log,
        "enable_monitoring": False,
        # and keep a visitor's calls, in the browser or in a bucket of the Hub.
        "run_history": False,
    }

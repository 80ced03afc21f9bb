"""What of HTTP is ours around Gradio's own server: headers, the page's HTML, shut addresses,
health, slow requests.

Each is a file of its own; `around` puts them together for `gr.Blocks.launch`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from ganvae.ui.web.doors import shut
from ganvae.ui.web.headers import Headers
from ganvae.ui.web.health import Health, health
from ganvae.ui.web.shell import Shell
from ganvae.ui.web.slow import SlowRequests
from ganvae.ui.web.strangers import Strangers


def around(
    state: Callable[[], Health], head: Callable[[], str], routes: Sequence[BaseRoute] = ()
) -> dict[str, Any]:
    """What `launch` must be told so that the page serves what it needs and nothing else.

    Args:
        state: what /healthz answers, asked anew each time.
        head: what stands first in the head of the page's HTML, asked anew each time.
        routes: further addresses of ours; like the shut ones they come before Gradio's.
    """
    return {
        "app_kwargs": {
            "routes": [health(state), *routes, *shut()],
            # The outermost first.
            "middleware": [
                Middleware(Headers),
                Middleware(Shell, head),
                Middleware(SlowRequests),
                Middleware(Strangers),
            ],
        },
        # Gradio would show how the page is used to whoever reads the log,
        "enable_monitoring": False,
        # and keep a visitor's calls, in the browser or in a bucket of the Hub.
        "run_history": False,
    }

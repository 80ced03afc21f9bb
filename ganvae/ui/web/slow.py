"""One line in the log for each request that takes long, without anything of the visitor's."""

from __future__ import annotations

import logging
import time
from contextvars import ContextVar
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)
# A second without an answer is where people lose the thread of what they were doing (Nielsen,
# "Response times: the 3 important limits"); the page's own calls take a tenth of that.
LIMIT_SECONDS = 1.0
_function: ContextVar[dict[str, str] | None] = ContextVar("function", default=None)


def note_function(name: str) -> None:
    """Tell which function of ours the request in progress has come to."""
    held = _function.get()
    if held is not None:
        held["name"] = name


class SlowRequests:
    """ASGI middleware that logs what took longer than `LIMIT_SECONDS` to begin its answer.

    An answer's beginning, as some go on for as long as the visitor stays. The line names the
    pattern of the address, never the address: that may hold a visitor's session.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, held = time.perf_counter(), {"name": ""}
        token = _function.set(held)

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                seconds = time.perf_counter() - began
                if seconds > LIMIT_SECONDS:
                    name = f" ({held['name']})" if held["name"] else ""
                    _log.warning("Slow: %s%s took %.1f s.", pattern(scope), name, seconds)
            await send(message)

        try:
            await self._app(scope, receive, send_timed)
        finally:
            _function.reset(token)


def pattern(scope: Scope) -> str:
    """What an address is like, with {names} in place of what differs between visitors."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "an address of ours"))

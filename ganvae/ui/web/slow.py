"""One line in the log for each request that takes long, without anything of the visitor's."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)
# A second without an answer is where people lose the thread of what they were doing (Nielsen,
# "Response times: the 3 important limits").
LIMIT_SECONDS = 1.0


@dataclass
class _Request:
    """A request in progress: the function of ours that it has come to, and whether it is over."""

    function: str = ""
    over: bool = False


_request: ContextVar[_Request | None] = ContextVar("request", default=None)


@contextmanager
def watched(function: str) -> Iterator[None]:
    """Within, the request in progress is one for this function of ours.

    What Gradio's queue calls belongs to no request, or to one long over: that is timed here.
    """
    request = _request.get()
    if request is not None and not request.over:
        request.function = function
        yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        _tell(f"{function} through the queue", began)


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
        began, request = time.perf_counter(), _Request()
        token = _request.set(request)

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                function = f" ({request.function})" if request.function else ""
                _tell(f"{pattern(scope)}{function}", began)
            await send(message)

        try:
            await self._app(scope, receive, send_timed)
        finally:
            request.over = True
            _request.reset(token)


def _tell(what: str, began: float) -> None:
    seconds = time.perf_counter() - began
    if seconds > LIMIT_SECONDS:
        _log.warning("Slow: %s took %.1f s.", what, seconds)


def pattern(scope: Scope) -> str:
    """What an address is like, with {names} in place of what differs between visitors."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "an address of ours"))

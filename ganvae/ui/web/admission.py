"""What a call may look like before Gradio sees it: small, in JSON, with keys of a sane length.

Gradio reads a body of any size, keeps what a visitor calls their session for as long as the page
runs, and takes files from whoever sends some.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvae.ui.callers import Caller, caller
from ganvae.ui.limits import MAX_KEY

_READ_ONLY = ("GET", "HEAD", "OPTIONS")
# What a session and a call of it are known by; Gradio keeps both.
_KEYS = ("session_hash", "event_id", "trigger_id")
_JSON = "application/json"


class BodyLimit:
    """ASGI middleware that answers 413 to a larger body, one in chunks too, and reads no further.

    Args:
        limit: bytes, asked anew for each request.
    """

    def __init__(self, app: ASGIApp, limit: Callable[[], int]) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await RequestBodyLimitMiddleware(self._app, self._limit())(scope, receive, send)


class Admission:
    """ASGI middleware that reads a call whole, refuses what is none, and notes if a caller leaves.

    Stands within `BodyLimit`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = _long_key_in_address(scope)
        if refusal is None and scope["method"] not in _READ_ONLY:
            body = await _whole_body(receive)
            refusal = _refusal(Headers(scope=scope).get("content-type", ""), body)
            if refusal is None:
                await self._call(scope, receive, send, body)
                return
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _call(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        """Pass a call on whose body is read, while looking out for its end."""
        found, left = Caller(), asyncio.Event()
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def look_out() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            found.leave()
            left.set()

        async def receive_again() -> Message:
            if waiting:
                return waiting.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        token, watch = caller.set(found), asyncio.create_task(look_out())
        try:
            await self._app(scope, receive_again, send)
        finally:
            watch.cancel()
            caller.reset(token)


async def _whole_body(receive: Receive) -> bytes:
    pieces, more = [], True
    while more:
        message = await receive()
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


def _long_key_in_address(scope: Scope) -> PlainTextResponse | None:
    query = scope.get("query_string", b"").decode("latin-1")
    named = parse_qs(query).get("session_hash", []) if "session_hash" in query else []
    # Those that stand in a path: /heartbeat/KEY, /call/NAME/KEY.
    last = scope["path"].rstrip("/").rsplit("/", 1)[-1] if "/gradio_api/" in scope["path"] else ""
    in_path = last if any(f"/{word}/" in scope["path"] for word in ("heartbeat", "call")) else ""
    if any(len(key) > MAX_KEY for key in (*named, in_path)):
        return PlainTextResponse("A key of a session or a call is too long.", 400)
    return None


def _refusal(kind: str, body: bytes) -> PlainTextResponse | None:
    if not body:
        return None
    # A form or plain text comes from any site's page without the browser asking us first.
    if kind.split(";")[0].strip().lower() != _JSON:
        return PlainTextResponse(f"A call is JSON: Content-Type: {_JSON}.", 415)
    try:
        called: Any = json.loads(body)
    except (ValueError, RecursionError):
        return PlainTextResponse("The body is no JSON.", 400)
    if isinstance(called, dict):
        for key in _KEYS:
            value = called.get(key)
            if isinstance(value, str) and len(value) > MAX_KEY:
                return PlainTextResponse("A key of a session or a call is too long.", 400)
    return None

"""The page's HTML as it goes out: with our part in its head, compressed, and known again.

Gradio adds the `head` that it is told of by a script, once that has come; what a browser should
fetch first has to stand in the HTML itself.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Whoever comes again asks whether it is still the same, and gets an answer without a body.
_CACHE = "no-cache"
# After the base address, which ours are relative to, and the viewport, which says what a phone is;
# before any module script.
_BEFORE = re.compile(rb'<meta\s+name="viewport"[^>]*>')


class Shell:
    """ASGI middleware for the page's HTML; all other answers go through as they are."""

    def __init__(self, app: ASGIApp, head: Callable[[], str]) -> None:
        """
        Args:
            head: what stands first in the head, asked for each time.
        """
        self._app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in ("/", ""):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        start: Message = {}
        body = bytearray()

        async def send_whole(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if not _is_page(start):
                await send(start)
                await send(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            headers = MutableHeaders(scope=start)
            small = "gzip" in asked.get("accept-encoding", "")
            content, tag = _packed(bytes(body), self._head(), small)
            headers["ETag"] = tag
            headers["Cache-Control"] = _CACHE
            headers.add_vary_header("Accept-Encoding")
            if asked.get("if-none-match") == tag:
                del headers["Content-Length"]
                start["status"] = 304
                content = b""
            else:
                headers["Content-Length"] = str(len(content))
                if small:
                    headers["Content-Encoding"] = "gzip"
            await send(start)
            await send({"type": "http.response.body", "body": content})

        await self._app(scope, receive, send_whole)


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and "content-encoding" not in headers
    )


@functools.lru_cache(maxsize=8)
def _packed(html: bytes, head: str, small: bool) -> tuple[bytes, str]:
    """The HTML with our head in it, compressed if `small`, and its tag."""
    content = _BEFORE.sub(lambda meta: meta[0] + b"\n" + head.encode(), html, count=1)
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    return (gzip.compress(content, 6, mtime=0) if small else content), tag

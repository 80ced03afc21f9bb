"""Under which names the page answers, and to pages of which other sites.

A page on the loopback address is meant for this computer alone. But any site that a browser on it
visits may point a name of its own at 127.0.0.1 (DNS rebinding) and read what is there. So such a
page answers to the names of this computer, and to those in GANVAE_HOSTS: behind a web server that
is the public name. A page that is bound to another address answers to any name, unless GANVAE_HOSTS
is set.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvae.ui.web.mistakes import tell

VARIABLE = "GANVAE_HOSTS"
_log = logging.getLogger(__name__)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SHARED = ".gradio.live"
# Who sets these decides what addresses Gradio puts into the page.
_FORWARDED = (b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server", b"forwarded")
_READ_ONLY = ("GET", "HEAD", "OPTIONS")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9.:-]{1,100}")


class Hosts:
    """ASGI middleware: 421 for a name that is not the page's, 403 for a call by another site.

    Where no proxy is announced, what only a proxy says is left out: by GRADIO_ROOT_PATH, by
    GANVAE_HOSTS, by `--share`, or on a Space.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._listed = listed()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Known only once the page is launched.
        blocks = getattr(scope.get("app"), "blocks", None)
        bound, shared = getattr(blocks, "server_name", None), bool(getattr(blocks, "share", False))
        if not (self._listed or shared or _announced()):
            # In place: who logs a request reads from this scope what was found.
            scope["headers"] = [one for one in scope["headers"] if one[0] not in _FORWARDED]
        # The Hub's own server is all that reaches a Space.
        own = _is_loopback(bound) and not os.environ.get("SPACE_ID")
        if not (self._listed or own):
            await self._app(scope, receive, send)
            return
        headers, names = Headers(scope=scope), {*_LOOPBACK, *self._listed, bound or "localhost"}
        host = _name_of(f"//{headers.get('host', '')}")
        if not _is_one_of(host, names, shared=shared):
            allow = host if _PLAIN_NAME.fullmatch(host) else "NAME"
            tell(_log, logging.WARNING, "Not answered to a name: %s=%s allows it.", VARIABLE, allow)
            answer = PlainTextResponse("This page does not answer to that name.", 421)
            await answer(scope, receive, send)
            return
        origin = headers.get("origin")
        if origin is None or _is_one_of(_name_of(origin), names, shared=shared):
            await self._app(scope, receive, send)
        elif scope["method"] in _READ_ONLY:
            await self._app(scope, receive, _without_permission(send))
        else:
            answer = PlainTextResponse("Pages of other sites can't call this one.", 403)
            await answer(scope, receive, send)


def listed() -> tuple[str, ...]:
    """The names in GANVAE_HOSTS, with commas or blanks between them."""
    return tuple(name.lower() for name in re.split(r"[\s,]+", os.environ.get(VARIABLE, "")) if name)


def _announced() -> bool:
    return bool(os.environ.get("GRADIO_ROOT_PATH") or os.environ.get("SPACE_ID"))


def _is_loopback(bound: str | None) -> bool:
    return bound is not None and (bound in _LOOPBACK or bound.startswith("127."))


def _is_one_of(name: str, names: Collection[str], *, shared: bool) -> bool:
    return name in names or (shared and name.endswith(_SHARED))


def _name_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _without_permission(send: Send) -> Send:
    """Take out the headers by which a browser would let another site's page read the answer."""

    async def send_less(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
        await send(message)

    return send_less

"""The headers of every answer: what a browser may do with this page, and what it may keep.

No header forbids frames: on the Hugging Face Hub a Space's page is in one.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvae.ui.engine.runtime import location

_PLAIN = {
    # A file is what its type says, never a script because it looks like one.
    "X-Content-Type-Options": "nosniff",
    # The address holds what the visitor looks at: other sites needn't know.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# Scripts and style sheets, whose names or addresses say which version they are. A policy is for
# documents and workers; on a hundred files it would be a tenth of what a phone has to fetch.
_PARTS = ("/assets/", "/ganvae/")
_WORKER = "/worker.js"
# Gradio's own have the digest of their content in their names.
_FOREVER = "public, max-age=31536000, immutable"
# Gradio's page on a Space asks the Hub about the Space, for the bar at its top.
_HUB = ("https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co")
# The page of `--share` loads Gradio's scripts from there.
_SHARED = ("https://gradio.s3-us-west-2.amazonaws.com",)


class Headers:
    """ASGI middleware that adds the headers to every answer; one that is there already stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._engine = _engine_places()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Known only once the page is launched.
        shared = getattr(getattr(scope.get("app"), "blocks", None), "share", False)
        added = dict(_PLAIN)
        part = scope["path"].startswith(_PARTS) and not scope["path"].endswith(_WORKER)
        if not part:
            added["Content-Security-Policy"] = policy(self._engine, shared=bool(shared))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if part and message["status"] == 200:
                    headers.setdefault("Cache-Control", _FOREVER)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def policy(engine: tuple[str, ...] = (), *, shared: bool = False) -> str:
    """The Content-Security-Policy.

    Gradio builds functions from text and our scripts stand in the page, so 'unsafe-eval' and
    'unsafe-inline' can't go. What it does: no script, picture or worker from anywhere else, and
    nothing that is sent anywhere else.

    Args:
        engine: origins that the browser fetches ONNX Runtime Web from.
        shared: whether `--share` was given.
    """
    hub = _HUB if os.environ.get("SPACE_ID") else ()
    gradio = _SHARED if shared else ()
    rules = {
        "default-src": ("'self'", *gradio),
        "script-src": ("'self'", "'unsafe-inline'", "'unsafe-eval'", "blob:", *engine, *gradio),
        "style-src": ("'self'", "'unsafe-inline'", *gradio),
        "img-src": ("'self'", "data:", "blob:", *hub, *gradio),
        "media-src": ("'self'", "data:", "blob:"),
        "font-src": ("'self'", "data:", *gradio),
        "connect-src": ("'self'", "data:", "blob:", *engine, *hub, *gradio),
        "worker-src": ("'self'", "blob:"),
        "object-src": ("'none'",),
        "base-uri": ("'self'",),
        "form-action": ("'self'",),
    }
    return "; ".join(" ".join((name, *values)) for name, values in rules.items())


def _engine_places() -> tuple[str, ...]:
    place = location()
    if not isinstance(place, str):
        return ()
    parts = urlsplit(place)
    return (f"{parts.scheme}://{parts.netloc}",)

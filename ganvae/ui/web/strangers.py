"""What Gradio can't make sense of: one line in the log and status 400, no traceback.

Where the answer has begun it ends there: a stream of word about a session that there isn't.

Our own functions say themselves what is wrong (see component.py and api.py). What gets here was
raised by Gradio's routes over a request that no page of ours sends.
"""

from __future__ import annotations

import logging

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvae.ui.web.mistakes import tell
from ganvae.ui.web.slow import pattern

_log = logging.getLogger(__name__)


class Strangers:
    """ASGI middleware that answers 400 where a route fails, or ends the answer that has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            if scope["type"] != "http":
                raise
            kind = type(error).__name__
            tell(_log, logging.WARNING, "%s could not be answered (%s).", pattern(scope), kind)
            _log.debug("The whole of it:", exc_info=error)
            if begun:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            else:
                await PlainTextResponse("Bad request.", 400)(scope, receive, send)

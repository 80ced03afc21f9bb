"""What Gradio can't make sense of: one line in the log and status 400, no traceback.

Our own functions say themselves what is wrong (see component.py and api.py). What gets here was
raised by Gradio's routes over a request that no page of ours sends.
"""

from __future__ import annotations

import logging

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ganvae.ui.web.slow import pattern

_log = logging.getLogger(__name__)


class Strangers:
    """ASGI middleware that answers 400 where a route fails before its answer has begun."""

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
            if scope["type"] != "http" or begun:
                raise
            kind = type(error).__name__
            _log.warning("%s could not be answered (%s).", pattern(scope), kind)
            _log.debug("The whole of it:", exc_info=error)
            await PlainTextResponse("Bad request.", 400)(scope, receive, send)

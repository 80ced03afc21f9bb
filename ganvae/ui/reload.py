"""POST /reload: whoever keeps the page makes it show the newest weights, without a restart.

curl -X POST -H "Authorization: Bearer $GANVAE_RELOAD_TOKEN" https://HOST/reload
"""

from __future__ import annotations

import hmac
import logging
import os
import threading
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ganvae.errors import UserError

VARIABLE = "GANVAE_RELOAD_TOKEN"
_log = logging.getLogger(__name__)


def routes(reload: Callable[[], str]) -> list[Route]:
    """The endpoint; none where GANVAE_RELOAD_TOKEN is not set.

    Args:
        reload: does the work and returns the note of what is shown now; raises UserError, having
            changed nothing.
    """
    token = os.environ.get(VARIABLE, "").strip()
    if not token:
        return []
    expected = f"Bearer {token}".encode()
    busy = threading.Lock()

    def attempt() -> JSONResponse:
        if not busy.acquire(blocking=False):
            return _answer(409, error="The weights are being loaded already.")
        try:
            return _answer(200, shown=reload())
        except UserError as error:
            return _answer(502, error=f"{error} The page goes on with the weights it has.")
        except Exception:
            _log.exception("The weights could not be loaded again.")
            return _answer(500, error="Loading failed, the server's log says why; nothing changed.")
        finally:
            busy.release()

    async def answer(request: Request) -> JSONResponse:
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, expected):
            return _answer(401, error="The Authorization header is not Bearer and the right token.")
        return await run_in_threadpool(attempt)

    return [Route("/reload", answer, methods=["POST"])]


def _answer(status: int, **content: str) -> JSONResponse:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse({"ok": status == 200, **content}, status, headers)

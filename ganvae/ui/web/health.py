"""GET /healthz: whether the page is up, and with which weights, for whoever watches over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

PATH = "/healthz"


class Health(TypedDict):
    """The answer.

    Attributes:
        status: "ok".
        models: how many are loaded.
        weights: 16 hexadecimal digits of these very weights, the same on every computer; None
            where no model is loaded.
        source: where they come from, as the foot of the page says it.
    """

    status: str
    models: int
    weights: str | None
    source: str


def health(state: Callable[[], Health]) -> Route:
    """The endpoint, for anyone: it says nothing that the page doesn't.

    Args:
        state: the answer, asked anew each time.
    """

    def answer(_: Request) -> JSONResponse:
        return JSONResponse(state(), headers={"Cache-Control": "no-store"})

    return Route(PATH, answer, methods=["GET", "HEAD"])

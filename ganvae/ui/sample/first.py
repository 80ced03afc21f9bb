"""The pictures that the page opens with: drawn before anybody asks, and files of their own.

Whoever comes again has them already: an address holds the digest of what it means.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ganvae.collection import Collection
from ganvae.ui.modules import FOREVER
from ganvae.ui.sample.server import draw

_PREFIX = "pictures"
# Pages that are open may still want those of the models that were shown before.
_KEPT = 8


class FirstPictures:
    """The answers to what the Sample tab would ask first, on a wide screen and on a phone."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def answers(self, collection: Collection, config: dict[str, Any]) -> dict[str, Any] | None:
        """What `draw` would answer for the page as it opens: {"wide": answer, "phone": answer}.

        Each has the request that it answers, and its pictures as addresses relative to the page's
        root. None where there is nothing to show.
        """
        pair = next(iter(config["pairs"]), None)
        if pair is None:
            return None
        request = {
            "models": [name for name in (pair["vae"], pair["gan"]) if name],
            "seed": config["default_seed"],
            "temperature": 1,
            "matched": False,
            "fitted": pair["fitted"],
        }
        counts = {"wide": pair["count"], "phone": pair["phone_count"]}
        return {
            screen: self._answer(collection, {**request, "count": count})
            for screen, count in counts.items()
        }

    def _answer(self, collection: Collection, request: dict[str, Any]) -> dict[str, Any]:
        sheets = draw(collection, request)["sheets"]
        kept = {
            name: {**sheet, "image": self._keep(sheet["image"])} for name, sheet in sheets.items()
        }
        return {"request": request, "sheets": kept}

    def _keep(self, data_url: str) -> str:
        content = base64.b64decode(data_url.partition(",")[2])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
        # Set anew, it is the newest.
        self._files.pop(name, None)
        self._files[name] = content
        for old in list(self._files)[:-_KEPT]:
            del self._files[old]
        return f"{_PREFIX}/{name}"

    def route(self) -> Route:
        """Where the server hands them out."""

        def hand_out(request: Request) -> Response:
            content = self._files.get(request.path_params["name"])
            if content is None:
                raise HTTPException(404)
            return Response(content, media_type="image/png", headers={"Cache-Control": FOREVER})

        return Route(f"/{_PREFIX}/{{name}}", hand_out, methods=["GET", "HEAD"])

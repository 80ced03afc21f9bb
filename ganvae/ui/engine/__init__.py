"""The engine: decoders and discriminators that run in the visitor's own browser.

The page's configuration says where the runtime and the models are (`setup`, `parts`); the server
hands them out under addresses that never mean another file (`routes`); `engine.js` does the rest.
"""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.export.format import ExportedFile, read_whole
from ganvae.ui.engine.runtime import description, location
from ganvae.ui.shelf import Shelf

_PREFIX = "engine"
_log = logging.getLogger(__name__)
# An address holds the version of the runtime or the digest of the model.
_MEDIA = "application/octet-stream"
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


def setup() -> dict[str, Any] | None:
    """What `engine.js` needs besides the models; None where it is switched off.

    Returns:
        `runtime`, its files as {url, bytes, integrity}. Here and in `parts` a url without a host is
        relative to the page's root.

    Raises:
        UserError: GANVAE_ORT_URL makes no sense.
    """
    place = location()
    if place is None:
        return None
    known = description()
    start = place if isinstance(place, str) else _runtime_prefix(known)
    files = [{"url": start + name, **file} for name, file in known["files"].items()]
    return {"runtime": files}


def parts(collection: Collection, name: str) -> dict[str, Any]:
    """What of a model a browser can run: {"decoder": {url, bytes, integrity}, ...}."""
    return {
        file.path.stem: {
            "url": quote(_address(name, file)),
            "bytes": file.bytes,
            "integrity": _integrity(file),
        }
        for file in collection.exported(name)
    }


def routes(shelf: Shelf) -> list[Route]:
    """Where the server hands out what browsers run: these files and no others.

    Files of models that were replaced stay where they were: pages that are open may ask for them.
    """
    first = shelf.current
    models = _model_files(first)
    seen = {first.version}
    place, known = location(), description()
    runtime = (
        {_runtime_prefix(known) + name: place / name for name in known["files"]}
        if isinstance(place, Path)
        else {}
    )

    def hand_out(request: Request) -> Response:
        collection = shelf.current
        if collection.version not in seen:
            models.update(_model_files(collection))
            seen.add(collection.version)
        address = f"{_PREFIX}/{request.path_params['rest']}"
        if address in models:
            return _model_response(models[address])
        if address in runtime and runtime[address].is_file():
            return FileResponse(runtime[address], media_type=_MEDIA, headers=_HEADERS)
        raise HTTPException(404)

    return [Route(f"/{_PREFIX}/{{rest:path}}", hand_out, methods=["GET", "HEAD"])]


def _model_response(file: ExportedFile) -> Response:
    try:
        return Response(read_whole(file), media_type=_MEDIA, headers=_HEADERS)
    except UserError as error:
        # Its folder has changed since; the page that asks has the server draw instead.
        _log.warning("%s", error)
        raise HTTPException(404) from error


def _model_files(collection: Collection) -> dict[str, ExportedFile]:
    return {
        _address(name, file): file
        for name, entry in collection.entries.items()
        if entry.recipe
        for file in collection.exported(name)
    }


def _address(name: str, file: ExportedFile) -> str:
    return f"{_PREFIX}/models/{name}/{file.sha256[:16]}/{file.path.name}"


def _integrity(file: ExportedFile) -> str:
    return f"sha256-{base64.b64encode(bytes.fromhex(file.sha256)).decode()}"


def _runtime_prefix(known: dict[str, Any]) -> str:
    return f"{_PREFIX}/runtime/{known['version']}/"

"""Which ONNX Runtime Web the visitor's browser loads, and from where.

`runtime.json` names the npm package, its version and the three files of it that run models in a
worker on one thread, in the order script, module, binary. A browser takes them from a public CDN
unless GANVAE_ORT_URL names another place; wherever they come from, their digests must be those.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ganvae.errors import UserError

URL_VARIABLE = "GANVAE_ORT_URL"
OFF = "off"
_CDN = "https://cdn.jsdelivr.net/npm/{package}@{version}/dist/"


def description() -> dict[str, Any]:
    """What runtime.json says: package, version, and of each file its bytes and integrity."""
    content: dict[str, Any] = json.loads(
        Path(__file__).with_name("runtime.json").read_text(encoding="utf-8")
    )
    return content


def location() -> str | Path | None:
    """Where the files are: an address that ends in a slash, a folder here, or None for "off".

    Raises:
        UserError: GANVAE_ORT_URL is none of these, or a file is missing in the folder.
    """
    asked = os.environ.get(URL_VARIABLE, "").strip()
    known = description()
    if asked == OFF:
        return None
    if not asked:
        return _CDN.format(**known)
    if Path(asked).is_dir():
        missing = [name for name in known["files"] if not (Path(asked) / name).is_file()]
        if missing:
            raise UserError(f"{URL_VARIABLE}: there is no {missing[0]} in {asked}.")
        return Path(asked).resolve()
    parts = urlsplit(asked)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise UserError(
            f"{URL_VARIABLE} must be a folder or an http or https address with the files of "
            f"{known['package']} {known['version']}, or {OFF!r}, not {asked[:80]!r}."
        )
    return asked if asked.endswith("/") else f"{asked}/"

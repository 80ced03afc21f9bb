"""The page's scripts and style sheets as a browser gets them: files under /ganvae/VERSION/.

A script is an ES module that imports others by relative addresses, so all of them lie in one folder
whose name says which version they are: whatever is fetched from it may be kept for ever, and a page
that is open never mixes two versions. Which files there are and what is in them is read once, so
that a server goes on with what it began with.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PREFIX = "ganvae"
# How everything outside the modules calls them: `import("ganvae")`, whatever the page's address.
NAME = "ganvae"
# How modules call the words of the page's language, and where those are.
WORDS, _WORDS_FILE = "#words", "words/en.js"
FOREVER = "public, max-age=31536000, immutable"
_FOLDER = Path(__file__).parent
_TYPES = {".js": "text/javascript", ".css": "text/css"}
_IMPORT = re.compile(r'^(?:import|export) (?:[^;"]*? from )?"(\.[^"]+|#words)";', re.MULTILINE)


@dataclass(frozen=True)
class Modules:
    """All scripts and style sheets of the page.

    Attributes:
        version: 16 hexadecimal digits of all their contents.
        files: content by path below `ganvae/ui`.
    """

    version: str
    files: dict[str, bytes]

    def address(self, path: str) -> str:
        """Where a file is, relative to the page's root."""
        return f"{PREFIX}/{self.version}/{path}"

    def imported(self, path: str) -> list[str]:
        """The modules that one imports itself, in its order."""
        text = self.files[path].decode()
        return [
            _WORDS_FILE if to == WORDS else posixpath.normpath(posixpath.join(path, "..", to))
            for to in _IMPORT.findall(text)
        ]

    def imports(self, entry: str) -> dict[str, str]:
        """The page's import map, for what is not imported by a relative address."""
        names = {NAME: entry, WORDS: _WORDS_FILE}
        return {name: f"./{self.address(path)}" for name, path in names.items()}

    def wording(self) -> dict[str, dict[str, str]]:
        """The words of the page's language, by part of the page and name."""
        text = self.files[_WORDS_FILE].decode()
        # The script is JSON but for its first line.
        found: dict[str, dict[str, str]] = json.loads(text[text.index("{") : text.rindex("}") + 1])
        return found

    def needed(self, paths: Iterable[str]) -> list[str]:
        """The modules and all that they import, each once, nearer ones first."""
        found: dict[str, None] = {}
        waiting = list(paths)
        while waiting:
            path = waiting.pop(0)
            if path not in found:
                found[path] = None
                waiting += self.imported(path)
        return list(found)

    def routes(self) -> list[Route]:
        """Where the server hands them out, and nothing else."""
        packed = {path: gzip.compress(content, 9, mtime=0) for path, content in self.files.items()}

        def hand_out(request: Request) -> Response:
            path = request.path_params["rest"]
            if request.path_params["version"] != self.version or path not in self.files:
                raise HTTPException(404)
            headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
            content = self.files[path]
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                headers["Content-Encoding"] = "gzip"
                content = packed[path]
            return Response(content, media_type=_TYPES[Path(path).suffix], headers=headers)

        return [Route(f"/{PREFIX}/{{version}}/{{rest:path}}", hand_out, methods=["GET", "HEAD"])]


@functools.cache
def modules() -> Modules:
    """All of them, read when they are first asked for."""
    paths = sorted(path for path in _FOLDER.rglob("*") if path.suffix in _TYPES)
    files = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for path, content in files.items():
        digest.update(f"{path} {len(content)} ".encode() + content)
    return Modules(digest.hexdigest()[:16], files)

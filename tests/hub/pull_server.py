"""A small Hub on this computer: what huggingface_hub asks for when it downloads, and its faults."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

DATE = "2026-05-04T03:02:01.000Z"
# What the Hub stores apart, under the SHA-256 of the content.
LARGE = (".safetensors", ".onnx")


def commit_of(files: dict[str, bytes]) -> str:
    """A commit's name: another for other files."""
    digest = hashlib.sha1()
    for path, content in sorted(files.items()):
        digest.update(path.encode() + b"\0" + hashlib.sha1(content).digest())
    return digest.hexdigest()


def files_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their path in it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@dataclass
class Hub:
    """What the server has and what is wrong with it.

    Attributes:
        commits: the files of each commit; `refs` names some of them.
        status: answer every question with it instead.
        late_status: answer with it only when a file's content is asked for.
        altered, truncated, cut: paths whose content comes changed, short, or breaks off.
        sizes: sizes told of paths instead of the true ones.
        asked: path of every content that was sent.
    """

    url: str = ""
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    status: int = 0
    late_status: int = 0
    altered: set[str] = field(default_factory=set)
    truncated: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    sizes: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, files: dict[str, bytes], ref: str = "main") -> str:
        """Make these files the newest commit of a branch; its name."""
        commit = commit_of(files)
        self.commits[commit] = dict(files)
        self.refs[ref] = commit
        return commit

    def heal(self) -> None:
        """No more faults."""
        self.status = self.late_status = 0
        for faults in (self.altered, self.truncated, self.cut):
            faults.clear()
        self.sizes.clear()


def blob(content: bytes) -> str:
    """Git's name of a content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def serving(repo: str) -> Iterator[Hub]:
    """A Hub with one repository."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(False)

        def do_GET(self) -> None:
            self._answer(True)

        def _answer(self, body: bool) -> None:
            path = unquote(urlsplit(self.path).path).strip("/")
            if hub.status:
                return self._fail(hub.status)
            if path.startswith(f"api/models/{repo}"):
                return self._describe(path.removeprefix(f"api/models/{repo}").strip("/"))
            if path.startswith(f"{repo}/resolve/"):
                return self._content(path.removeprefix(f"{repo}/resolve/"), body)
            return self._fail(404, "RepoNotFound")

        def _describe(self, rest: str) -> None:
            kind, _, revision = rest.partition("/")
            if kind not in ("", "revision", "tree"):
                return self._fail(404)
            commit = self._commit(revision or "main")
            if commit is None:
                return self._fail(404, "RevisionNotFound")
            told = [self._told(*file) for file in hub.commits[commit].items()]
            if kind == "tree":
                entries = [{"type": "file", "path": one.pop("rfilename"), **one} for one in told]
                for entry in entries:
                    entry["oid"] = entry.pop("blobId")
                    if "lfs" in entry:
                        entry["lfs"]["oid"] = entry["lfs"].pop("sha256")
                return self._send(200, json.dumps(entries).encode())
            info = {
                "_id": "0",
                "id": repo,
                "sha": commit,
                "lastModified": DATE,
                "private": False,
                "tags": [],
                "siblings": told,
            }
            return self._send(200, json.dumps(info).encode())

        def _told(self, path: str, content: bytes) -> dict[str, Any]:
            size = hub.sizes.get(path, len(content))
            told: dict[str, Any] = {"rfilename": path, "size": size, "blobId": blob(content)}
            if path.endswith(LARGE):
                digest = hashlib.sha256(content).hexdigest()
                told["lfs"] = {"sha256": digest, "size": size, "pointerSize": 130}
            return told

        def _content(self, rest: str, body: bool) -> None:
            revision, _, path = rest.partition("/")
            commit = self._commit(revision)
            content = hub.commits.get(commit or "", {}).get(path)
            if content is None:
                return self._fail(404, "EntryNotFound")
            large = path.endswith(LARGE)
            etag = hashlib.sha256(content).hexdigest() if large else blob(content)
            headers = {"X-Repo-Commit": commit or "", "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
            if path in hub.altered:
                content = bytes([content[0] ^ 1]) + content[1:]
            if path in hub.truncated:
                content = content[: len(content) // 2]
            if not body:
                return self._send(200, content, headers, body=False)
            if hub.late_status:
                return self._fail(hub.late_status)
            hub.asked.append(path)
            if path in hub.cut:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
                return None
            start = 0
            if asked := self.headers.get("Range"):
                start = int(asked.removeprefix("bytes=").split("-")[0] or 0)
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return self._send(206 if asked else 200, content[start:], headers)

        def _commit(self, revision: str) -> str | None:
            commit = hub.refs.get(revision, revision)
            return commit if commit in hub.commits else None

        def _fail(self, status: int, code: str = "") -> None:
            headers = {"X-Error-Code": code, "X-Error-Message": "no"} if code else {}
            self._send(status, b'{"error": "no"}', headers)

        def _send(
            self,
            status: int,
            content: bytes,
            headers: dict[str, str] | None = None,
            body: bool = True,
        ) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

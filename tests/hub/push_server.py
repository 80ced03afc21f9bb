"""A Hub on 127.0.0.1, as small as the real client lets it be: repositories in memory, and faults.

What the client calls of the Hub's API is answered like the Hub answers it; a commit is made whole
or not at all, and every branch keeps all its commits, so that a test can look at each.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import HfApi, constants
from huggingface_hub.utils import _http

from ganvae.hub import remote

WRITE, READ, UNKNOWN = "hf_write", "hf_read", "hf_unknown"
# Files that the Hub keeps outside git, like its own .gitattributes asks for.
_LARGE = (".safetensors", ".onnx", ".webp", ".jpg")
_REPO = r"/api/(?P<kind>model|space)s/(?P<repo>[^/]+/[^/]+)"
CUT = "cut"


@dataclass
class Commit:
    """One commit: its id, message, parent, and everything that it holds."""

    oid: str
    title: str
    parent: str | None
    files: dict[str, bytes]


@dataclass
class Repo:
    """A repository: the branches' heads, the commits by id, and how it was made."""

    private: bool = False
    sdk: str | None = None
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)

    def add(self, branch: str, title: str, files: dict[str, bytes]) -> Commit:
        """A new commit on a branch."""
        parent = self.branches.get(branch)
        oid = hashlib.sha1(f"{parent}{title}{len(self.commits)}".encode()).hexdigest()
        commit = self.commits[oid] = Commit(oid, title, parent, files)
        self.branches[branch] = oid
        return commit

    def files(self, branch: str = "main") -> dict[str, bytes]:
        """What a branch holds."""
        return self.commits[self.branches[branch]].files

    def find(self, revision: str) -> Commit | None:
        """The commit of a branch's name or an id."""
        return self.commits.get(self.branches.get(revision, revision))


@dataclass
class Fault:
    """Requests that a pattern fits ("PUT /lfs/") are answered by a status, or cut off.

    Attributes:
        spare: how many of them are answered rightly before.
        times: how many are faulty; None for all that follow.
    """

    pattern: str
    answer: int | str
    spare: int = 0
    times: int | None = None


class Hub:
    """The server's state; `url` is its endpoint."""

    def __init__(self) -> None:
        self.repos: dict[tuple[str, str], Repo] = {}
        self.objects: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.before_commit: Callable[[], None] | None = None
        self.lock = threading.RLock()
        self.url = ""

    def repo(self, name: str = "someone/models", kind: str = "model") -> Repo:
        """A repository that is there."""
        return self.repos[kind, name]

    def make(self, name: str = "someone/models", kind: str = "model", **more: Any) -> Repo:
        """A new repository, as the Hub makes it: with a first commit."""
        repo = self.repos[kind, name] = Repo(**more)
        repo.add("main", "initial commit", {".gitattributes": b"*.png filter=lfs\n"})
        return repo

    def fault(self, request: str) -> int | str | None:
        """What is wrong with a request, None if nothing is."""
        for fault in self.faults:
            if re.search(fault.pattern, request):
                if fault.spare > 0:
                    fault.spare -= 1
                elif fault.times is None or fault.times > 0:
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault.answer
        return None

    def asked(self, pattern: str) -> list[str]:
        """The requests so far that a pattern fits."""
        return [request for request in self.requests if re.search(pattern, request)]


@contextmanager
def running() -> Iterator[Hub]:
    """A Hub that answers until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def connected(patch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub that the client in this process speaks to, with a token that may write."""
    with running() as hub:
        patch.setattr(remote, "client", lambda: HfApi(endpoint=hub.url))
        patch.setenv("HF_TOKEN", WRITE)
        # The server has no Xet; and the client is to try again at once.
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        patch.setattr(_http, "time", SimpleNamespace(sleep=lambda seconds: None))
        yield hub


def blob_id(content: bytes) -> str:
    """Git's id of a file."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_large(path: str) -> bool:
    """Whether a file is kept outside git."""
    return path.endswith(_LARGE)


class _Refused(Exception):  # noqa: N818 - it is an answer
    def __init__(self, status: int, text: str, code: str | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.code = status, text, code


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        """Nothing: tests read what the command prints."""

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - http.server's names

    def _answer(self) -> None:
        body = self._body()
        path = unquote(urlsplit(self.path).path)
        request = f"{self.command} {path}"
        with self.hub.lock:
            self.hub.requests.append(request)
            fault = self.hub.fault(request)
            try:
                if fault == CUT:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if fault is not None:
                    raise _Refused(int(fault), "a fault of the test")
                for pattern, action in _ROUTES:
                    match = re.fullmatch(pattern, request)
                    if match:
                        action(self, body, **match.groupdict())
                        return
                raise _Refused(404, f"no such address: {request}")
            except _Refused as refused:
                headers = {"X-Error-Code": refused.code} if refused.code else {}
                headers["X-Error-Message"] = refused.text
                self._send({"error": refused.text}, refused.status, headers)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _token(self) -> str | None:
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None

    def _may_write(self, repo: str) -> None:
        if self._token() is None:
            raise _Refused(401, "Repository Not Found", "RepoNotFound")
        if self._token() not in (WRITE, READ):
            raise _Refused(401, "Invalid credentials in Authorization header")
        if self._token() != WRITE or repo.split("/")[0] not in ("someone", "guild"):
            raise _Refused(403, "You don't have the right to write.")

    def _found(self, kind: str, repo: str) -> Repo:
        found = self.hub.repos.get((kind, repo))
        if found is None or (found.private and self._token() is None):
            raise _Refused(404, "Repository not found", "RepoNotFound")
        return found

    def _commit_of(self, repo: Repo, revision: str) -> Commit:
        commit = repo.find(revision)
        if commit is None:
            raise _Refused(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit

    def whoami(self, _: bytes) -> None:
        if self._token() not in (WRITE, READ):
            raise _Refused(401, "Invalid credentials in Authorization header")
        role = "write" if self._token() == WRITE else "read"
        self._send(
            {
                "type": "user",
                "name": "someone",
                "orgs": [{"name": "guild"}],
                "auth": {"accessToken": {"displayName": "t", "role": role}},
            }
        )

    def auth_check(self, _: bytes, kind: str, repo: str) -> None:
        self._found(kind, repo)
        self._may_write(repo)
        self._send({})

    def create(self, body: bytes) -> None:
        asked = json.loads(body)
        kind = asked.get("type") or "model"
        name = f"{asked.get('organization') or 'someone'}/{asked['name']}"
        self._may_write(name)
        prefix = "spaces/" if kind == "space" else ""
        url = f"{self.hub.url}/{prefix}{name}"
        if (kind, name) in self.hub.repos:
            self._send({"error": "You already created this repo", "url": url}, 409)
            return
        private = asked.get("visibility") == "private" or bool(asked.get("private"))
        self.hub.make(name, kind, private=private, sdk=asked.get("sdk"))
        self._send({"url": url, "name": name})

    def validate(self, _: bytes) -> None:
        self._send({"errors": [], "warnings": []})

    def info(self, _: bytes, kind: str, repo: str, revision: str | None = None) -> None:
        commit = self._commit_of(self._found(kind, repo), revision or "main")
        siblings: list[dict[str, Any]] = []
        for path, content in commit.files.items():
            known: dict[str, Any] = {"rfilename": path, "size": len(content)}
            known["blobId"] = blob_id(content)
            if is_large(path):
                oid = hashlib.sha256(content).hexdigest()
                known["lfs"] = {"sha256": oid, "size": len(content), "pointerSize": 130}
            siblings.append(known)
        self._send({"id": repo, "sha": commit.oid, "siblings": siblings, "tags": []})

    def tree(self, _: bytes, kind: str, repo: str, revision: str) -> None:
        commit = self._commit_of(self._found(kind, repo), revision)
        folders = {path.rsplit("/", 1)[0] for path in commit.files if "/" in path}
        listed: list[dict[str, Any]] = [
            {"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in folders
        ]
        for path, content in commit.files.items():
            entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content)}
            entry["oid"] = blob_id(content)
            if is_large(path):
                oid = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"oid": oid, "size": len(content), "pointerSize": 130}
                entry["oid"] = blob_id(oid.encode())
            listed.append(entry)
        self._send(listed)

    def branch(self, body: bytes, kind: str, repo: str, branch: str) -> None:
        self._may_write(repo)
        found = self._found(kind, repo)
        start = json.loads(body or b"{}").get("startingPoint") or "main"
        found.branches[branch] = self._commit_of(found, start).oid
        self._send({})

    def preupload(self, body: bytes, kind: str, repo: str, revision: str) -> None:
        self._may_write(repo)
        self._commit_of(self._found(kind, repo), revision)
        self._send(
            {
                "files": [
                    {
                        "path": one["path"],
                        "uploadMode": "lfs" if is_large(one["path"]) else "regular",
                        "shouldIgnore": False,
                        "oid": None,
                    }
                    for one in json.loads(body)["files"]
                ]
            }
        )

    def batch(self, body: bytes, repo: str) -> None:
        self._may_write(repo)
        objects = []
        for one in json.loads(body)["objects"]:
            answer = {"oid": one["oid"], "size": one["size"]}
            if one["oid"] not in self.hub.objects:
                answer["actions"] = {
                    "upload": {"href": f"{self.hub.url}/lfs/{one['oid']}", "header": {}},
                    "verify": {"href": f"{self.hub.url}/verify", "header": {}},
                }
            objects.append(answer)
        self._send({"transfer": "basic", "objects": objects})

    def upload(self, body: bytes, oid: str) -> None:
        if hashlib.sha256(body).hexdigest() != oid:
            raise _Refused(400, "the content does not fit its id")
        self.hub.objects[oid] = body
        self._send({})

    def verify(self, body: bytes) -> None:
        if json.loads(body)["oid"] not in self.hub.objects:
            raise _Refused(404, "not uploaded")
        self._send({})

    def commit(self, body: bytes, kind: str, repo: str, revision: str) -> None:
        self._may_write(repo)
        found = self._found(kind, repo)
        if self.hub.before_commit is not None:
            self.hub.before_commit()
        head = self._commit_of(found, revision)
        lines = [json.loads(line) for line in body.splitlines() if line]
        header = lines[0]["value"]
        if header.get("parentCommit") not in (None, head.oid):
            raise _Refused(412, "A commit has happened since. Please refresh and try again.")
        files = dict(head.files)
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                if value["oid"] not in self.hub.objects:
                    raise _Refused(400, f"{value['path']} was not uploaded")
                files[value["path"]] = self.hub.objects[value["oid"]]
            elif line["key"] == "deletedFile":
                if files.pop(value["path"], None) is None:
                    raise _Refused(404, "A file with this name doesn't exist", "EntryNotFound")
            else:
                raise _Refused(400, f"unknown key {line['key']}")
        commit = found.add(revision, header["summary"], files)
        self._send(
            {"commitUrl": f"{self.hub.url}/{repo}/commit/{commit.oid}", "commitOid": commit.oid}
        )

    def resolve(self, _: bytes, kind: str | None, repo: str, revision: str, path: str) -> None:
        commit = self._commit_of(self._found("space" if kind else "model", repo), revision)
        if path not in commit.files:
            raise _Refused(404, "Entry not found", "EntryNotFound")
        content = commit.files[path]
        oid = hashlib.sha256(content).hexdigest() if is_large(path) else blob_id(content)
        self._send(content, 200, {"X-Repo-Commit": commit.oid, "ETag": f'"{oid}"'})


_ROUTES: tuple[tuple[str, Callable[..., None]], ...] = (
    (r"GET /api/whoami-v2", _Handler.whoami),
    (rf"GET {_REPO}/auth-check(/write)?", _Handler.auth_check),
    (r"POST /api/repos/create", _Handler.create),
    (r"POST /api/validate-yaml", _Handler.validate),
    (rf"GET {_REPO}", _Handler.info),
    (rf"GET {_REPO}/revision/(?P<revision>.+)", _Handler.info),
    (rf"GET {_REPO}/tree/(?P<revision>.+)", _Handler.tree),
    (rf"POST {_REPO}/branch/(?P<branch>.+)", _Handler.branch),
    (rf"POST {_REPO}/preupload/(?P<revision>.+)", _Handler.preupload),
    (rf"POST {_REPO}/commit/(?P<revision>.+)", _Handler.commit),
    (r"POST /(spaces/)?(?P<repo>[^/]+/[^/]+)\.git/info/lfs/objects/batch", _Handler.batch),
    (r"PUT /lfs/(?P<oid>\w+)", _Handler.upload),
    (r"POST /verify", _Handler.verify),
    (
        r"(GET|HEAD) /(?P<kind>spaces/)?(?P<repo>[^/]+/[^/]+)/resolve/"
        r"(?P<revision>[^/]+)/(?P<path>.+)",
        _Handler.resolve,
    ),
)

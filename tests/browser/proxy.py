"""A small reverse proxy on this computer: what nginx does below a path."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_CHUNK = 16384


@contextmanager
def reverse_proxy(target: str, path: str) -> Iterator[str]:
    """The address below which `target` answers, `path` cut off; anything else is a 404.

    Args:
        target: an http address without a path.
        path: begins with a slash and ends without one.
    """
    host = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        def forward(self) -> None:
            if self.path == "/favicon.ico":
                # Browsers ask the host for it by themselves; it is none of the page's.
                self.send_response(204)
                self.end_headers()
                return
            if not self.path.startswith(f"{path}/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            upstream = http.client.HTTPConnection(host, timeout=120)
            headers = dict(self.headers.items()) | {"Connection": "close"}
            try:
                upstream.request(self.command, self.path.removeprefix(path), body, headers)
                answer = upstream.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                # As it comes: what the server streams must not wait for its end.
                while part := answer.read1(_CHUNK):
                    self.wfile.write(part)
                    self.wfile.flush()
            except (BrokenPipeError, ConnectionError, TimeoutError):
                self.close_connection = True
            finally:
                upstream.close()

        do_GET = do_POST = do_HEAD = forward  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{path}"
    finally:
        server.shutdown()
        server.server_close()

"""The addresses of Gradio's that this page has no use for: they answer 404.

Gradio's server can take files, fetch addresses, keep a visitor's state and show how it is used.
Nothing of the page needs that, so nobody gets it. A test names every route of Gradio's, so that a
new one is looked at before it is open.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

_API = "/gradio_api"
SHUT = (
    # Files of visitors: the page sends pictures within its calls, and only their pixels are used.
    f"{_API}/upload",
    f"{_API}/upload_progress",
    f"{_API}/process_recording",
    # Addresses elsewhere, which this server would fetch for whoever asks.
    f"{_API}/proxy={{rest:path}}",
    f"{_API}/file=http:{{rest:path}}",
    f"{_API}/file=https:{{rest:path}}",
    # The state of a visitor's page as a file on this server's disk.
    f"{_API}/deep_link",
    # Calls of a visitor in a bucket of the Hub, with a token.
    f"{_API}/runs",
    f"{_API}/run-history/{{rest:path}}",
    # Who uses the page, and how.
    "/monitoring",
    "/monitoring/{rest:path}",
    f"{_API}/profiling/{{rest:path}}",
    # Sound and video in pieces, and files of components that others made: there are none.
    f"{_API}/stream/{{rest:path}}",
    f"{_API}/custom_component/{{rest:path}}",
    # For people who write a Gradio page, not for its visitors.
    f"{_API}/dev/reload",
    f"{_API}/vibe-edit",
    f"{_API}/undo-vibe-edit",
    f"{_API}/vibe-code",
    f"{_API}/vibe-starter-queries",
    # An icon that the page doesn't have: its own is within it.
    "/pwa_icon",
    "/pwa_icon/{rest:path}",
    # Nobody logs in.
    "/login",
    "/logout",
    f"{_API}/token",
)


def shut() -> list[Route]:
    """Routes that answer 404, whatever the method, with and without a slash at the end."""
    refuse = PlainTextResponse("Not found.", 404)
    paths = [*SHUT, *(f"{path}/" for path in SHUT if not path.endswith("}"))]
    # Gradio's API page asks how often each endpoint was called: nobody counts.
    uncounted = Route("/monitoring/summary", JSONResponse({"functions": {}}))
    return [uncounted, *(Route(path, refuse) for path in paths)]

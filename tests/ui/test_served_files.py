"""What a live page hands out: what it needs, and no file of the server's or of a visitor's."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio import routes as gradio_routes
from PIL import Image, PngImagePlugin

from ganvae.ui.originals import PHOTO_SIDE
from ganvae.ui.web.doors import SHUT
from tests.serving import served

ROOT = Path(__file__).resolve().parents[2]
# Every place of Gradio's that answers with files.
PLACES = (
    *("/gradio_api/file=", "/gradio_api/file/", "/file=", "/file/", "/static/", "/assets/"),
    *("/svelte/", "/gradio_api/", "/gradio_api/proxy=", "/gradio_api/custom_component/", "/"),
    *("/engine/", "/engine/models/face-vae-128/", "/pwa_icon/", "/gradio_api/stream/"),
)
INSIDE = ("config.json", "model.safetensors", "history.csv", "metrics.json", "snapshots/index.json")
# What the page and its clients use of Gradio, each looked at.
OPEN = {
    *("/", "/config", "/config/", "/theme.css", "/gradio_api/theme.css", "/robots.txt"),
    *("/manifest.json", "/favicon.ico", "/static/{path:path}", "/assets/{path:path}"),
    "/svelte/{path:path}",
    # Files that an endpoint drew; nothing else lies in that folder, as nobody can put it there.
    *("/gradio_api/file={path_or_url:path}", "/gradio_api/file/{path:path}"),
    *("/gradio_api/user", "/gradio_api/user/", "/gradio_api/app_id", "/gradio_api/app_id/"),
    *("/gradio_api/login_check", "/gradio_api/login_check/", "/gradio_api/startup-events"),
    *("/gradio_api/info", "/gradio_api/info/", "/gradio_api/openapi.json"),
    *("/gradio_api/run/{api_name}", "/gradio_api/run/{api_name}/"),
    *("/gradio_api/api/{api_name}", "/gradio_api/api/{api_name}/"),
    *("/gradio_api/call/{api_name}", "/gradio_api/call/{api_name}/"),
    *("/gradio_api/call/v2/{api_name}", "/gradio_api/call/v2/{api_name}/"),
    *("/gradio_api/call/{api_name}/{event_id}", "/gradio_api/call/v2/{api_name}/{event_id}"),
    *("/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/queue/status"),
    *("/gradio_api/component_server", "/gradio_api/component_server/"),
    *("/gradio_api/heartbeat/{session_hash}", "/gradio_api/cancel"),
    *("/gradio_api/reset", "/gradio_api/reset/"),
}


@pytest.fixture(scope="module")
def weights(face_weights: Path) -> Path:
    return face_weights


@pytest.fixture(scope="module")
def client(weights: Path) -> Iterator[httpx.Client]:
    with served(weights) as url, httpx.Client(base_url=url, timeout=60) as made:
        yield made


def asked(client: httpx.Client, path: str) -> httpx.Response:
    """The answer to a path that is sent as it is written: a browser would tidy `..` away."""
    url = client.base_url.copy_with(raw_path=path.encode())
    return client.send(httpx.Request("GET", url))


def ways_to(path: Path, weights: Path) -> list[str]:
    """How somebody may try to name a file."""
    up = "../" * 12
    absolute = str(path).lstrip("/")
    return [
        str(path),
        absolute,
        f"/{path}",
        f"{up}{absolute}",
        f"{up}{absolute}".replace("/", "%2f"),
        f"{up}{absolute}".replace("../", "..%5c"),
        f"{up}{absolute}".replace(".", "%2e"),
        f"{up}{absolute}".replace("../", "..%252f"),
        f"....//....//{absolute}",
        str(path.relative_to(weights)) if path.is_relative_to(weights) else path.name,
    ]


@pytest.mark.parametrize("place", PLACES)
def test_no_file_of_the_server_is_handed_out(
    client: httpx.Client, weights: Path, place: str
) -> None:
    files = [
        *(weights / "face-vae-128" / name for name in INSIDE),
        ROOT / "app.py",
        Path("/etc/passwd"),
    ]
    for path in files:
        content = path.read_bytes()
        for way in ways_to(path, weights):
            answer = asked(client, place + way)
            assert answer.status_code in (400, 403, 404), (place + way, answer.status_code)
            assert content[:200] not in answer.content


def test_what_the_page_needs_is_there(client: httpx.Client) -> None:
    page = client.get("/").text
    needed = re.findall(r'(?:src|href)="\.(/assets/[^"]+)"', page)
    assert len(needed) >= 2
    more = ("/static/js/iframeResizer.contentWindow.min.js", "/theme.css", "/config")
    for path in (*needed, *more, "/gradio_api/info", "/manifest.json", "/healthz"):
        assert client.get(path).status_code == 200, path
    drawn = client.post("/gradio_api/run/sample", json={"data": ["face-vae-128", 1, 4, 1, False]})
    (picture,) = drawn.json()["data"]
    made = client.get(f"/gradio_api/file={picture['path']}")
    assert made.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(made.content)).format == "PNG"


@pytest.mark.parametrize("path", SHUT)
def test_a_shut_address_is_not_there(client: httpx.Client, path: str) -> None:
    filled = path.replace("{rest:path}", "//example.com/x")
    for method in ("GET", "POST", "HEAD", "OPTIONS"):
        for end in ("", "/"):
            assert client.request(method, filled + end).status_code == 404, (method, filled + end)


def test_every_route_of_gradios_is_open_or_shut() -> None:
    source = Path(gradio_routes.__file__).read_text(encoding="utf-8")
    found = {
        ("/gradio_api" if owner == "router" else "") + path
        for owner, path in re.findall(
            r'@(router|app)\.(?:get|post|put|delete|head|patch)\(\s*f?"([^"]*)"', source
        )
    }
    assert len(found) > 60
    shut = [re.escape(path).replace(re.escape("{rest:path}"), ".*") for path in SHUT]
    # `f"/{page}"` is for pages with other names than "", of which there are none.
    others = found - OPEN - {"/{page}", "/{page}/"}
    unknown = {path for path in others if not any(re.fullmatch(f"{one}/?", path) for one in shut)}
    assert unknown == set(), "look at them, then name them here or in doors.py"


def secret_picture() -> tuple[bytes, bytes]:
    """A PNG with a digit, and the words in it that only its file holds."""
    secret = b"taken at home by nobody else"
    picture = Image.new("L", (64, 64))
    picture.paste(255, (24, 12, 40, 52))
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", secret.decode())
    stream = io.BytesIO()
    picture.save(stream, "PNG", pnginfo=notes)
    assert secret in stream.getvalue()
    return stream.getvalue(), secret


def test_the_bytes_of_a_visitors_file_are_never_kept_or_served(
    client: httpx.Client, gradio_folder: Path
) -> None:
    content, secret = secret_picture()
    before = set(gradio_folder.rglob("*"))
    for address in ("/gradio_api/upload", "/gradio_api/upload/", "/upload"):
        answer = client.post(address, files={"files": ("photo.png", content)})
        assert answer.status_code in (404, 405, 415)
    for data in (
        {"path": "photo.png", "meta": {"_type": "gradio.FileData"}},
        {"path": "http://example.com/x.png", "meta": {"_type": "gradio.FileData"}},
        {"path": "/etc/passwd", "url": "http://example.com", "meta": {"_type": "gradio.FileData"}},
    ):
        for values in ([data, 1, 4, 1, False], ["face-vae-128", [[data]], 4, 1, False]):
            answer = client.post("/gradio_api/run/sample", json={"data": values})
            assert "no files and no addresses" in answer.json()["error"]
    # A photo comes as its pixels: the file stays with its visitor. One that is sent in their place
    # is refused, and what comes back is drawn by the server.
    pixels = np.random.default_rng(0).integers(0, 256, (PHOTO_SIDE, PHOTO_SIDE, 3), np.uint8)
    wanted = {"vae": "face-vae-128", "gan": None, "seed": 0, "original": "photo"}
    for sent, fine in ((pixels.tobytes(), True), (content, False)):
        encoded = base64.b64encode(sent).decode()
        body = {**wanted, "photo": encoded, "file": base64.b64encode(content).decode()}
        answer = in_component(client, "gv-reconstruct", "encode", body)
        assert answer.status_code == 200
        assert ("vae" in answer.json()) == fine
        assert ("A photo must be" in answer.text) != fine
        assert encoded[:1000] not in answer.text
        assert secret not in answer.content
    assert set(gradio_folder.rglob("*")) == before


def in_component(
    client: httpx.Client, element: str, function: str, data: dict[str, Any]
) -> httpx.Response:
    """The answer of a component's function on the server, called as the browser does."""
    config = client.get("/config").json()
    (component,) = [one for one in config["components"] if one["props"].get("elem_id") == element]
    body = {
        "data": data,
        "component_id": component["id"],
        "fn_name": function,
        "session_hash": "nobody",
    }
    return client.post("/gradio_api/component_server", json=body)

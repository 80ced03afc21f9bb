"""What browsers are told to run themselves, and the addresses where they get it."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.export.shared import put_together
from ganvae.ui import engine
from ganvae.ui.engine.runtime import URL_VARIABLE, description, location
from ganvae.ui.shelf import Shelf

FILES = list(description()["files"])


@pytest.fixture(scope="module")
def collection(exported_weights: Path) -> Collection:
    return Collection(exported_weights)


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """A folder with files of the right names."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text(name)
    return folder


def client(collection: Collection) -> TestClient:
    return TestClient(Starlette(routes=engine.routes(Shelf(collection))))


def test_a_pinned_version_from_the_cdn_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    setup = engine.setup()
    assert setup is not None
    version = description()["version"]
    for name, file in zip(FILES, setup["runtime"], strict=True):
        assert file["url"].startswith("https://")
        assert file["url"].endswith(f"@{version}/dist/{name}")
        algorithm, _, digest = file["integrity"].partition("-")
        assert algorithm == "sha384"
        assert len(base64.b64decode(digest)) == 48


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("https://example.org/ort/", "https://example.org/ort/ort.wasm.min.js"),
        ("http://10.0.0.2:8000/ort", "http://10.0.0.2:8000/ort/ort.wasm.min.js"),
    ],
)
def test_another_address(monkeypatch: pytest.MonkeyPatch, asked: str, first: str) -> None:
    monkeypatch.setenv(URL_VARIABLE, asked)
    setup = engine.setup()
    assert setup is not None
    assert setup["runtime"][0]["url"] == first


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "off")
    assert location() is None
    assert engine.setup() is None


@pytest.mark.parametrize("asked", ["ftp://example.org/", "nowhere", "https://", "https://a/?b=c"])
def test_what_is_no_place_is_refused(monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv(URL_VARIABLE, asked)
    with pytest.raises(UserError, match=f"{URL_VARIABLE} must be a folder or an http or https"):
        engine.setup()


def test_a_folder_that_lacks_a_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, runtime: Path
) -> None:
    (runtime / FILES[2]).unlink()
    monkeypatch.setenv(URL_VARIABLE, str(runtime))
    with pytest.raises(UserError, match=f"there is no {FILES[2]}"):
        engine.setup()


def test_a_folders_files_are_served(
    monkeypatch: pytest.MonkeyPatch, runtime: Path, collection: Collection
) -> None:
    monkeypatch.setenv(URL_VARIABLE, str(runtime))
    setup = engine.setup()
    assert setup is not None
    for name, file in zip(FILES, setup["runtime"], strict=True):
        answer = client(collection).get(f"/{file['url']}")
        assert answer.text == name
        assert "immutable" in answer.headers["cache-control"]


def test_models_are_served_under_their_digests(
    monkeypatch: pytest.MonkeyPatch, collection: Collection, exported_weights: Path
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "off")
    parts = engine.parts(collection, "gan-100")
    assert set(parts) == {"decoder", "discriminator"}
    assert set(engine.parts(collection, "vae-10")) == {"decoder"}
    for name, part in parts.items():
        content = put_together(exported_weights / "gan-100" / f"{name}.onnx", 2**20)
        answer = client(collection).get(f"/{part['url']}")
        assert answer.content == content
        assert part["bytes"] == len(content)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert part["integrity"] == f"sha256-{digest}"
        assert hashlib.sha256(content).hexdigest()[:16] in part["url"]


@pytest.mark.parametrize(
    "path",
    [
        "models/gan-100/0000000000000000/decoder.onnx",
        "models/gan-100/decoder.onnx",
        "models/gan-100/../gan-100/config.json",
        "..%2F..%2Fapp.py",
        "/etc/passwd",
        "",
    ],
)
def test_nothing_else_is_served(
    monkeypatch: pytest.MonkeyPatch, collection: Collection, path: str
) -> None:
    monkeypatch.setenv(URL_VARIABLE, "off")
    assert client(collection).get(f"/engine/{path}").status_code == 404


def test_a_decoder_of_other_weights_is_left_to_the_server(
    exported_weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(exported_weights / "vae-10", tmp_path / "vae-10")
    export = tmp_path / "vae-10" / "export.json"
    content: dict[str, Any] = json.loads(export.read_text())
    export.write_text(json.dumps({**content, "weights": "0" * 64}))
    with caplog.at_level(logging.WARNING):
        assert engine.parts(Collection(tmp_path), "vae-10") == {}
    assert "vae-10 is drawn by the server only" in caplog.text


def test_a_decoder_that_changed_since_is_left_to_the_server(
    exported_weights: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(exported_weights / "vae-10", tmp_path / "vae-10")
    collection = Collection(tmp_path)
    address = f"/{engine.parts(collection, 'vae-10')['decoder']['url']}"
    asked = client(collection)
    assert asked.get(address).status_code == 200
    weights = tmp_path / "vae-10" / "model.safetensors"
    content = weights.read_bytes()
    for damage in (content[:2000] + bytes(len(content) - 2000), content[:1000], None):
        weights.unlink() if damage is None else weights.write_bytes(damage)
        with caplog.at_level(logging.WARNING):
            assert asked.get(address).status_code == 404
        assert "decoder.onnx" in caplog.text
        caplog.clear()
    weights.write_bytes(content)
    assert asked.get(address).status_code == 200


def test_a_model_that_was_not_exported_has_no_parts(tiny_weights: Path) -> None:
    assert engine.parts(Collection(tiny_weights), "vae-10") == {}

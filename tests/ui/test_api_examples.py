"""The examples of docs/api.md do what they say, as printed, on a page that runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvae import render
from ganvae.collection import Collection
from tests.serving import served

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "api.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE = 120


def blocks(language: str) -> list[str]:
    """The code blocks of a language, as printed."""
    return [code for name, code in BLOCK.findall(DOCUMENT.read_text()) if name == language]


@pytest.fixture(scope="module")
def url(tiny_weights: Path) -> Iterator[str]:
    with served(tiny_weights, mcp=True) as url:
        yield url


@pytest.fixture(scope="module")
def expected(tiny_weights: Path) -> np.ndarray:
    """The picture that all examples ask for."""
    collection = Collection(tiny_weights)
    images = collection.generate("gan-100", collection.sample_z("gan-100", 7, 16, 1.0))
    return np.asarray(render.grid(images, scale=4))


def run(command: list[str | Path], url: str, folder: Path) -> str:
    """What a program prints that knows the page's address."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "GANVAE_URL": url},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def javascript_modules() -> Path:
    """The folder with Gradio's client; without it the test is skipped, or fails in CI."""
    folder = ROOT / ".runtime" / "client" / "node_modules"
    missing = None
    if not (folder / "@gradio" / "client").is_dir():
        missing = f"There is no client in {folder}: python scripts/fetch_client.py gets it."
    elif not shutil.which("node"):
        missing = "There is no node."
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    elif missing:
        pytest.skip(missing)
    return folder


def test_python(url: str, expected: np.ndarray, tiny_weights: Path, tmp_path: Path) -> None:
    code = next(code for code in blocks("python") if "gradio_client" in code)
    printed = run([sys.executable, "-c", code], url, tmp_path)
    assert "gan-100 gan 100\n" in printed
    assert len(printed.splitlines()) >= len(list(tiny_weights.iterdir()))
    assert (pixels(tmp_path / "sample.png") == expected).all()
    nearer = pixels(tmp_path / "nearer.png")
    assert nearer.shape == expected.shape
    assert (nearer != expected).any()
    with Image.open(tmp_path / "walk.gif") as movie:
        assert movie.format == "GIF"
        assert getattr(movie, "n_frames", 1) > 1


def test_javascript(url: str, expected: np.ndarray, tiny_weights: Path, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(javascript_modules())
    (code,) = blocks("javascript")
    (tmp_path / "example.mjs").write_text(code)
    printed = run(["node", "example.mjs"], url, tmp_path)
    assert set(printed.split()) == {folder.name for folder in tiny_weights.iterdir()}
    assert (pixels(tmp_path / "sample.png") == expected).all()


def test_curl(url: str, expected: np.ndarray, tmp_path: Path) -> None:
    (code,) = blocks("sh")
    run(["sh", "-c", code], url, tmp_path)
    assert (pixels(tmp_path / "sample.png") == expected).all()


def test_mcp(url: str, expected: np.ndarray, tmp_path: Path) -> None:
    code = next(code for code in blocks("python") if "from mcp" in code)
    printed = run([sys.executable, "-c", code], url, tmp_path)
    names = [line.partition(" - ")[0] for line in printed.splitlines()]
    assert names == ["models", "sample", "points", "decode", "walk"]
    assert (pixels(tmp_path / "sample.png") == expected).all()


def test_every_example_is_tested() -> None:
    assert [len(blocks(name)) for name in ("python", "javascript", "sh", "json")] == [2, 1, 1, 1]


def test_the_address_for_mcp_clients_is_the_one_that_answers() -> None:
    (text,) = blocks("json")
    (server,) = json.loads(text)["mcpServers"].values()
    assert server["url"].endswith("/gradio_api/mcp/")
    assert server["url"].startswith("http://127.0.0.1:7860/")


def test_every_endpoint_is_in_the_table() -> None:
    rows = re.findall(r"^\| `/(\w+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert rows == ["models", "sample", "points", "decode", "walk"]

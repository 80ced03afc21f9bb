"""A repository of tiny models on a Hub of the test's own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.pull_server import Hub, files_of, serving

REPO = "ada/models"


@pytest.fixture(scope="session")
def remote_files(tiny_weights: Path) -> dict[str, bytes]:
    """Two models, and what nobody should download."""
    found = files_of(tiny_weights)
    kept = {path: content for path, content in found.items() if path.split("/")[0] in MODELS}
    return kept | {
        "claims.json": b"{}",
        "train.py": b"raise SystemExit",
        "vae-10/model.pt": b"\x80",
    }


MODELS = ("vae-10", "gan-100")


@pytest.fixture
def hub(
    remote_files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hub]:
    """The Hub that the client is told to ask, and an empty cache."""
    with serving(REPO) as hub:
        hub.put(remote_files)
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("HF_HUB_CACHE", raising=False)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        # The client waits between its attempts; a test need not.
        monkeypatch.setattr(time, "sleep", lambda _: None)
        yield hub

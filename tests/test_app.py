"""The command line of the page: what is wrong is one sentence, exit status 2, no traceback."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import app

ROOT = Path(__file__).resolve().parent.parent
LOCAL = "127.0.0.1"
# What the tests themselves may run under.
UNSET = dict.fromkeys(
    (*("GRADIO_SERVER_PORT", "GRADIO_SERVER_NAME", "GANVAE_WEIGHTS"), "GANVAE_LOG_LEVEL")
)


def refused(*arguments: str, **environment: str) -> str:
    """The one sentence that app.py ends with."""
    done = CliRunner(env={**UNSET, **environment}).invoke(app.main, arguments)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert done.stdout == ""
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


def test_missing_weights(tmp_path: Path) -> None:
    sentence = refused("--weights", str(tmp_path / "nowhere"))
    assert sentence.startswith("There is no weights folder")
    assert "--weights" in sentence


def test_weights_from_the_environment(tmp_path: Path) -> None:
    assert "elsewhere" in refused(GANVAE_WEIGHTS=str(tmp_path / "elsewhere"))


def test_no_model(tmp_path: Path) -> None:
    sentence = refused("--weights", str(tmp_path))
    assert sentence.startswith("There is no usable model in")


def test_no_usable_model_says_why(tmp_path: Path, tiny_weights: Path) -> None:
    shutil.copytree(tiny_weights / "vae-3", tmp_path / "vae-3")
    weights = tmp_path / "vae-3" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    clean = {name: value for name, value in os.environ.items() if name not in UNSET}
    done = subprocess.run(
        [sys.executable, ROOT / "app.py", "--weights", tmp_path],
        env=clean,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("Error: There is no usable model in")
    assert "vae-3" in line
    assert "cut short" in line


def test_what_a_killed_training_left_hidden_is_put_back(tmp_path: Path, tiny_weights: Path) -> None:
    shutil.copytree(tiny_weights / "vae-3", tmp_path / ".vae-3.old")
    (tmp_path / ".vae-3.old" / "model.safetensors").write_bytes(b"")
    # Broken as well: else the page would open.
    assert "vae-3" in refused("--weights", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["vae-3"]


def test_mcp_without_its_package(monkeypatch: pytest.MonkeyPatch, tiny_weights: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    sentence = refused("--mcp", "--weights", str(tiny_weights))
    assert "pip install 'gradio[mcp]'" in sentence


def test_port_in_use(tmp_path: Path) -> None:
    here = ("--weights", str(tmp_path))
    with socket.create_server((LOCAL, 0)) as taken:
        port = taken.getsockname()[1]
        sentence = f"Port {port} is in use; give another with --port."
        assert refused(*here, "--port", str(port)) == sentence
        assert refused(*here, GRADIO_SERVER_PORT=str(port)) == sentence


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "7860.5", ""])
def test_bad_port(port: str) -> None:
    assert "--port" in refused("--port", port)


def test_bad_host(tmp_path: Path) -> None:
    # An address for documentation: no computer has it.
    sentence = refused("--weights", str(tmp_path), GRADIO_SERVER_NAME="203.0.113.1")
    assert "203.0.113.1" in sentence


def test_bad_log_level(tmp_path: Path) -> None:
    assert "'loud' is not one of 'debug', 'info'" in refused("--log-level", "loud")
    assert "'loud' is not one of" in refused(GANVAE_LOG_LEVEL="loud")


def test_unknown_option() -> None:
    assert "--wieghts" in refused("--wieghts", "x")


def test_help_names_the_options() -> None:
    done = CliRunner().invoke(app.main, ["--help"])
    assert done.exit_code == 0
    for option in ("--weights", "--port", "--share", "GANVAE_WEIGHTS", "GRADIO_SERVER_PORT"):
        assert option in done.output


def test_the_next_free_port_is_taken() -> None:
    with socket.socket() as first:
        # A connection that was just closed doesn't keep the port from us, nor from the page.
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # If it fails, someone else has the port: as good.
        with contextlib.suppress(OSError):
            first.bind((LOCAL, app.DEFAULT_PORT))
            first.listen()
        assert app.free_port(LOCAL, None) > app.DEFAULT_PORT

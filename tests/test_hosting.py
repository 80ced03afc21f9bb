"""docs/hosting.md: what it tells people to type exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import app
from benchmarks.startup import SPACE_PORT
from ganvae.commands import cli, former
from ganvae.ui.reload import VARIABLE
from ganvae.ui.web.health import PATH as HEALTH

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
# Read by Gradio, not by us.
GRADIOS = {"GRADIO_ROOT_PATH": "blocks.py", "GRADIO_SERVER_NAME": "http_server.py"}


def words(command: str) -> tuple[dict[str, str], list[str]]:
    """The variables that a command sets, and the command itself."""
    parts = shlex.split(command)
    variables = {}
    while parts and re.fullmatch(r"[A-Z_]+=.*", parts[0]):
        name, value = parts.pop(0).split("=", 1)
        variables[name] = value
    return variables, parts


def source_of(parts: list[str]) -> Path | None:
    """Where the script of a command lies."""
    if parts[:2] == ["python", "-m"]:
        return ROOT / (parts[2].replace(".", "/") + ".py")
    return ROOT / parts[1] if parts[:1] == ["python"] else None


def code_of(script: Path) -> str:
    """What may hold a script's options: itself, and for train.py the packages behind it."""
    packages = ("commands",) if script.name == "train.py" else ()
    behind = [path for one in packages for path in (ROOT / "ganvae" / one).rglob("*.py")]
    return "".join(path.read_text(encoding="utf-8") for path in (script, *behind))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists(command: str) -> None:
    _, parts = words(command)
    script = source_of(parts)
    if parts[:1] == ["curl"]:
        if urlsplit(parts[-1]).path == HEALTH:
            return
        code = (ROOT / "ganvae" / "ui" / "reload.py").read_text(encoding="utf-8")
        assert f'Route("{urlsplit(parts[-1]).path}"' in code
        assert parts[parts.index("-H") + 1] == f"Authorization: Bearer ${VARIABLE}"
        return
    if script is None:
        assert parts in ([], ["pip", "install", "-r", "requirements.txt", "-c", "constraints.txt"])
        return
    assert script.is_file(), script
    code = code_of(script)
    for option in (part for part in parts if part.startswith("--")):
        assert f'"{option}"' in code, f"{script.name} has no {option}"


def test_every_variable_is_read_somewhere() -> None:
    ours = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "app.py", *ROOT.glob("ganvae/**/*.py"))
    )
    named = set(re.findall(r"\b(?:GANVAE|GRADIO)_[A-Z_]+\b", TEXT))
    assert {"GANVAE_WEIGHTS", "GANVAE_ORT_URL", "GRADIO_ROOT_PATH"} <= named
    import gradio

    for name in named:
        place = GRADIOS.get(name)
        code = ours if place is None else (Path(gradio.__file__).parent / place).read_text()
        assert f'"{name}"' in code, name


def test_every_option_in_a_sentence_exists() -> None:
    prose = re.sub(r"^```.*?^```$", "", TEXT, flags=re.DOTALL | re.MULTILINE)
    options = set(re.findall(r"`(--[a-z-]+)`", prose))
    commands = [app.main, *cli.command.commands.values()]
    known = {option for one in commands for p in one.params for option in p.opts} | {*former.FLAGS}
    assert options
    assert options <= known


def test_files_and_ports_it_names() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).is_file(), target
    assert f"--port {SPACE_PORT}" in TEXT
    # nginx cuts the path off that the page is told.
    (path,) = re.findall(r"GRADIO_ROOT_PATH=(\S+)", TEXT)
    assert f"location {path}/ {{" in TEXT
    assert f"proxy_pass http://127.0.0.1:{SPACE_PORT}/;" in TEXT

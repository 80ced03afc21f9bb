"""What a card prints as code runs as it is printed, in a process of its own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ganvae import DEFAULT_WEIGHTS, cards
from ganvae.cards import address

ROOT = DEFAULT_WEIGHTS.parent
PUBLIC = "https://github.com/someone/ganvae"


def blocks(text: str, language: str) -> list[str]:
    """The code of a language that a card shows."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def card(name: str) -> str:
    return (DEFAULT_WEIGHTS / name / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("vae-100", "assert mean.shape == log_variance.shape == (8, 100)"),
        ("mini-gan-100", "assert realness.shape == (8,)"),
        ("mlp-gan-100", "assert realness.min() >= 0"),
        ("face-gan-128", "assert realness.max() <= 1"),
        ("digit-classifier", "assert logits.shape == (8, 10) and features.shape == (8, 128)"),
    ],
)
def test_the_code_runs_as_printed(name: str, checks: str) -> None:
    (code,) = blocks(card(name), "python")
    shape = re.search(r"model.generate.*# \(([\d, ]+)\) in", code)
    if shape:
        checks += f"\nassert images.shape == ({shape[1]})\nassert 0 <= images.min() < images.max()"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{checks}"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_clone_installs_as_printed(tmp_path: Path) -> None:
    (command,) = blocks(card("vae-100"), "sh")
    assert command == "pip install .\n"
    # What it needs is there already, and nobody's environment is to change.
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--target", str(tmp_path / "site")]
    clone = tmp_path / "clone"
    clone.mkdir()
    for part in ("pyproject.toml", "README.md", "requirements.txt", "LICENSE", "ganvae"):
        (clone / part).symlink_to(ROOT / part)
    words = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", *words, *options], cwd=clone, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    site = tmp_path / "site" / "ganvae"
    assert (site / "cards" / "usage.py").is_file()
    assert (site / "ui" / "header" / "script.js").is_file()


def test_a_card_on_the_hub_names_its_repository() -> None:
    text = cards.write_card(DEFAULT_WEIGHTS / "vae-100", "someone/models", PUBLIC)
    assert blocks(text, "sh") == [f"pip install git+{PUBLIC}\n"]
    (code,) = blocks(text, "python")
    assert 'ganvae.load("vae-100", source="someone/models")' in code
    compile(code, "card", "exec")


def test_a_card_with_an_address_says_how_to_clone() -> None:
    text = cards.write_card(DEFAULT_WEIGHTS / "vae-100", code=PUBLIC)
    (commands,) = blocks(text, "sh")
    assert commands.splitlines() == [f"git clone {PUBLIC} ganvae", "cd ganvae", "pip install ."]
    assert 'ganvae.load("vae-100")' in text


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://github.com/someone/ganvae.git", "https://github.com/someone/ganvae.git"),
        ("https://name:secret@github.com/someone/ganvae", "https://github.com/someone/ganvae"),
        ("https://huggingface.co/spaces/someone/x", "https://huggingface.co/spaces/someone/x"),
        ("git@github.com:someone/ganvae.git", None),
        ("http://github.com/someone/ganvae", None),
        ("https://git.office.example/someone/ganvae", None),
        ("https://github.com/", None),
        ("/home/someone/ganvae", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_a_clones_address(origin: str, expected: str | None, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    if origin:
        config = ["config", "remote.origin.url", origin]
        subprocess.run(["git", "-C", tmp_path, *config], check=True)
    assert address.code_address(tmp_path) == expected


def test_no_clone_has_no_address(tmp_path: Path) -> None:
    assert address.code_address(tmp_path / "nowhere") is None

"""How a process that was launched with others knows them, and leaves them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ganvae.training import launched

ROOT = Path(__file__).resolve().parents[2]
# Whoever ends as Python does hears of it at the end, and this one then fails.
LEAVE = """
import atexit, os
from ganvae.training.launched import leave
atexit.register(lambda: os._exit(9))
print("said")
leave({status})
"""

TRAIN = """
import atexit, os, runpy, sys
atexit.register(lambda: os._exit(9))
sys.argv = ["train.py", "--list"]
runpy.run_path("train.py", run_name="__main__")
"""


def end_of(program: str, **environment: str) -> tuple[int, str]:
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return finished.returncode, finished.stdout


def test_a_process_that_nobody_launched_is_the_first_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("WORLD_SIZE", "RANK"):
        monkeypatch.delenv(name, raising=False)
    assert (launched.rank(), launched.world()) == (0, 1)
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("RANK", "3")
    assert (launched.rank(), launched.world()) == (3, 4)


@pytest.mark.parametrize("status", [0, 2])
def test_one_of_several_leaves_at_once_with_its_status_and_what_it_said(status: int) -> None:
    assert end_of(LEAVE.format(status=status), WORLD_SIZE="2", RANK="1") == (status, "said\n")


def test_a_process_alone_ends_as_python_does() -> None:
    assert end_of(LEAVE.format(status=0), WORLD_SIZE="1") == (9, "said\n")


def test_the_command_line_leaves_that_way() -> None:
    status, told = end_of(TRAIN, WORLD_SIZE="2", RANK="1")
    assert status == 0
    assert "vae-100" in told
    assert end_of(TRAIN, WORLD_SIZE="1")[0] == 9

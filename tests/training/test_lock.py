"""Two trainings never share a folder, and a dead one holds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ganvae.errors import UserError
from ganvae.training.lock import alone, check_writable

_HOLD = """
import sys, time
from pathlib import Path
from ganvae.training.lock import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_second_is_refused_until_the_first_is_gone_even_killed(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "vae-10"
    command = [sys.executable, "-c", _HOLD, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(UserError, match=r"Another training works in .*vae-10 right now"):
            alone(folder).__enter__()
        # Other folders are free.
        with alone(tmp_path / "runs" / "vae-3"):
            pass
        first.send_signal(signal.SIGKILL)
    with alone(folder):
        assert not folder.exists()


def test_a_place_where_nothing_can_be_is_told_before_the_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="can't be written"):
        alone(tmp_path / "file" / "vae-10").__enter__()
    with pytest.raises(UserError, match="give another folder with --output"):
        check_writable(tmp_path / "file" / "vae-10")
    check_writable(tmp_path / "new" / "vae-10")

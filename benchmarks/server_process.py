"""The page in a process of its own, and what that process uses: Linux only, from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.free_port import free_port

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 180


@dataclass(frozen=True)
class Server:
    """A page that is served.

    Attributes:
        address: without a slash at its end.
        process: its number.
        folder: where it writes temporary files, and nobody else does.
    """

    address: str
    process: int
    folder: Path


@contextlib.contextmanager
def serve(weights: Path, cores: int | None = None) -> Iterator[Server]:
    """`python app.py`, on so many cores if they are limited; ended afterwards.

    Raises:
        RuntimeError: it doesn't answer.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "app.py", "--weights", str(weights.resolve()), "--port", str(port)]
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as log:
        environment = {**os.environ, "TMPDIR": folder, "GRADIO_TEMP_DIR": f"{folder}/gradio"}
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        os.sched_setaffinity(server.pid, allowed)
        try:
            wait_for(address, server)
            yield Server(address, server.pid, Path(folder))
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return once the address answers.

    Raises:
        RuntimeError: the server ends, or takes too long.
    """
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"app.py ended with status {server.returncode}.")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"app.py did not answer within {LIMIT_SECONDS} s.")


def processor_seconds(process: int) -> float:
    """Seconds of all cores together that a process has used."""
    # What stands before the last bracket is a name that may hold anything.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """MiB that a process holds now."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def threads(process: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def open_files(process: int) -> int:
    """How many files and connections a process has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def entries_in(folder: Path) -> int:
    """How many files and folders lie in a folder, at any depth."""
    return sum(1 for _ in folder.rglob("*"))

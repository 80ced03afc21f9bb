"""How many examples, and what is fine: about 1,000 in CI, the same ones every time.

    GANVAE_FUZZ=10 python -m pytest tests/fuzz

tries ten times as many, others at every start; one that fails is printed as an `@example` line, to
be kept above its test.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FACTOR = int(os.environ.get("GANVAE_FUZZ", "1"))
# No call of ours takes a hundredth of it: whoever is still busy then hangs.
PATIENCE_SECONDS = 60
LONGEST = 300

# Longer ones Python refuses to read out of JSON.
HUGE = st.sampled_from([10**400, -(10**4000), 2**63, 2**32, -1, 0, 1e308, -0.0])
NUMBERS = st.integers() | st.floats() | HUGE
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["", "../../etc/passwd", "/etc/passwd", "\x00", "a" * 5000, "<script>", "%s{0}", "\ud800", "\n"]
)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def examples(count: int) -> settings:
    """So many examples of a test, times what was asked for."""
    return settings(
        max_examples=count * FACTOR,
        deadline=None,
        derandomize=FACTOR == 1,
        database=None,
        print_blob=True,
        # Fixtures are read only, or made anew within an example.
        suppress_health_check=list(HealthCheck),
    )


class Hang(BaseException):
    """The call would not have ended; not an Exception, so that no handler of errors catches it."""


@contextmanager
def patience() -> Iterator[None]:
    """Raise `Hang` where what is inside does not end."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(number: int, frame: FrameType | None) -> None:
        raise Hang

    former = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def assert_sentence(said: str, longest: int = LONGEST) -> None:
    """One sentence for a person, and no more."""
    assert said.strip(), "nothing was said"
    assert len(said) < longest, said
    assert len(said.splitlines()) == 1, said
    assert "Traceback" not in said, said


class Written:
    """Notes every path that Python is asked to write, make, move or remove, while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.paths: list[Path] = []
        self._events: dict[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {
            "open": lambda a: a[:1] if _writes(a[1], a[2]) else (),
            "os.mkdir": lambda a: a[:1],
            "os.remove": lambda a: a[:1],
            "os.rmdir": lambda a: a[:1],
            "os.rename": lambda a: a[:2],
            "os.link": lambda a: a[1:2],
            "os.symlink": lambda a: a[1:2],
            "os.truncate": lambda a: a[:1],
            "shutil.rmtree": lambda a: a[:1],
        }

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on or event not in self._events:
            return
        for path in self._events[event](arguments):
            if isinstance(path, (str, bytes, os.PathLike)):
                self.paths.append(Path(os.fsdecode(path)).absolute())


def _writes(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


# What Python and libraries keep for themselves, wherever that is.
_KEPT = {"__pycache__", ".hypothesis", "matplotlib"}
_written: Written | None = None


@contextmanager
def only_within(*folders: Path) -> Iterator[None]:
    """See that nothing outside of these folders is written; what Python itself keeps is not ours.

    A hook of the interpreter, which can't be taken away: it is put in once, and switched off.
    """
    global _written
    if _written is None:
        _written = Written()
        sys.addaudithook(_written)
    _written.paths.clear()
    _written.on = True
    try:
        yield
    finally:
        _written.on = False
    allowed = [*(folder.resolve() for folder in folders), Path(os.devnull)]
    for path in _written.paths:
        real = path.resolve()
        fine = any(real.is_relative_to(folder) for folder in allowed)
        assert fine or _KEPT & set(path.parts), path

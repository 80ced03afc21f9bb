"""The log has so many lines a minute about mistakes, and says when there are more."""

from __future__ import annotations

import logging
import time

import pytest

from ganvae.ui.limits import MOST_LINES_A_MINUTE
from ganvae.ui.web import mistakes


def test_a_minute_has_so_many_lines(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "ganvae")
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    for _ in range(3 * MOST_LINES_A_MINUTE):
        mistakes.note_mistake("draw", ValueError("my-secret"))
    lines = [one.getMessage() for one in caplog.records]
    assert lines[:-1] == ["draw: a visitor's mistake, refused by nobody."] * MOST_LINES_A_MINUTE
    assert lines[-1] == f"More mistakes of visitors than {MOST_LINES_A_MINUTE} this minute."
    caplog.clear()
    now += 60
    mistakes.note_mistake("draw", ValueError("my-secret"))
    assert len(caplog.records) == 1

"""What all tests of the page share."""

from __future__ import annotations

import pytest

from ganvae.ui.web import mistakes


@pytest.fixture(autouse=True)
def a_minute_without_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has the log's lines to itself."""
    monkeypatch.setattr(mistakes, "_minute", mistakes._Minute())

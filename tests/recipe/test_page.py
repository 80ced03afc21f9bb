"""docs/settings.md tells of each field what the field says of itself."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))

from tables.settings import settings  # noqa: E402


def test_the_page_is_made_of_the_fields() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert f"<!-- settings -->\n{settings()}\n<!-- /settings -->" in page

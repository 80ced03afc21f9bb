"""The README's figures and front matter agree with the files they come from."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def update_readme() -> ModuleType:
    spec = importlib.util.spec_from_file_location("update", ROOT / "scripts" / "update_readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_up_to_date(update_readme: ModuleType) -> None:
    assert len(update_readme.PAGES) == 8
    for page in update_readme.PAGES:
        text = page.read_text(encoding="utf-8")
        assert update_readme.filled(text) == text, page


def test_every_table_stands_somewhere(update_readme: ModuleType) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in update_readme.PAGES)
    for name, make in update_readme.TABLES.items():
        # What is still to be trained says so, or nothing.
        absent = make() in ("", "Not measured yet.")
        kind = "(Not measured yet.)?" if absent else r"[|#*].*"
        assert re.search(rf"<!-- {name} -->\n{kind}\n<!-- /{name} -->", pages, re.DOTALL), name


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert len(pictures) >= 4
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture

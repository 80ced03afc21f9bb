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
    assert len(update_readme.PAGES) == 11
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


def test_the_readme_is_a_front_door() -> None:
    assert len(README.splitlines()) <= 130
    assert len(re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)) >= 4


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_every_picture_and_page_that_is_linked_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = target.partition("#")
        if place.startswith(("http:", "https:", "mailto:")):
            continue
        linked = page.parent / place if place else page
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            there = linked.read_text(encoding="utf-8")
            heads = re.findall(r"^#+ (.*)$", there, flags=re.MULTILINE)
            names = {re.sub(r"[^\w\- ]", "", head).lower().replace(" ", "-") for head in heads}
            assert anchor in names or f'id="{anchor}"' in there, target

"""The README's figures and front matter agree with the files they come from."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from huggingface_hub import RepoCard
from packaging.requirements import Requirement

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
    assert len(update_readme.PAGES) == 4
    for page in update_readme.PAGES:
        text = page.read_text(encoding="utf-8")
        assert update_readme.filled(text) == text, page


def test_every_table_stands_somewhere(update_readme: ModuleType) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in update_readme.PAGES)
    for name, make in update_readme.TABLES.items():
        # Short runs are shown once there are any.
        kind = "" if name == "stability" and not make() else r"[|#].*"
        assert re.search(rf"<!-- {name} -->\n{kind}\n<!-- /{name} -->", pages, re.DOTALL), name


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert len(pictures) >= 4
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture


def test_the_front_matter_is_what_a_space_needs() -> None:
    card = RepoCard(README, ignore_metadata_errors=False).data.to_dict()
    assert card["sdk"] == "gradio"
    assert card["app_file"] == "app.py"
    assert card["license"] == "apache-2.0"
    requirements = (ROOT / "requirements.txt").read_text().splitlines()
    gradio = next(Requirement(line) for line in requirements if line.startswith("gradio"))
    assert gradio.specifier.contains(card["sdk_version"])


@pytest.mark.parametrize(
    "card", sorted((ROOT / "weights").glob("*/README.md")), ids=lambda card: card.parent.name
)
def test_model_cards_are_valid(card: Path) -> None:
    text = card.read_text(encoding="utf-8")
    if card.parent.name == "digit-classifier":
        return
    data = RepoCard(text).data.to_dict()
    terms = "non-commercial" in text
    assert terms == card.parent.name.startswith("face-")
    assert data["license"] == ("other" if terms else "apache-2.0")
    assert data["library_name"] == "ganvae"
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (card.parent / picture).is_file(), picture

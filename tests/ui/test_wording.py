"""The words of the page: in one place, each used, and none anywhere else.

`eslint.config.js` looks for words in scripts; here are the templates.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ganvae.ui.component import PageComponent
from ganvae.ui.modules import modules

UI = Path(__file__).resolve().parents[2] / "ganvae" / "ui"
TEMPLATES = sorted(UI.glob("*/template.html"))
READ = {"title", "aria-label", "alt", "placeholder"}
GAP = re.compile(r"\{\{(\w+)\.(\w+)\}\}")
LETTERS = re.compile(r"[A-Za-z]{2,}")


class Words(HTMLParser):
    """Collects what of a template a visitor reads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in READ]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name)
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    words = Words()
    words.feed(path.read_text(encoding="utf-8"))
    left = [text.strip() for text in words.found if LETTERS.search(GAP.sub("", text))]
    # The name of the project is the same in every language.
    assert set(left) <= {"ganvae"}


def test_every_word_is_used_and_every_word_that_is_used_is_there() -> None:
    there = {(part, name) for part, all_ in modules().wording().items() for name in all_}
    used = set()
    for path in [*TEMPLATES, *UI.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        used |= set(GAP.findall(text)) if path.suffix == ".html" else set()
        used |= set(re.findall(r"\bwording\s*\.(\w+)\s*\.(\w+)", text))
    assert used == there


def test_a_text_has_no_gap_without_a_name() -> None:
    for part, texts in modules().wording().items():
        for name, text in texts.items():
            assert text.strip(), f"{part}.{name}"
            assert text.count("{") == len(re.findall(r"\{\w+\}", text)), f"{part}.{name}"


def test_words_are_put_into_a_template_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    from ganvae.ui import component

    words = {"map": {"one": 'a "b" <i>'}}
    monkeypatch.setattr(type(modules()), "wording", lambda _: words)
    assert component._filled('<b title="{{map.one}}">') == ('<b title="a &quot;b&quot; &lt;i&gt;">')


def test_what_gradio_draws_is_filled() -> None:
    from ganvae.ui.header import Header

    header: PageComponent = Header()
    assert "{{" not in header.html_template
    assert "Pair of models" in header.html_template

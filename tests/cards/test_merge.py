"""What a person writes into a card outlives every new card of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from ganvae import checkpoint, files
from ganvae.cards import merge_card, update_card
from ganvae.cards.merge import BEGIN, END
from ganvae.errors import UserError

OURS = f"---\nlicense: apache-2.0\ntags:\n- vae\n---\n\n{BEGIN}\nnew words\n{END}\n"


def test_a_first_card_is_ours_as_it_is() -> None:
    assert merge_card(OURS, None) == merge_card(OURS, " \n") == OURS


def test_only_our_section_is_replaced() -> None:
    theirs = f"---\nlicense: mit\n---\n\n# Mine\n\n{BEGIN}\nold words\n{END}\n\nAn *end* of mine.\n"
    merged = merge_card(OURS, theirs)
    assert f"# Mine\n\n{BEGIN}\nnew words\n{END}\n\nAn *end* of mine.\n" in merged
    assert "old words" not in merged
    assert ModelCard(merged).data.license == "apache-2.0"
    assert merge_card(OURS, merged) == merged


def test_a_card_without_markers_stays_whole() -> None:
    theirs = "# A card somebody wrote\n\nwith a table\n\n| a |\n|---|\n"
    merged = merge_card(OURS, theirs)
    assert theirs in merged
    assert merged.index("somebody") < merged.index("new words")
    assert merge_card(OURS, merged) == merged


def test_keys_and_tags_of_a_person_stay() -> None:
    theirs = f"---\nlanguage: en\ntags: [mine, vae]\n# why\nemoji: x\n---\n{BEGIN}\nold\n{END}\n"
    data = ModelCard(merge_card(OURS, theirs)).data.to_dict()
    assert data["language"] == "en"
    assert data["emoji"] == "x"
    assert data["tags"] == ["vae", "mine"]
    assert data["license"] == "apache-2.0"


def test_front_matter_that_stays_is_left_as_it_was_typed() -> None:
    block = "---\n# mine\nlicense: 'apache-2.0'\ntags: [vae]\n---\n"
    assert merge_card(OURS, f"{block}\n{BEGIN}\nold\n{END}\n").startswith(block)


def test_a_licence_that_we_do_not_know_is_theirs() -> None:
    ours = OURS.replace("apache-2.0", "unknown")
    theirs = f"---\nlicense: cc-by-4.0\n---\n{BEGIN}\nold\n{END}\n"
    assert ModelCard(merge_card(ours, theirs)).data.license == "cc-by-4.0"
    assert ModelCard(merge_card(ours, "mine")).data.license == "unknown"


@pytest.mark.parametrize(
    "theirs",
    [
        f"before {BEGIN} a marker alone, then {BEGIN}\nold\n{END}\nafter",
        f"before {END} a marker alone, then {BEGIN}\nold\n{END}\nafter",
        f"before a marker alone, then {BEGIN} and no end, after",
        f"before, a marker alone, then {END} {BEGIN} after",
    ],
)
def test_a_marker_alone_takes_no_text_along(theirs: str) -> None:
    once = merge_card(OURS, theirs)
    twice = merge_card(OURS, once)
    for text in (once, twice):
        assert "before" in text
        assert "a marker alone, then" in text
        assert "after" in text
        assert "old" not in text
        assert text.count("new words") == 1


def test_lines_of_another_system() -> None:
    theirs = f"---\r\nlicense: mit\r\n---\r\n\r\nmine\r\n{BEGIN}\r\nold\r\n{END}\r\n"
    merged = merge_card(OURS, theirs)
    assert ModelCard(merged).data.license == "apache-2.0"
    assert "mine\n" in merged
    assert "old" not in merged


@pytest.mark.parametrize("block", ["license: [", "- a\n- b", "x: y: z"])
def test_front_matter_that_is_none(block: str) -> None:
    broken = f"---\n{block}\n---\n# Mine\n"
    with pytest.raises(UserError, match="front matter"):
        merge_card(OURS, broken)


def test_a_card_that_can_not_be_merged_stays(
    tmp_path: Path, tiny_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (checkpoint.CONFIG, checkpoint.METRICS):
        files.write_bytes(tmp_path / name, (tiny_weights / "vae-3" / name).read_bytes())
    card = tmp_path / checkpoint.CARD
    for content in (b"---\nlicense: [\n---\nmine", b"\xff\xfe mine"):
        card.write_bytes(content)
        update_card(tmp_path)
        assert card.read_bytes() == content
        assert "stays as it is" in capsys.readouterr().err

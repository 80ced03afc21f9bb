"""Which changes of a program are drawn, and what is told of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import mutants
from benchmarks.mutant_places import Mutant, draw

SOURCE = '''
"""A module."""
from __future__ import annotations
import math
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from nowhere import seven as eight

T = TypeVar("T")
Pair = tuple[int, int]
LIMIT = 5


class Sized(Protocol):
    def size(self, most: int = 3) -> int | None: ...


def area(width: float | None, names: dict[str, int]) -> float:
    """How large."""
    for key, value in zip(names, names.values(), strict=True):
        print(f"{key} is", value, file=None)
    if width is None:
        raise ValueError("there is no width")
    return width * names["height"] + LIMIT
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(SOURCE)
    return tmp_path


def every(root: Path) -> list[Mutant]:
    return draw(root, ["a.py"], 1000, 0)


def test_only_what_can_be_seen_is_changed(root: Path) -> None:
    found = every(root)
    changes = [one.change for one in found]
    assert "-LIMIT = 5\n+LIMIT = 6" in changes
    assert any(change.endswith('+    return width / names["height"] + LIMIT') for change in changes)
    assert any(change.endswith("+    if width is not None:") for change in changes)
    lines = SOURCE.splitlines()
    for one in found:
        compile(one.source, one.path, "exec")
        assert one.source != SOURCE
        line = lines[one.line - 1]
        assert not line.startswith(("from", "import", "T =", "Pair =", "class", "    def")), one
    told = "\n".join(changes)
    for unseen in ("nowhere", "Protocol", "strict=False", "XXthere", "int &", "most", "XXa.py"):
        assert unseen not in told, unseen


def test_a_draw_is_by_the_seed_and_a_larger_one_has_the_smaller_one_in_it(root: Path) -> None:
    few, more = (draw(root, ["a.py"], count, 0) for count in (4, 9))
    assert [one.key for one in few] == [one.key for one in more[:4]]
    assert draw(root, ["a.py"], 4, 0) == few
    assert [one.key for one in draw(root, ["a.py"], 4, 1)] != [one.key for one in few]
    assert len({one.key for one in every(root)}) == len(every(root))


def test_a_place_keeps_its_turn_where_other_lines_change(root: Path) -> None:
    before = {one.key: one.change for one in every(root)}
    (root / "a.py").write_text(SOURCE.replace("LIMIT = 5", "FIRST = 1\nLIMIT = 5"))
    after = {one.key: one.change for one in every(root)}
    assert before.items() < after.items()


def test_every_module_has_its_share_by_its_lines() -> None:
    shares = mutants.shares(300)
    assert sum(shares.values()) == 300
    lines = {
        name: sum(len((mutants.ROOT / path).read_text().splitlines()) for path in files)
        for name in shares
        for files in [mutants.files_of(name)]
    }
    for name, share in shares.items():
        assert share == pytest.approx(300 * lines[name] / sum(lines.values()), abs=1)
        for path in mutants.files_of(name):
            # An empty file has no tests; every other one has.
            assert mutants.tests_of(path) or not (mutants.ROOT / path).read_text(), path


def test_the_recorded_run_is_whole() -> None:
    result = json.loads(mutants.RESULT.read_text(encoding="utf-8"))
    alike = json.loads(mutants.ALIKE.read_text(encoding="utf-8"))
    found = [one for rows in result["modules"].values() for one in rows]
    assert list(result["modules"]) == list(mutants.MODULES)
    outcomes = Counter(one["outcome"] for one in found)
    assert set(outcomes) <= {"caught", "endless", "survived", "alike"}
    for one in found:
        assert one.get("why") == (alike[one["key"]] if one["outcome"] == "alike" else None)
    assert outcomes["caught"] + outcomes["endless"] >= 0.9 * (len(found) - outcomes["alike"])


def test_a_reason_is_for_survivors_alone() -> None:
    alike = {"a": "it rounds to the same"}
    caught, survived = ({"key": "a", "outcome": what} for what in ("caught", "survived"))
    assert mutants.told_apart(caught, alike) == caught
    told = mutants.told_apart(survived, alike)
    assert told == {"key": "a", "outcome": "alike", "why": "it rounds to the same"}
    # A reason that is taken back.
    assert mutants.told_apart(told, {}) == survived

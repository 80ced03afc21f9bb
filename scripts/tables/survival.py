"""What is left after kill -9: a table of docs/testing.md."""

from __future__ import annotations

from ganvae import checkpoint
from tables.markdown import RESULTS, table

_WORKS = {
    "save": "a model is replaced by another",
    "training": "a training that saves after every step",
    "push": "a push to a Hub",
    "pull": "a pull from a Hub",
}
_DOING = {"save": "saving", "training": "training", "push": "pushing", "pull": "pulling"}


def survival_told() -> str:
    """The same in a sentence, for the README."""
    path = RESULTS / "survival.json"
    if not path.is_file():
        return "What survives `kill -9` is not measured yet."
    works = checkpoint.read_json(path)["works"]
    counts = [
        f"{doing} came through {works[name]['survived']} of {works[name]['kills']} times"
        for name, doing in _DOING.items()
    ]
    return f"**Killed** with `kill -9` at random moments, {', '.join(counts)}."


def survival() -> str:
    """How many kills of each work were survived, and what could be read right after them."""
    path = RESULTS / "survival.json"
    if not path.is_file():
        return "| not measured yet |\n|---|"
    works = checkpoint.read_json(path)["works"]
    rows = []
    for name, what in _WORKS.items():
        found = works[name]
        left = ", ".join(f"{key} {count}" for key, count in found["left"].items() if count)
        rows.append(
            f"| {what} | {found['kills']} | {found['struck']} | {found['survived']} | {left} |"
        )
    return table("| killed at a random moment | kills | struck at work | survived | left |", rows)

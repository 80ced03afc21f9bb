"""The judged claims of weights/claims.json: a short table, and each in full."""

from __future__ import annotations

from typing import Any

from ganvae import checkpoint
from ganvae.claims.judge import FILE
from tables.markdown import WEIGHTS, table


def _claims() -> list[dict[str, Any]]:
    path = WEIGHTS / FILE
    return checkpoint.read_json(path)["claims"] if path.is_file() else []


def claims() -> str:
    """One line a claim."""
    rows = [
        f"| {claim['claim']} | {', '.join(claim['studies'])} | "
        f"[{claim['verdict']}](claims.md#{claim['id']}) | {claim['short']} |"
        for claim in _claims()
    ]
    return table("| claim | study | verdict | measured |", rows)


def claims_in_full() -> str:
    """Each claim with its sentences, its rule and the files it was judged from."""
    return "\n\n".join(map(_in_full, _claims()))


def _in_full(claim: dict[str, Any]) -> str:
    studies = claim["studies"]
    parts = [
        f"### {claim['id']}",
        f"*{'Study' if len(studies) == 1 else 'Studies'} {', '.join(studies)}:* {claim['claim']}",
        f"**{claim['verdict'].capitalize()}.** {claim['measurement']}",
    ]
    if claim["sources"]:
        parts += [f"The rule: {claim['rule']}", f"From {_sources(claim['sources'])}."]
    return "\n\n".join(parts)


def _sources(paths: list[str]) -> str:
    """`metrics.json of vae-3, vae-10; history.csv of vae-3`, with links."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, file = path.rpartition("/")
        folders.setdefault(file, []).append(f"[`{folder.rpartition('/')[2]}`](../{path})")
    return "; ".join(f"{file} of {', '.join(links)}" for file, links in folders.items())

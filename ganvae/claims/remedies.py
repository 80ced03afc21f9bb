"""The claim that study C's remedies help, from runs of its GAN with and without each."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from ganvae.claims.claim import Claim, Figure, verdict
from ganvae.claims.evidence import Evidence, Missing
from ganvae.claims.rules import CLEARLY, clearly_less
from ganvae.claims.words import listed, percent, whole

GAN = "face-gan-128"
# What switches each remedy off on the command line of train.py.
REMEDIES: dict[str, dict[str, str]] = {
    "pre-training by the VAE": {"pretraining": "none"},
    "label flips and noise": {"flip-every": "0", "label-noise": "0"},
    "noise on the discriminator's images": {"input-noise": "0"},
    "a discriminator with a block less": {"encoder-widths": "32,64,128,256,512"},
}
# The study's name for a long training.
LONGER = "a huge epoch"
# How a run is carried out, which changes no result; its length is read from `images`.
_NOT_SETTINGS = ("model", "steps", "epochs", "threads", "output", "name", "weights", "device")


@dataclass(frozen=True)
class Run:
    """One row of comparison.json: what it changed of the recipe, and how it ended."""

    settings: frozenset[tuple[str, str]]
    images: float
    distance: float
    # Of the arithmetic: a processor may lack the recipe's, so the command does not tell.
    precision: str = ""


def remedies_help(evidence: Evidence) -> Claim:
    runs = [_run(row) for row in evidence.comparison(GAN)]
    effects = {name: _with_and_without(runs, off) for name, off in REMEDIES.items()}
    effects[LONGER] = _longer_and_shorter(runs)
    measured = {name: pairs for name, pairs in effects.items() if pairs}
    if len(measured) < 2:
        raise Missing(f"weights/{GAN}/comparison.json lacks runs with and without two remedies")
    outcomes, figures = [], []
    helping: list[str] = []
    useless: list[str] = []
    mixed: list[str] = []
    for name, pairs in measured.items():
        helps = [clearly_less(a.distance, b.distance) for a, b in pairs]
        outcomes += helps
        text = " and ".join(
            f"{whole(a.distance)} with it, {whole(b.distance)} without" for a, b in pairs
        )
        kind = helping if all(helps) else mixed if any(helps) else useless
        kind.append(f"{name} ({text})")
        for a, b in pairs:
            figures.append(Figure(f"distance with {name}", a.distance, f"{whole(a.images)} images"))
            figures.append(
                Figure(f"distance without {name}", b.distance, f"{whole(b.images)} images")
            )
    parts = [
        f"{words}: {'; '.join(found)}"
        for words, found in (
            ("Clearly better", helping),
            ("Not clearly better", useless),
            ("Only sometimes better", mixed),
        )
        if found
    ]
    others = _own_rate(runs)
    short = "; ".join(
        f"{words}: {listed(text.split(' (')[0] for text in found)}"
        for words, found in (("helps", helping), ("no clear help", useless), ("mixed", mixed))
        if found
    )
    return Claim(
        "remedies-help",
        ("C",),
        "Pre-training, label tricks, noise, an unbalanced discriminator and a huge epoch help.",
        verdict(outcomes),
        short,
        f"Distance of {GAN}, one seed each. {'. '.join(parts)}.{others}",
        f"A remedy helps if the distance with it is below {percent(CLEARLY)} of that without it, "
        "all else equal; supported if each one measured does every time.",
        tuple(figures),
    )


def _run(row: dict[str, Any]) -> Run:
    try:
        words = shlex.split(row["command"]) if isinstance(row.get("command"), str) else []
    except ValueError:
        words = []
    settings = {
        word.removeprefix("--"): value
        for word, value in zip(words, [*words[1:], ""], strict=True)
        if word.startswith("--")
    }
    kept = {key: value for key, value in settings.items() if key not in _NOT_SETTINGS}
    precision = str(row.get("precision", ""))
    return Run(frozenset(kept.items()), row["images"], row["distance"], precision)


def _with_and_without(runs: list[Run], off: dict[str, str]) -> list[tuple[Run, Run]]:
    """Pairs of runs that differ in one remedy alone: (with it, without it)."""
    switched = frozenset(off.items())
    return [
        (a, b)
        for b in runs
        for a in runs
        if switched <= b.settings
        and a.settings == b.settings - switched
        and (a.images, a.precision) == (b.images, b.precision)
    ]


def _longer_and_shorter(runs: list[Run]) -> list[tuple[Run, Run]]:
    """The longest and the shortest run of the recipe itself."""
    own = sorted((run for run in runs if not run.settings), key=lambda run: run.images)
    like = [run for run in own if run.precision == own[-1].precision]
    return [(like[-1], like[0])] if len(like) > 1 and like[-1].images > like[0].images else []


def _own_rate(runs: list[Run]) -> str:
    """A sentence on runs at another learning rate, beside the recipe's at equal images."""
    recipe = {(run.images, run.precision): run for run in runs if not run.settings}
    texts = []
    for run in runs:
        settings = dict(run.settings)
        rate = settings.get("lr")
        if rate is None or len(settings) > 1 or (run.images, run.precision) not in recipe:
            continue
        ours = recipe[run.images, run.precision].distance
        texts.append(
            f" At a learning rate of {rate} instead of the recipe's the distance is "
            f"{whole(run.distance)} instead of {whole(ours)}."
        )
    return "".join(texts)

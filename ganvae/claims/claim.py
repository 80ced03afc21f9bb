"""What a judged claim is, and how the outcomes of comparisons become its verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["supported", "refuted", "depends", "definition"]


@dataclass(frozen=True)
class Figure:
    """One number behind a verdict.

    Attributes:
        what: for example `sharpness of vae-100`.
        unit: for example `of real`; empty where there is none.
    """

    what: str
    value: float
    unit: str = ""


@dataclass(frozen=True)
class Claim:
    """A claim of the studies beside the measurement that supports or refutes it.

    Attributes:
        id: what it is called in addresses and tests.
        studies: letters of the studies that make it.
        claim: what they say, one sentence.
        verdict: computed by the rule, never typed.
        short: the measurement in a few words, for a table.
        measurement: one or two sentences with the figures in them.
        rule: how the verdict follows from the figures, one sentence.
        figures: the numbers of the sentences.
        sources: the files that were read.
    """

    id: str
    studies: tuple[str, ...]
    claim: str
    verdict: Verdict
    short: str
    measurement: str
    rule: str
    figures: tuple[Figure, ...] = ()
    sources: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def verdict(outcomes: Iterable[bool]) -> Verdict:
    """Supported where every comparison agrees with the claim, refuted where none does."""
    seen = list(outcomes)
    if not seen:
        raise ValueError("A verdict needs at least one comparison.")
    if all(seen):
        return "supported"
    return "depends" if any(seen) else "refuted"

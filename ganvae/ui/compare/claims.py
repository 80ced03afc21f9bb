"""The claims of the studies, each with its verdict and the measurement behind it."""

from __future__ import annotations

from typing import Any

from ganvae.collection import Collection
from ganvae.ui import measured
from ganvae.untrusted import at, number

FILE = "claims.json"
VERDICTS = ("supported", "refuted", "depends", "definition")
_MOST = 60
_MOST_PARTS = 24


def read_claims(collection: Collection) -> list[dict[str, Any]]:
    """The claims of the weights folder; none where there is no such file.

    One whose claim, verdict or measurement is missing is left out.
    """
    listed = at(measured.read(collection.weights / FILE), "claims")
    if not isinstance(listed, list):
        return []
    found = [_claim(entry) for entry in listed[:_MOST]]
    return [claim for claim in found if claim is not None]


def _claim(entry: Any) -> dict[str, Any] | None:
    claim = measured.text(entry, "claim", most=400)
    measurement = measured.text(entry, "measurement", most=800)
    verdict = measured.text(entry, "verdict")
    if claim is None or measurement is None or verdict not in VERDICTS:
        return None
    return {
        "id": measured.text(entry, "id") or "",
        "claim": claim,
        "verdict": verdict,
        "measurement": measurement,
        "studies": _texts(at(entry, "studies")),
        "figures": _figures(at(entry, "figures")),
        "sources": _texts(at(entry, "sources")),
    }


def _texts(value: Any) -> list[str]:
    listed = value[:_MOST_PARTS] if isinstance(value, list) else []
    texts = [measured.text(entry) for entry in listed]
    return [entry for entry in texts if entry is not None]


def _figures(value: Any) -> list[str]:
    """Each figure as a line: `sharpness of vae-100: 0.49 of real`."""
    lines = []
    for entry in value[:_MOST_PARTS] if isinstance(value, list) else []:
        what = measured.text(entry, "what")
        figure = number(entry, "value")
        shown = measured.three_digits(figure) if figure is not None else None
        shown = shown or measured.text(entry, "value")
        if what is None or shown is None:
            continue
        unit = measured.text(entry, "unit")
        lines.append(f"{what}: {shown}" + (f" {unit}" if unit else ""))
    return lines

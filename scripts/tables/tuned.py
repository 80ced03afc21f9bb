"""The tuned pairs: what they were to reach, what was tried, and how their distance fell."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Any

from ganvae import checkpoint
from ganvae.cards.comparison import COMPARISON
from tables.markdown import RESULTS, WEIGHTS, table

NOT_YET = "*Not measured yet.*"


@dataclass(frozen=True)
class Target:
    """A distance that is not to be passed.

    Attributes:
        model: whose distance.
        fitted: with the fitted prior in place of N(0, I).
        share: of the distance of `baseline`: a model with N(0, I), or a key of `reference/` for the
            distance of real images to real images.
    """

    model: str
    fitted: bool
    share: float
    baseline: str
    words: str


TARGETS = (
    Target("tuned-gan-digits", False, 1 / 10, "gan-100", "a tenth of `gan-100`"),
    Target("tuned-gan-digits", False, 2.5, "mnist-28", "2.5 times real against real"),
    Target("tuned-vae-digits", True, 1 / 3, "vae-100", "a third of `vae-100`"),
    Target("tuned-gan-faces", False, 1 / 2, "face-gan-128", "half of `face-gan-128`"),
    Target("tuned-vae-faces", True, 0.7, "face-vae-128", "0.7 of `face-vae-128`"),
)
TUNED = tuple(dict.fromkeys(target.model for target in TARGETS))


def targets() -> str:
    """Each target beside what was measured, and recall beside the baseline's."""
    rows = []
    for target in TARGETS:
        metrics = checkpoint.read_metrics(WEIGHTS / target.model)
        if not metrics:
            continue
        scores = metrics["fitted"] if target.fitted else metrics
        found, limit = scores["distance"]["value"], target.share * _distance(target.baseline)
        rows.append(
            f"| `{target.model}`{', fitted prior' if target.fitted else ''} | {target.words} | "
            f"{limit:.1f} | {found:.1f} | {'reached' if found <= limit else '**missed**'} | "
            f"{_recall(target, scores)} |"
        )
    if not rows:
        return NOT_YET
    return table("| model | distance at most | that is | measured | | recall, baseline's |", rows)


def _distance(name: str) -> float:
    metrics = checkpoint.read_metrics(WEIGHTS / name)
    if metrics:
        return float(metrics["distance"]["value"])
    facts = checkpoint.read_json(WEIGHTS / "reference" / name / "reference.json")
    return float(facts["floor"]["distance"])


def _recall(target: Target, scores: dict[str, Any]) -> str:
    baseline = checkpoint.read_metrics(WEIGHTS / target.baseline)
    if not baseline:
        return ""
    theirs = baseline["precision_recall"]["recall"]
    return f"{scores['precision_recall']['recall']:.2f}, {theirs:.2f}"


def browser() -> str:
    """What a picture of each model costs a visitor's browser."""
    path = RESULTS / "decoders.json"
    if not path.is_file():
        return NOT_YET
    found = checkpoint.read_json(path)
    rows = [
        f"| `{name}` | {one['bytes'] / 1e6:.1f} MB | {one['median_ms']:.1f} | {one['p95_ms']:.1f} |"
        for name, one in found["models"].items()
    ]
    head = "| model | decoder | ms an image, median | p95 |"
    return f"{table(head, rows)}\n\nHeadless Chromium without a GPU, {found['hardware']}."


def ablation(name: str) -> str:
    """A model and its variants, from the comparison on its card."""
    path = WEIGHTS / name / COMPARISON
    if not path.is_file():
        return NOT_YET
    rows = [
        f"| `{row['command']}` | {row['images']:,} | {row['seconds'] / 60:.0f} | "
        f"{row['distance']:.1f} | {_one(row['fitted_distance'])} | {row['recall']:.2f} | "
        f"{row['sharpness']:.0%} |"
        for row in checkpoint.read_json(path)
    ]
    return table(
        "| command | images | minutes | distance | fitted prior | recall | sharpness |", rows
    )


def _one(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def curve(name: str) -> str:
    """How a model's distance fell: that of 2,000 samples (1,000 of photographs) on the way.

    Of a VAE, whose samples of N(0, I) tell little, also the last loss of test images before.
    """
    path = WEIGHTS / name / checkpoint.HISTORY
    if not path.is_file():
        return NOT_YET
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    points = [row for row in rows if row["distance"]]
    steps = " | ".join(f"{int(row['step']):,}" for row in points)
    lines = ["| distance | " + " | ".join(f"{float(row['distance']):.0f}" for row in points) + " |"]
    if "test_loss" in rows[0]:
        lines.append("| test loss | " + " | ".join(_last_loss(rows, row) for row in points) + " |")
    return table(f"| step | {steps} |", lines)


def _last_loss(rows: list[dict[str, str]], point: dict[str, str]) -> str:
    """The newest test loss when a point of the curve was measured; empty before the first."""
    before = [row for row in rows if row["test_loss"] and int(row["step"]) <= int(point["step"])]
    return f"{float(before[-1]['test_loss']):.0f}" if before else ""

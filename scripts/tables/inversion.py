"""How near a GAN comes to pictures it never saw: a table of docs/measured.md."""

from __future__ import annotations

from typing import Any

from benchmarks.inversion import MODELS, QUANTILES
from ganvae import checkpoint
from tables.markdown import RESULTS, table

_NAMES = ("5 %", "25 %", "median", "75 %", "95 %")


def inversion() -> str:
    """Errors of inversions and reconstructions, a model a row."""
    path = RESULTS / "inversion.json"
    if not path.is_file():
        return "Not measured yet."
    found = checkpoint.read_json(path)
    measured = [name for name in MODELS if name in found]
    header = f"| model | mean | {' | '.join(_NAMES)} | feature distance | length of z | seconds |"
    rows = [_row(name, found[name]) for name in measured]
    told = [_how(name, found[name]) for name in measured]
    return "\n\n".join([table(header, rows), "\n".join(told)])


def _row(name: str, result: dict[str, Any]) -> str:
    errors = [result["mean"], *(result["quantiles"][f"{q:g}"] for q in QUANTILES)]
    features = result.get("feature_distance")
    cells = [
        *(f"{error:.4f}" for error in errors),
        f"{features['mean']:.1f}" if features else "–",
        f"{result['length']:.2f}",
        f"{result['median_seconds']:.2f}",
    ]
    return f"| `{name}` | {' | '.join(cells)} |"


def _how(name: str, result: dict[str, Any]) -> str:
    way = (
        f"{result['starts']} starts, {result['steps']} steps"
        if "starts" in result
        else "encoded and decoded"
    )
    threads = "1 thread" if result["threads"] == 1 else f"{result['threads']} threads"
    return f"- `{name}`: {result['images']} images, {way}; {result['hardware']}, {threads}."

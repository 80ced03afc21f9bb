"""What a richer fitted prior is worth: a table of docs/tuned.md."""

from __future__ import annotations

from ganvae import checkpoint
from tables.markdown import RESULTS, table

_HEAD = "| VAE | z from | distance | recall | sharpness | fitted in |"


def mixtures() -> str:
    """Distance, recall and sharpness of a VAE's samples, by where they are drawn from."""
    path = RESULTS / "mixtures.json"
    if not path.is_file():
        return "*Not measured yet.*"
    rows = [
        f"| `{name}` | {row['place']} | {row['distance']:.1f} | {row['recall']:.2f} | "
        f"{row['sharpness']:.0%} | {_seconds(row.get('seconds'))} |"
        for name, places in checkpoint.read_json(path).items()
        for row in places
    ]
    return table(_HEAD, rows)


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} s"

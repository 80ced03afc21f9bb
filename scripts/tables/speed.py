"""The benchmarks' results."""

from __future__ import annotations

from typing import Any

from ganvae import checkpoint
from tables.markdown import RESULTS, table


def speed() -> str:
    """The benchmarks' results, as far as they were run."""
    rows = []
    training = _result("training.json")
    if training:
        rows += [
            f"| training `{name}`, {way}, against the conventional loop ({hardware}) | "
            f"{ratio:.2f}× |"
            for name, way, hardware, ratio in _ratios(training)
        ]
    startup = _result("startup.json")
    if startup:
        median = startup["median"]
        rows += [
            f"| from `python app.py` to the first samples | {median['samples_visible_s']:.1f} s |",
            f"| memory of the page's process, peak | {median['peak_memory_mib']:.0f} MiB |",
        ]
    explorer = _result("explorer.json")
    if explorer:
        drag = explorer["single"]
        rows.append(
            f"| a slider's move to both pictures repainted, median (p95) | "
            f"{drag['median_ms']:.0f} ms ({drag['p95_ms']:.0f} ms) |"
        )
    return table("| what | measured |", rows)


def _ratios(training: Any) -> list[tuple[str, str, str, float]]:
    return [
        (name, way, result["hardware"], values["speed_ratio"])
        for name, result in training["models"].items()
        for way, values in result["ways"].items()
        if way != "conventional"
    ]


def _result(name: str) -> Any:
    path = RESULTS / name
    return checkpoint.read_json(path) if path.is_file() else None

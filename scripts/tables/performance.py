"""Where a trainer's time goes: tables of docs/performance.md."""

from __future__ import annotations

from benchmarks.phases import PHASES
from benchmarks.training import CONVENTIONAL, FLOOR
from benchmarks.variants import AS_IT_IS, VARIANTS
from ganvae import checkpoint
from tables.markdown import RESULTS, table


def ratios() -> str:
    """Speed against the conventional loop and against the floor, recipe by recipe."""
    rows = []
    for name, result in checkpoint.read_json(RESULTS / "training.json")["models"].items():
        for way, values in result["ways"].items():
            if way == CONVENTIONAL or way.endswith(FLOOR):
                continue
            share = f"{values['of_floor']:.0%}" if "of_floor" in values else ""
            rows.append(
                f"| `{name}` | {way} | {values['images_per_second']:,.0f} | "
                f"{values['speed_ratio']:.2f}× | {share} | {result['hardware']} |"
            )
    header = "| model | precision | images a second | conventional loop | floor | measured on |"
    return table(header, rows)


def phases() -> str:
    """Share of each part of a step."""
    found = checkpoint.read_json(RESULTS / "phases.json")
    rows = [
        f"| `{name}` | {result['precision']} | {result['milliseconds_a_step']:.1f} | "
        + " | ".join(f"{result['shares'][phase]:.0%}" for phase in PHASES)
        + " |"
        for name, result in found["models"].items()
    ]
    header = f"| model | precision | ms a step | {' | '.join(PHASES)} |"
    return f"{table(header, rows)}\n\n{found['hardware']}, {found['threads']} threads."


def variants() -> str:
    """What each choice is worth."""
    if not (RESULTS / "variants.json").is_file():
        return "Not measured yet."
    found = checkpoint.read_json(RESULTS / "variants.json")
    names = [variant for variant in VARIANTS if variant != AS_IT_IS]
    rows = [
        f"| `{name}` | "
        + " | ".join(f"{result[v]:.2f}" if v in result else "" for v in names)
        + " |"
        for name, result in found["models"].items()
    ]
    header = f"| model | {' | '.join(names)} |"
    return f"{table(header, rows)}\n\n{found['hardware']}, {found['threads']} threads."

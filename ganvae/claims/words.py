"""Figures as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ganvae.claims.evidence import Seeds


def percent(share: float) -> str:
    """`.489` as `49 %`; small shares keep two digits: `.0042` as `0.42 %`."""
    return f"{share:.0%}".replace("%", " %") if share >= 0.1 else f"{share * 100:.2g} %"


def times(ratio: float) -> str:
    """`1.92` as `1.9 times`."""
    return f"{ratio:.1f} times" if ratio < 10 else f"{ratio:.0f} times"


def duration(seconds: float) -> str:
    """`1157` as `19 min`, `30` as `30 s`."""
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def listed(parts: Iterable[str]) -> str:
    """`a, b and c`."""
    every = list(parts)
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} and {every[-1]}"


def over_seeds(seeds: Seeds, shown: Callable[[float], str]) -> str:
    """`49 %` for one seed, `49 % ± 1 %` for several: mean and standard deviation."""
    if len(seeds.values) == 1:
        return shown(seeds.mean)
    return f"{shown(seeds.mean)} ± {shown(seeds.spread)}"


def whole(value: float) -> str:
    """`177.03` as `177`, `800000` as `800,000`."""
    return f"{value:,.0f}"

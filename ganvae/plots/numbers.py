"""Numbers for people: at most three digits, and axis ticks at round values."""

from __future__ import annotations

import math


def short(value: float) -> str:
    """A number in at most three digits: `796800` is `797 k`, `5.882` is `5.88`."""
    size = abs(value)
    for limit, factor, unit in ((999.5e6, 1e9, " G"), (999.5e3, 1e6, " M"), (999.5, 1e3, " k")):
        if size >= limit:
            return _digits(value / factor) + unit
    if 0 < size < 0.0005:
        return f"{value:.1e}"
    return _digits(value)


def _digits(value: float) -> str:
    size = abs(value)
    limits = (99.95, 9.995, 0.0995, 0.00995)
    places = next((index for index, limit in enumerate(limits) if size >= limit), len(limits))
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def linear_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` round numbers, evenly spaced, from low to high."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(index * step, 12) for index in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers for a logarithmic axis: powers of ten where these are enough."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    best: list[float] = []
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        ticks = [
            round(step * 10.0**power, 12 - power)
            for power in range(first, last + 1)
            for step in steps
            if low * (1 - 1e-9) <= step * 10.0**power <= high * (1 + 1e-9)
        ]
        if len(ticks) > most:
            break
        best = ticks
        if len(ticks) >= 3:
            return best
    if best:
        return best
    # Many decades: every second, third, ... power of ten.
    powers = [power for power in range(first, last + 1) if low <= 10.0**power <= high]
    return [10.0**power for power in powers[:: max(1, math.ceil(len(powers) / most))]]

"""`--verify`: whether a weights folder is as it was shipped, down to its numbers if asked.

Nothing is changed, whatever is found.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any

from ganvae import checkpoint, digests
from ganvae.errors import UserError
from ganvae.training.score import measure_again, prepare
from ganvae.training.settings import ALL, Settings

# Other processors and numbers of threads add up in another order. What shipped was measured on
# one machine and comes out on others within a thousandth; a model with a damaged weight does not.
RELATIVE = 1e-3
# Of numbers near zero, such as a histogram's emptiest bins.
ABSOLUTE = 1e-6
ABSOLUTE_IN_LISTS = 2e-3
# Seconds are the machine's, not the model's.
_NOT_COMPARED = ("speed",)


def verify(settings: Settings, scored: str | None = None) -> int:
    """Compare a weights folder with its list, print a sentence for each difference.

    Args:
        scored: a model, a family or `all` to measure again as well and to compare with its
            metrics.json.

    Returns:
        The exit status: 0, or 1 where something differs.

    Raises:
        UserError: there is no list, no such model, or what measuring needs is missing.
    """
    # Before a thousand files are read.
    names = settings.trained(scored) if scored is not None else []
    found = digests.differences(settings.weights)
    for sentence in found:
        print(sentence)
    if not found:
        count = len(digests.read(settings.weights))
        print(f"All {count} files in {settings.weights} are as {digests.DIGESTS} lists them.")
    wrong = bool(found)
    for name in names:
        prepare(settings)
        try:
            differing = _measured_differences(name, settings)
        except UserError as error:
            if scored != ALL:
                raise
            # What could not be compared is not verified.
            print(f"{name} can't be measured: {error}", file=sys.stderr)
            wrong = True
            continue
        for sentence in differing:
            print(f"{name}: {sentence}")
        if not differing:
            print(f"{name} measures as its {checkpoint.METRICS} says.")
        wrong = wrong or bool(differing)
    return int(wrong)


def _measured_differences(name: str, settings: Settings) -> list[str]:
    folder = settings.result_of(name)
    recorded = checkpoint.read_metrics(folder)
    if not recorded:
        raise UserError(f"There is no {folder / checkpoint.METRICS} to compare with.")
    measured = measure_again(folder, settings)
    for key in _NOT_COMPARED:
        measured.pop(key, None)
    return list(differences(measured, {key: recorded.get(key) for key in measured}))


def differences(measured: Any, recorded: Any, path: str = "") -> Iterator[str]:
    """Sentences on where two measurements differ by more than the tolerances above."""
    if isinstance(recorded, dict) and isinstance(measured, dict):
        for key in sorted({*recorded, *measured}):
            place = f"{path}.{key}" if path else key
            if key not in recorded or key not in measured:
                where = "measured" if key in measured else "recorded"
                yield f"{place} is only {where}."
            else:
                yield from differences(measured[key], recorded[key], place)
    elif not _same(measured, recorded):
        yield f"{path} is {_shown(measured)}, recorded is {_shown(recorded)}."


def _same(measured: Any, recorded: Any) -> bool:
    if isinstance(measured, list) and isinstance(recorded, list):
        pairs = zip(measured, recorded, strict=False)
        return len(measured) == len(recorded) and all(
            _near(one, other, ABSOLUTE_IN_LISTS) for one, other in pairs
        )
    return _near(measured, recorded, ABSOLUTE)


def _near(measured: Any, recorded: Any, absolute: float) -> bool:
    if isinstance(recorded, float) and isinstance(measured, (int, float)):
        return math.isclose(measured, recorded, rel_tol=RELATIVE, abs_tol=absolute)
    return bool(measured == recorded)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"a list of {len(value)} numbers"
    return "nothing" if value is None else str(value)

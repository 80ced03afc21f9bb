"""Where the project's own folders are."""

from __future__ import annotations

from pathlib import Path

_CLONE = Path(__file__).resolve().parent.parent
# A package that was installed lies among others: then it is the folder that one works in. A Space
# has the page without what trains.
_ROOT = _CLONE if (_CLONE / "app.py").is_file() else Path()
# Finished models: those that ship, and those that train.py adds.
DEFAULT_WEIGHTS = _ROOT / "weights"
# Trainings in progress; git ignores it.
DEFAULT_RUNS = _ROOT / "runs"
# What the benchmarks wrote.
DEFAULT_RESULTS = _ROOT / "benchmarks" / "results"

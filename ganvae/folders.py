"""Where the project's own folders are."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
# Finished models: those that ship, and those that train.py adds.
DEFAULT_WEIGHTS = _ROOT / "weights"
# Trainings in progress; git ignores it.
DEFAULT_RUNS = _ROOT / "runs"
# What the benchmarks wrote.
DEFAULT_RESULTS = _ROOT / "benchmarks" / "results"

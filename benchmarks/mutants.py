"""How many faults the tests notice: mutants drawn by a seed, each tried against its own tests.

    python -m benchmarks.mutants
    python -m benchmarks.mutants recipe --survivors

A mutant is the program with one small change (see `mutant_places`). It is caught if a test fails
or does not come to its end, and survives if all tests that belong to the changed file pass. The
count is shared among the modules by their lines. A process that has imported PyTorch forks one
child for each mutant, which imports this project anew, in a copy of the repository; two of them at
once. Written to benchmarks/results/mutants.json: the modules that are named, beside what is there
of the others.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.mutant_places import Mutant, draw

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "mutants.json"
ALIKE = ROOT / "benchmarks" / "mutants_alike.json"
# A child that needs so many times as long as the unchanged program will not come to its end.
_PATIENCE, _LEAST_SECONDS = 5, 60
# Imported before the children part: what takes long and is not this project's own.
_PRELOADED = ("torch", "pytest", "hypothesis", "sklearn.mixture", "scipy.linalg", "PIL.Image")

# The modules, each with its files.
MODULES = {
    "recipe": "ganvae/recipe",
    "latents": "ganvae/latents.py",
    "metrics": "ganvae/metrics",
    "checkpoint": "ganvae/checkpoint.py",
    "training/step": "ganvae/training/step",
}
# The tests of a file: those of the longest beginning of its path, the likeliest first.
_METRICS = "tests/metrics/test_scoring.py"
TESTS: dict[str, tuple[str, ...]] = {
    "ganvae/recipe": ("tests/recipe", "tests/test_models.py", "tests/test_networks.py"),
    "ganvae/recipe/pairs.py": ("tests/recipe", "tests/test_collection.py"),
    "ganvae/recipe/shipped.py": (
        "tests/recipe",
        "tests/test_weights.py::test_a_shipped_model_was_trained_by_its_recipe",
    ),
    "ganvae/latents.py": ("tests/test_latents.py",),
    "ganvae/checkpoint.py": ("tests/test_checkpoint.py",),
    "ganvae/training/step": ("tests/training/step",),
    "ganvae/metrics": (_METRICS,),
    "ganvae/metrics/classifier.py": ("tests/metrics/test_classifier.py",),
    "ganvae/metrics/diversity.py": (_METRICS, "tests/metrics/test_fidelity.py"),
    "ganvae/metrics/drift.py": ("tests/metrics/test_drift.py", "tests/bridges/test_drift.py"),
    "ganvae/metrics/features.py": ("tests/metrics/test_features.py", _METRICS),
    "ganvae/metrics/fidelity.py": (_METRICS, "tests/metrics/test_fidelity.py"),
    "ganvae/metrics/imagenet.py": ("tests/metrics/test_imagenet.py",),
    "ganvae/metrics/inception.py": ("tests/metrics/test_inception.py",),
    "ganvae/metrics/meanings.py": ("tests/metrics/test_meanings.py",),
    "ganvae/metrics/memorisation.py": ("tests/metrics/test_memorisation.py",),
    "ganvae/metrics/neighbours.py": ("tests/metrics/test_neighbours.py",),
    "ganvae/metrics/reference.py": (_METRICS,),
    "ganvae/metrics/regions.py": ("tests/metrics/test_regions.py",),
    "ganvae/metrics/scoring.py": (_METRICS,),
    "ganvae/metrics/sharpness.py": ("tests/metrics/test_sharpness.py", _METRICS),
    "ganvae/metrics/strokes.py": ("tests/metrics/test_strokes.py",),
}


@dataclass(frozen=True)
class Trial:
    """What became of a mutant.

    Attributes:
        outcome: `caught`, `endless` (it ran past its time), or `survived`.
        by: the test that failed first.
    """

    outcome: str
    by: str | None = None


def tests_of(path: str) -> list[str]:
    """The tests that belong to a file, as far as they are there."""
    longest = max((start for start in TESTS if path.startswith(start)), key=len)
    return [test for test in TESTS[longest] if (ROOT / test.split("::")[0]).exists()]


def files_of(module: str) -> list[str]:
    """The files of a module."""
    place = ROOT / MODULES[module]
    found = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return [str(path.relative_to(ROOT)) for path in found]


def shares(count: int) -> dict[str, int]:
    """How many mutants each module gets, by its lines: all together `count`."""
    lines = {
        name: sum(len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in files)
        for name, files in ((name, files_of(name)) for name in MODULES)
    }
    exact = {name: count * each / sum(lines.values()) for name, each in lines.items()}
    found = {name: int(share) for name, share in exact.items()}
    # What rounding left over goes to those that lost most by it.
    short = sorted(MODULES, key=lambda name: found[name] - exact[name])
    for name in short[: count - sum(found.values())]:
        found[name] += 1
    return found


class Lane:
    """A copy of the repository for one child at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tree"
        self.temporary, self.log, self.by = folder / "tmp", folder / "log", folder / "by"
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy2(ROOT / name, target)
        # Unchanged files are compiled once; a changed one never is for good.
        subprocess.run(
            [sys.executable, "-m", "compileall", "-q", "ganvae", "tests"], cwd=self.folder
        )
        self.pid, self.until = 0, 0.0
        self._original: tuple[Path, str, os.stat_result] | None = None

    def start(self, tests: list[str], mutant: Mutant | None, seconds: float) -> None:
        """Fork a child that runs tests of the repository as it is, or with a mutant."""
        self.by.unlink(missing_ok=True)
        shutil.rmtree(self.temporary, ignore_errors=True)
        if mutant is not None:
            path = self.folder / mutant.path
            self._original = (path, path.read_text(encoding="utf-8"), path.stat())
            path.write_text(mutant.source, encoding="utf-8")
            # Another second than the original's, or the compiled original would be taken for it.
            os.utime(path, (0, self._original[2].st_mtime - 100))
        self.until = time.monotonic() + seconds
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(self._child(tests))

    def _child(self, tests: list[str]) -> int:
        """Run tests in a process group of their own; the exit status says whether all passed."""
        try:
            os.setsid()
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.chdir(self.folder)
            sys.path[:] = [str(self.folder), *(p for p in sys.path if Path(p or ".") != ROOT)]
            for name in [n for n in sys.modules if n.split(".")[0] in ("ganvae", "benchmarks")]:
                del sys.modules[name]
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            import pytest

            plugin = _First(self.by)
            arguments = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={self.temporary}"]
            status = pytest.main([*arguments, *tests], plugins=[plugin])
            # No test at all would be a mistake of this program, not a caught mutant.
            return 99 if status == pytest.ExitCode.NO_TESTS_COLLECTED else min(int(status), 1)
        except BaseException:
            import traceback

            traceback.print_exc()
            return 98

    def look(self) -> Trial | None:
        """What became of the child, None while it runs."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        late = time.monotonic() > self.until
        if pid == 0 and not late:
            return None
        # Whatever it started ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if pid == 0:
            os.waitpid(self.pid, 0)
        self.pid = 0
        self.restore()
        code = os.waitstatus_to_exitcode(status) if pid else None
        if code in (98, 99):
            raise RuntimeError(self.log.read_text(errors="replace"))
        if code is None:
            return Trial("endless")
        by = self.by.read_text(encoding="utf-8") if self.by.is_file() else None
        # A crash of the interpreter is noticed as well.
        return Trial("survived") if code == 0 else Trial("caught", by)

    def restore(self) -> None:
        """Take the mutant out again."""
        if self._original is not None:
            path, text, former = self._original
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(former.st_atime_ns, former.st_mtime_ns))
            self._original = None


class _First:
    """Notes the first test that fails, or the file that can't even be collected."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._note(report)

    def pytest_collectreport(self, report: Any) -> None:
        self._note(report)

    def _note(self, report: Any) -> None:
        if report.failed and not self._path.exists():
            self._path.write_text(report.nodeid, encoding="utf-8")


def preload() -> None:
    """Import what every child needs, so that none has to."""
    for name in _PRELOADED:
        importlib.import_module(name)
    from ganvae.data.vision import import_torchvision

    # It can't be imported without that where it was built for another PyTorch.
    import_torchvision()
    for name in ("metric_fid", "metric_kid", "metric_prc"):
        importlib.import_module(f"torch_fidelity.{name}")


def run_all(
    lanes: list[Lane], works: list[tuple[list[str], Mutant | None, float]]
) -> Iterator[tuple[int, Trial, float]]:
    """Every work, tests with a mutant and a time limit: its place, its end, and its seconds."""
    waiting, at_work = list(range(len(works))), dict[int, tuple[int, float]]()
    try:
        while waiting or at_work:
            for number, lane in enumerate(lanes):
                if number in at_work and (trial := lane.look()) is not None:
                    place, begun = at_work.pop(number)
                    yield place, trial, time.monotonic() - begun
                if number not in at_work and waiting:
                    place = waiting.pop(0)
                    at_work[number] = (place, time.monotonic())
                    lane.start(*works[place])
            time.sleep(0.02)
    finally:
        for number in at_work:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(lanes[number].pid, signal.SIGKILL)


def limits(lanes: list[Lane], mutants: list[Mutant]) -> dict[tuple[str, ...], float]:
    """Seconds that tests may take with a mutant; without one they pass, or nothing is tried."""
    wanted = list(dict.fromkeys(tuple(tests_of(mutant.path)) for mutant in mutants))
    found = {}
    for place, trial, took in run_all(lanes, [(list(tests), None, 3600) for tests in wanted]):
        told = " ".join(wanted[place])
        if trial.outcome != "survived":
            raise SystemExit(f"These fail without a mutant: {told} ({trial.by}).")
        found[wanted[place]] = max(_LEAST_SECONDS, _PATIENCE * took)
        print(f"{took:.0f} s: {told}", flush=True)
    return found


def try_all(lanes: list[Lane], mutants: list[Mutant]) -> Iterator[tuple[Mutant, Trial]]:
    """Every mutant with what became of it, as they come."""
    # Where no test belongs to a file, nothing would notice.
    yield from ((mutant, Trial("survived")) for mutant in mutants if not tests_of(mutant.path))
    tested = [mutant for mutant in mutants if tests_of(mutant.path)]
    seconds = limits(lanes, tested)
    works = [(tests_of(m.path), m, seconds[tuple(tests_of(m.path))]) for m in tested]
    for place, trial, _ in run_all(lanes, works):
        yield tested[place], trial


def row(mutant: Mutant, trial: Trial) -> dict[str, Any]:
    """A mutant's line of the result."""
    kept = {key: getattr(mutant, key) for key in ("key", "path", "line", "change")}
    return kept | {key: value for key, value in dataclasses.asdict(trial).items() if value}


def told_apart(one: dict[str, Any], alike: dict[str, str]) -> dict[str, Any]:
    """A line of the result that says of a survivor, if anybody does, why nothing can notice it."""
    if one["outcome"] in ("survived", "alike"):
        why = alike.get(one["key"])
        one = {key: value for key, value in one.items() if key != "why"} | {"outcome": "survived"}
        return one | {"outcome": "alike", "why": why} if why else one
    return one


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--count", type=int, default=300, help="over all modules")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--survivors", action="store_true", help="leave out what the last run says is caught"
    )
    parser.add_argument("--output", type=Path, default=RESULT, help="JSON file")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(MODULES):
        parser.error(f"there is no module {', '.join(sorted(unknown))}")
    if (ROOT / "data").is_dir():
        os.environ.setdefault("GANVAE_DATA", str(ROOT / "data"))
    target: Path = options.output
    former = json.loads(target.read_text(encoding="utf-8"))["modules"] if target.is_file() else {}
    share = shares(options.count)
    names = options.modules or list(MODULES)
    drawn = {name: draw(ROOT, files_of(name), share[name], options.seed) for name in names}
    rows: dict[str, dict[str, Any]] = {}
    if options.survivors:
        lines = [one for name in names for one in former.get(name, [])]
        rows = {one["key"]: one for one in lines if one["outcome"] in ("caught", "endless")}
    left = [mutant for found in drawn.values() for mutant in found if mutant.key not in rows]
    preload()
    with tempfile.TemporaryDirectory() as folder:
        lanes = [Lane(Path(folder) / str(number)) for number in range(options.jobs)]
        for done, (mutant, trial) in enumerate(try_all(lanes, left), start=1):
            rows[mutant.key] = row(mutant, trial)
            told = mutant.change if trial.outcome == "survived" else trial.by or ""
            print(
                f"{done}/{len(left)} {trial.outcome} {mutant.path}:{mutant.line} {told}", flush=True
            )
    alike = json.loads(ALIKE.read_text(encoding="utf-8"))
    for name, found in drawn.items():
        # The line of what was caught earlier may have moved since.
        former[name] = [rows[m.key] | {"line": m.line, "change": m.change} for m in found]
    sections = {
        name: [told_apart(one, alike) for one in former[name]] for name in MODULES if name in former
    }
    result = {"seed": options.seed, "count": options.count, "modules": sections}
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""benchmarks/stability.py: what counts as failed, and that it goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.stability import benchmark, recipes, with_verdicts
from ganvae.errors import UserError
from ganvae.recipe import Recipe

SETTINGS = {"steps": 5, "samples": 10, "threads": 1}


def _run(model: str, distance: float | None, why: str = "") -> dict[str, object]:
    return {"model": model, "distance": distance, "why": why}


def test_far_from_the_models_own_best_or_without_a_distance_has_failed() -> None:
    runs = with_verdicts(
        [
            _run("a", 100.0),
            _run("a", 499.0),
            _run("a", 501.0),
            _run("a", None, "nan"),
            _run("b", 9e9),
        ]
    )
    assert [run["failed"] for run in runs] == [False, False, True, True, False]
    assert [run["why"] for run in runs][3] == "nan"
    assert "5 times" in runs[2]["why"]


def test_a_better_run_later_changes_what_has_failed() -> None:
    runs = with_verdicts([*with_verdicts([_run("a", 100.0)]), _run("a", 10.0)])
    assert [run["failed"] for run in runs] == [True, False]


def test_what_is_in_the_file_is_not_trained_again(tmp_path: Path) -> None:
    path, trained = tmp_path / "stability.json", []

    def train(recipe: Recipe) -> tuple[float | None, str]:
        trained.append(recipe)
        if len(trained) == 3:
            raise KeyboardInterrupt
        return 100.0, ""

    todo = recipes(["vae-100", "gan-100"], [0, 1], [0.25, 10.0])
    assert len({(r.name, r.seed, r.lr) for r in todo}) == 8
    assert {r.lr for r in todo if r.name == "gan-100"} == {5e-5, 2e-3}
    with pytest.raises(KeyboardInterrupt):
        benchmark(todo, train, path, SETTINGS)
    assert len(json.loads(path.read_text())["runs"]) == 2
    benchmark(todo, train, path, SETTINGS)
    content = json.loads(path.read_text())
    assert len(content["runs"]) == 8
    assert len(trained) == 9
    assert content["steps"] == 5
    assert content["hardware"]
    wanted = {"model", "seed", "lr", "distance", "failed", "why", "seconds"}
    assert all(set(run) == wanted for run in content["runs"])


def test_runs_of_another_length_are_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "stability.json"
    benchmark(recipes(["vae-100"], [0], [1.0]), lambda recipe: (1.0, ""), path, SETTINGS)
    with pytest.raises(UserError, match="made with steps 5, not 6"):
        benchmark([], lambda recipe: (1.0, ""), path, SETTINGS | {"steps": 6})

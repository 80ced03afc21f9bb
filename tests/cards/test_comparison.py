"""The table of a model's variants on its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.cards.comparison import compare, comparison
from ganvae.recipe.shipped import RECIPES


def row(name: str, fitted: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "steps": 1000,
        "precision": "float32",
        "distance": 12.345,
        "n": 10_000,
        "sharpness": 0.5,
        "fitted_distance": fitted,
        "seconds": 90,
    }


def test_a_gan_has_no_column_of_a_fitted_prior() -> None:
    lines = comparison([row("one", None), row("two", None)]).splitlines()
    assert "fitted" not in lines[4]
    assert lines[5].count("|") == lines[4].count("|") == 7
    assert lines[6] == "| one | 1,000 | float32 | 12.35 | 50% | 1.5 |"


def test_a_vae_has_one_that_is_empty_where_nothing_was_fitted() -> None:
    lines = comparison([row("one", 6.789), row("two", None)]).splitlines()
    assert lines[4] == (
        "| run | steps | precision | Fréchet distance | fitted prior | sharpness | minutes |"
    )
    assert lines[5].count("|") == 8
    assert lines[6] == "| one | 1,000 | float32 | 12.35 | 6.79 | 50% | 1.5 |"
    assert lines[7] == "| two | 1,000 | float32 | 12.35 |  | 50% | 1.5 |"


def test_a_row_says_of_a_run_what_was_measured(tmp_path: Path) -> None:
    for number, name in enumerate(("mlp-vae-20", "other")):
        metrics: dict[str, Any] = {
            "distance": {"value": 10.5 + number, "n": 100},
            "sharpness": {"ratio": 0.5},
            "precision_recall": {"precision": 0.75, "recall": 0.25},
            "fitted": {"distance": {"value": 4.5}},
            "training": {"steps": 30, "images": 960, "seconds": 60.0, "precision": "bfloat16"},
        }
        if number:
            del metrics["precision_recall"], metrics["fitted"], metrics["training"]["precision"]
        recipe = RECIPES["mlp-vae-20"].replace(name=name)
        config = {"recipe": recipe.to_dict(), "command": f"python train.py {number}"}
        files.write_json(tmp_path / name / checkpoint.METRICS, metrics)
        files.write_json(tmp_path / name / checkpoint.CONFIG, config)
    compare(tmp_path / "mlp-vae-20", [tmp_path / "other"])
    first, second = checkpoint.read_json(tmp_path / "mlp-vae-20" / "comparison.json")
    assert first == {
        "name": "mlp-vae-20",
        "steps": 30,
        "images": 960,
        "distance": 10.5,
        "n": 100,
        "sharpness": 0.5,
        "recall": 0.25,
        "fitted_distance": 4.5,
        "seconds": 60.0,
        "precision": "bfloat16",
        "command": "python train.py 0",
    }
    changes = {
        "name": "other",
        "distance": 11.5,
        "recall": None,
        "fitted_distance": None,
        # What a run from before that was recorded was asked for.
        "precision": RECIPES["mlp-vae-20"].precision,
        "command": "python train.py 1",
    }
    assert second == first | changes
    # Rows of earlier calls stay.
    compare(tmp_path / "mlp-vae-20", [])
    assert checkpoint.read_json(tmp_path / "mlp-vae-20" / "comparison.json") == [first, second]

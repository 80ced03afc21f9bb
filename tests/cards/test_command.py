"""python -m ganvae.cards."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ganvae import checkpoint
from ganvae.cards import write_card
from ganvae.cards.__main__ import main
from ganvae.cards.results import eval_results
from ganvae.recipe.shipped import RECIPES


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """A weights folder with two models, one of them with words of a person on its card."""
    for name in ("vae-3", "gan-100"):
        shutil.copytree(tiny_weights / name, tmp_path / name)
    (tmp_path / "gan-100" / checkpoint.CARD).write_text("Mine.\n")
    return tmp_path


def test_all_writes_every_card(weights: Path) -> None:
    assert main(["all", "--weights", str(weights)]) == 0
    assert (weights / "vae-3" / checkpoint.CARD).read_text() == write_card(weights / "vae-3")
    text = (weights / "gan-100" / checkpoint.CARD).read_text()
    assert "Mine.\n" in text
    assert "## How to use" in text


def test_one_name_writes_one_card(weights: Path) -> None:
    assert main(["vae-3", "--weights", str(weights)]) == 0
    assert (weights / "vae-3" / checkpoint.CARD).is_file()
    assert (weights / "gan-100" / checkpoint.CARD).read_text() == "Mine.\n"


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["all", "--compare", "x"], ["all", "--weights", "nowhere"]]
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--weights", str(weights), *arguments]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("ganvae.cards: ")


def test_values_that_are_no_numbers_are_left_out() -> None:
    metrics = {
        "distance": {"value": float("nan"), "n": 3},
        "sharpness": {"ratio": 0.25, "n": 1000},
        "kernel_distance": "odd",
        "precision_recall": {"precision": True, "recall": None},
        "inception": {"test": {"value": 12.5, "features": "inception", "n": 10}},
    }
    found = eval_results(RECIPES["vae-3"], metrics, "ylecun/mnist")
    assert [(result.metric_type, result.metric_value) for result in found] == [
        ("sharpness", 0.25),
        ("fid", 12.5),
    ]
    assert found[0].metric_name == "Sharpness, real images = 1 (n = 1,000)"

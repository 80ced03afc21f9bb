"""The table of a model's variants on its card."""

from __future__ import annotations

from typing import Any

from ganvae.cards.comparison import comparison


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

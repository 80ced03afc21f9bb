"""What was measured of stops, and that what is said of it is true."""

from __future__ import annotations

from typing import Any

import pytest

from ganvae.bridges.drift import Measured
from ganvae.bridges.figures import Figures, read_figures
from ganvae.bridges.told import NOT_YET, drift_told, told
from ganvae.metrics.drift import Drift
from ganvae.recipe.shipped import RECIPES

NAMES = ("bridge-digits-0", "bridge-digits-1", "bridge-digits-2")


def stops(*places: tuple[float | None, float | None], **more: list[Any]) -> list[Figures]:
    columns = {"distance": [None], "fitted": [None], "realness": [None], **more}
    return [
        Figures(
            f"s{at}",
            at / 4,
            sharpness,
            columns["distance"][at % len(columns["distance"])],
            columns["fitted"][at % len(columns["fitted"])],
            error,
            columns["realness"][at % len(columns["realness"])],
        )
        for at, (sharpness, error) in enumerate(places)
    ]


def test_figures_are_those_of_the_files() -> None:
    metrics: dict[str, dict[str, Any]] = {
        NAMES[0]: {
            "sharpness": {"ratio": 0.5},
            "distance": {"value": 90},
            "fitted": {"distance": {"value": 40.0}, "sharpness": {"ratio": 0.6}},
            "reconstruction": {"squared_error": 0.01},
        },
        NAMES[1]: {"sharpness": {"ratio": "sharp"}, "distance": {"value": float("nan")}},
        "tuned-gan-digits": {"realness": {"others": {NAMES[0]: 0.25, NAMES[1]: True}}},
    }
    recipes = {name: RECIPES[name] for name in (*NAMES[:2], "tuned-gan-digits")}
    first, second = read_figures(NAMES[:2], recipes, lambda name: metrics[name])
    assert first == Figures(NAMES[0], 0.0, 0.6, 90.0, 40.0, 0.01, 0.25)
    assert second == Figures(NAMES[1], 0.05, None, None, None, None, None)
    assert (first.on_curve, second.on_curve) == ((0.6, 0.01), None)


def test_a_trade_off_is_told_with_its_figures() -> None:
    text = told(stops((0.5, 0.01), (0.75, 0.0203), (1.0, 0.04)))
    assert "From weight 0 to 0.5" in text
    assert "rises from 50 % to 100 % of real" in text
    assert "rises from 0.01 to 0.04." in text
    assert "Every step makes pictures sharper and less faithful" in text


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ([(0.5, 0.01), (0.6, 0.02), (0.55, 0.03)], "1 of 2 steps"),
        ([(0.5, 0.03), (0.6, 0.02)], "No step makes"),
        ([(0.5, 0.02), (0.6, 0.03)], "The step makes"),
        ([(0.5, 0.02), (0.4, 0.02)], "sharpness of samples falls from 50 % to 40 %"),
        ([(0.5, 0.02), (0.4, 0.02)], "pixel begins and ends at 0.02."),
    ],
)
def test_what_is_told_follows_the_figures(places: list[tuple[float, float]], sentence: str) -> None:
    assert sentence in told(stops(*places))


def test_the_nearest_stop_and_realness_are_told_where_all_are_known() -> None:
    places = [(0.5, 0.01), (0.6, 0.02), (0.7, 0.03)]
    text = told(stops(*places, distance=[90, 40, 60], realness=[0.1, 0.5, 0.3]))
    assert (
        "z from N(0, I) come nearest to real pictures at weight 0.25, with a distance of 40" in text
    )
    assert "discriminator says of them rises from 0.10 to 0.30." in text
    assert "fitted" not in text


def test_stops_that_were_not_measured_are_not_told_of() -> None:
    assert told(stops((None, 0.01), (0.5, 0.01), (0.6, None))) == NOT_YET
    assert told([]) == NOT_YET
    text = told(stops((None, None), (0.5, 0.01), (0.6, 0.02)))
    assert "From weight 0.25 to 0.5" in text
    assert "Of 3 stops 1 could not be put on the curve." in text


def test_the_nearest_stop_is_sought_among_all_stops() -> None:
    places = [(0.5, 0.01), (0.6, 0.02), (None, None)]
    assert "at weight 0.5, with a distance of 3." in told(stops(*places, distance=[9, 8, 3]))
    unknown: list[Any] = [9, 8, None]
    assert "distance" not in told(stops(*places, distance=unknown))


def measured(*ratios: float) -> Measured:
    steps = tuple(
        Drift(NAMES[at], NAMES[at + 1], 10 * ratio, 10.0) for at, ratio in enumerate(ratios)
    )
    return Measured("bridge-digits", 2000, 0, "digit-classifier", steps)


def test_drift_is_told_as_it_was_measured() -> None:
    close = drift_told(measured(0.12, 0.3), NAMES)
    assert "neighbours draw it 12 % to 30 % as far apart" in close
    assert "2,000 z" in close
    loose = drift_told(measured(0.12, 0.9), NAMES)
    assert f"from {NAMES[1]} to {NAMES[2]} it moves 90 %" in loose
    assert "One z stays" not in loose


def test_drift_of_other_stops_is_not_told() -> None:
    assert drift_told(measured(0.1), NAMES) == ""

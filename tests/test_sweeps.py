"""What a sweep found, and its charts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ganvae.errors import UserError
from ganvae.plots.sweep import sweep_charts, sweep_picture
from ganvae.sweeps import Sweep


def make(rows: list[dict[str, Any]], **change: Any) -> Sweep:
    values = {
        "model": "vae",
        "pair": "digits",
        "family": "vae",
        "settings": ("latent", "seed"),
        "steps": 100,
        "epochs": None,
        "command": "python train.py",
        "rows": tuple(rows),
    }
    return Sweep(**{**values, **change})


ROWS = [
    {"name": "a", "latent": 2, "seed": 0, "distance": 100.0, "kl": 5.0, "reconstruction": 90.0},
    {"name": "b", "latent": 10, "seed": 0, "distance": 40.0, "kl": 8.0, "reconstruction": 70.0},
    {"name": "c", "latent": 2, "seed": 1, "distance": 120.0, "kl": 7.0, "reconstruction": 94.0},
    {"name": "d", "latent": 10, "seed": 1, "distance": 900.0, "kl": 1e-6, "reconstruction": 200.0},
]


def test_series_are_means_over_seeds_without_collapsed_ones() -> None:
    sweep = make(ROWS)
    assert sweep.values() == [2, 10]
    assert sweep.series("distance") == [(2, 110, pytest.approx(200**0.5)), (10, 40, 0)]
    assert [row["name"] for row in sweep.collapsed()] == ["d"]


def test_missing_and_broken_figures_are_left_out() -> None:
    rows = [{"name": "a", "latent": 2, "distance": float("nan")}, {"name": "b", "latent": 3}]
    assert make(rows).series("distance") == []
    assert sweep_charts(make(rows), 344) == []


def test_a_table_goes_through_its_file(tmp_path: Path) -> None:
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(make(ROWS).to_dict()))
    assert Sweep.read(path) == make(ROWS)
    lines = make(ROWS).to_csv().splitlines()
    assert lines[0] == "name,latent,seed,distance,kl,reconstruction"
    assert lines[4] == "d,10,1,900,1e-06,200"


@pytest.mark.parametrize(
    "change",
    [{"family": "x"}, {"settings": []}, {"rows": 3}, {"command": 5}, {"pair": "x" * 501}],
)
def test_a_file_that_holds_no_sweep_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(make(ROWS).to_dict() | change))
    with pytest.raises(UserError, match="not the table of a sweep"):
        Sweep.read(path)


def test_charts_say_how_many_trainings_there_are() -> None:
    charts = {chart.key: chart for chart in sweep_charts(make(ROWS), 344)}
    assert list(charts) == ["sweep-distance", "sweep-reconstruction", "sweep-kl"]
    distance = charts["sweep-distance"]
    assert "mean of 2 trainings of 100 steps" in distance.note
    assert "1 of 4 collapsed" in distance.note
    assert distance.summary.endswith("At 10 latent dimensions: z from N(0, I) 40.")
    told = [line for line in distance.lines if line["told"]]
    assert [(line["x"], line["y"]) for line in told] == [([2, 10], [110, 40])]
    assert ">10<" in distance.svg


def test_the_dotted_lines_are_a_standard_deviation_away() -> None:
    rows = [
        {"name": f"{latent}-{seed}", "latent": latent, "distance": distance, "kl": 5.0}
        for latent, distances in ((2, (100.0, 104.0, 111.0)), (10, (1.0, 1.0, 40.0)))
        for seed, distance in enumerate(distances)
    ]
    (distance, *_) = sweep_charts(make(rows), 344)
    assert "mean of 3 trainings" in distance.note
    assert "dotted: a standard deviation" in distance.note
    mean, low, high = (line["y"] for line in distance.lines)
    assert mean == [105, 14]
    # (25 + 1 + 36) / 2 and (169 + 169 + 676) / 2 are the variances of samples of three.
    assert high == pytest.approx([105 + 31**0.5, 14 + 507**0.5], rel=1e-3)
    # 14 less that much is below 0, which a logarithmic axis has no place for.
    assert low == pytest.approx([105 - 31**0.5, 1.4], rel=1e-3)


def test_the_picture_holds_every_chart() -> None:
    for family, charts in (("vae", 3), ("gan", 1)):
        picture = sweep_picture(make(ROWS, family=family))
        assert picture is not None
        assert Image.open(io.BytesIO(picture)).size == (charts * 840, 600)
    assert sweep_picture(make([])) is None

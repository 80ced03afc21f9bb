"""The charts of a training: the right data at the right place, and no crash on odd histories."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from ganvae.plots import (
    Chart,
    Curve,
    Run,
    histogram_chart,
    spectrum_chart,
    training_charts,
)
from ganvae.plots.chart import running_mean
from ganvae.plots.drawing import spread
from ganvae.plots.numbers import linear_ticks, log_ticks, short

SVG = "{http://www.w3.org/2000/svg}"
IMAGES = [100.0, 1000.0, 10_000.0, 100_000.0]


def vae(name: str = "vae-100", latent: int = 100, **changes: list[float | None]) -> Run:
    history: dict[str, list[float | None]] = {
        "images": list(IMAGES),
        "train_loss": [300.0, 200.0, 150.0, 100.0],
        "train_reconstruction": [290.0, 185.0, 130.0, 75.0],
        "train_kl": [10.0, 15.0, 20.0, 25.0],
        "test_loss": [None, 201.0, None, 104.0],
        "test_reconstruction": [None, 186.0, None, 78.0],
        "test_kl": [None, 15.0, None, 26.0],
        "distance": [300.0, None, 30.0, 12.0],
        "sharpness": [0.1, None, 0.4, 0.5],
    }
    return Run(name, "vae", latent, history | changes)


def gan(name: str = "gan-100", rows: int = 4) -> Run:
    images = [100.0 * (index + 1) for index in range(rows)]
    history: dict[str, list[float | None]] = {
        "images": list(images),
        "d_loss": [1.4 - 0.001 * index for index in range(rows)],
        "g_loss": [0.7 + 0.001 * index for index in range(rows)],
        "d_real": [0.5] * rows,
        "d_fake_before": [0.4] * rows,
        "d_fake_after": [0.3] * rows,
        "distance": [200.0, *[None] * (rows - 2), 9.0],
        "sharpness": [9.0, *[None] * (rows - 2), 1.02],
    }
    return Run(name, "gan", 100, history)


def by_key(charts: list[Chart]) -> dict[str, Chart]:
    return {chart.key: chart for chart in charts}


def path_points(chart: Chart, line: str) -> list[tuple[float, float]]:
    """The corners of a curve in the units of its SVG."""
    root = ElementTree.fromstring(chart.svg)
    (group,) = (g for g in root.iter(f"{SVG}g") if g.get("id") == f"chart-{chart.key}-{line}")
    path = group.find(f"{SVG}path")
    assert path is not None
    numbers = [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?", path.get("d") or "")]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def data_point(chart: Chart, x: float, y: float) -> tuple[float, float]:
    """What a point of the SVG stands for, by the chart's frame."""
    frame = chart.frame
    across = (x - frame["left"]) / (frame["right"] - frame["left"])
    up = (frame["bottom"] - y) / (frame["bottom"] - frame["top"])
    low_x, high_x = frame["x"]
    low_y, high_y = frame["y"]
    return (
        low_x * (high_x / low_x) ** across,
        low_y * (high_y / low_y) ** up if frame["log_y"] else low_y + (high_y - low_y) * up,
    )


def texts(chart: Chart) -> list[str]:
    root = ElementTree.fromstring(chart.svg)
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_charts_of_a_pair_in_their_order() -> None:
    charts = training_charts([vae(), gan()])
    assert [(chart.group, chart.key) for chart in charts] == [
        ("both", "distance"),
        ("both", "sharpness"),
        ("vae", "vae-loss"),
        ("vae", "vae-reconstruction"),
        ("vae", "vae-kl"),
        ("gan", "gan-loss"),
        ("gan", "gan-scores"),
    ]
    assert all(chart.svg and not chart.missing for chart in charts)


def test_recall_is_shown_where_it_was_measured() -> None:
    charts = training_charts([vae(recall=[0.0, None, 0.3, 0.7]), gan()])
    assert [chart.key for chart in charts[:3]] == ["distance", "recall", "sharpness"]
    chart = charts[1]
    points = [data_point(chart, *point) for point in path_points(chart, "vae-100-recall")]
    for point, expected in zip(points, [(100, 0), (10_000, 0.3), (100_000, 0.7)], strict=True):
        assert point == pytest.approx(expected, rel=0.02, abs=0.01)
    assert "not recorded: GAN" in chart.note


@pytest.mark.parametrize("width", [360, 560])
@pytest.mark.parametrize(
    ("key", "line", "expected"),
    [
        ("vae-loss", "vae-100-train_loss", list(zip(IMAGES, [300, 200, 150, 100], strict=True))),
        ("vae-loss", "vae-100-test_loss", [(1000, 201), (100_000, 104)]),
        ("vae-kl", "vae-100-test_kl", [(1000, 15), (100_000, 26)]),
        ("distance", "vae-100-distance", [(100, 300), (10_000, 30), (100_000, 12)]),
        ("distance", "gan-100-distance", [(100, 200), (400, 9)]),
        ("sharpness", "gan-100-sharpness", [(100, 9), (400, 1.02)]),
        ("gan-scores", "gan-100-d_fake_after", [(100, 0.3), (400, 0.3)]),
    ],
)
def test_curves_run_through_the_data(
    key: str, line: str, expected: list[tuple[float, float]], width: int
) -> None:
    chart = by_key(training_charts([vae(), gan()], width=width))[key]
    found = [data_point(chart, *point) for point in path_points(chart, line)]
    assert found[0] == pytest.approx(expected[0], rel=1e-3)
    assert found[-1] == pytest.approx(expected[-1], rel=1e-3)
    if key == "vae-loss":
        assert len(found) == len(expected)
        for point, wanted in zip(found, expected, strict=True):
            assert point == pytest.approx(wanted, rel=1e-3)


def test_tick_labels_stand_at_their_values() -> None:
    chart = by_key(training_charts([vae(), gan()]))["distance"]
    root = ElementTree.fromstring(chart.svg)
    places = {
        "".join(element.itertext()): [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", move)]
        for element in root.iter(f"{SVG}text")
        if (move := element.get("x") and f"{element.get('x')} {element.get('y')}")
    }
    assert "1 k" in places
    x, _ = data_point(chart, places["1 k"][0], 0)
    assert x == pytest.approx(1000, rel=0.01)


def test_levels_stand_at_one_and_one_half() -> None:
    charts = by_key(training_charts([vae(), gan()]))
    for key, value in (("sharpness", 1.0), ("gan-scores", 0.5)):
        start, end = path_points(charts[key], "level")
        assert start[1] == end[1]
        assert data_point(charts[key], *start)[1] == pytest.approx(value, rel=1e-3)
    assert "real digits" in texts(charts["sharpness"])


def test_the_word_on_a_level_keeps_clear_of_the_curves() -> None:
    # The GAN is at 1 at first, the VAE falls to it later.
    images = [1000.0, 10_000.0, 100_000.0]
    runs = [
        Run("a-3", "vae", 3, {"images": [*images], "sharpness": [0.4, 0.4, 0.4]}),
        Run("b-3", "gan", 3, {"images": [*images], "sharpness": [0.95, 1.05, 2.0]}),
    ]
    chart = by_key(training_charts(runs))["sharpness"]
    root = ElementTree.fromstring(chart.svg)
    (word,) = (e for e in root.iter(f"{SVG}text") if "".join(e.itertext()) == "real digits")
    left, baseline = float(word.get("x") or "nan"), float(word.get("y") or "nan")
    curve = path_points(chart, "b-3-sharpness")
    for x in (left, left + 30, left + 60):
        height = np.interp(x, [point[0] for point in curve], [point[1] for point in curve])
        assert not baseline - 11 < height < baseline + 2


def test_curves_are_named_at_their_ends() -> None:
    charts = by_key(training_charts([vae("vae-3", 3), vae(), gan()]))
    assert {"VAE 3", "VAE 100", "GAN 100"} <= set(texts(charts["distance"]))
    assert {"train", "test"} <= set(texts(charts["vae-loss"]))
    assert {"D", "G"} <= set(texts(charts["gan-loss"]))


def faces() -> list[Run]:
    """Study C's two: a squared error, and scores beyond 0 and 1."""
    c = {"dataset": "celeba", "loss": "squared-error", "features": "efficientnet-lite0"}
    scores: dict[str, list[float | None]] = {"d_real": [0.5, 0.9, 1.4, 1.2], "d_fake_after": [-0.6]}
    scores["d_fake_after"] *= 4
    return [
        dataclasses.replace(vae("face-vae-128", 128), beta=0.00025, **c),
        dataclasses.replace(gan("face-gan-128"), history=gan().history | scores, **c),
    ]


def test_words_and_units_are_those_of_the_data_and_the_loss() -> None:
    charts = by_key(training_charts(faces()))
    assert charts["distance"].title == "How far are the samples from real faces?"
    assert "the features of EfficientNet-Lite0, 1,000 samples" in charts["distance"].note
    assert "real faces" in texts(charts["sharpness"])
    assert charts["vae-loss"].note.startswith("mean squared error + 0.00025 × KL; ")
    assert charts["vae-reconstruction"].note.startswith("mean squared error of a pixel")
    assert "nats" in charts["vae-kl"].note
    for key in ("vae-loss", "vae-reconstruction", "gan-loss", "gan-scores"):
        assert "nats" not in charts[key].note
    for chart in charts.values():
        told = chart.title + chart.note + chart.svg
        assert "digit" not in told
        assert "robabilit" not in told
    digits = by_key(training_charts([vae(), gan()]))
    assert digits["vae-loss"].note.startswith("reconstruction + KL, nats per image")
    assert "probability" in digits["gan-scores"].note


def test_scores_beyond_0_and_1_are_not_cut_off() -> None:
    chart = by_key(training_charts(faces()))["gan-scores"]
    assert "score" in chart.note
    low, high = chart.frame["y"]
    assert low < -0.6
    assert high > 1.4
    first, *_, last = path_points(chart, "face-gan-128-d_fake_after")
    assert data_point(chart, *first) == pytest.approx((100, -0.6), rel=1e-3)
    assert data_point(chart, *last)[1] == pytest.approx(-0.6, rel=1e-3)
    # A probability keeps its whole range.
    assert by_key(training_charts([gan()]))["gan-scores"].frame["y"] == [0, 1]


def test_a_pair_of_two_data_sets_shows_pictures() -> None:
    digit, face = vae(), faces()[1]
    charts = by_key(training_charts([digit, face]))
    assert charts["distance"].title == "How far are the samples from real pictures?"
    assert charts["distance"].note.startswith("Fréchet distance in a network's features")


def test_several_vaes_share_charts_in_shades_of_blue() -> None:
    runs = [vae("vae-3", 3), vae("vae-10", 10), vae(), gan()]
    charts = by_key(training_charts(runs, main="vae-10"))
    for key, lines in (("vae-reconstruction", 6), ("vae-kl", 6), ("distance", 4)):
        assert len(charts[key].lines) == lines
    colours = {line["label"]: line["colour"] for line in charts["distance"].lines}
    assert len(set(colours.values())) == 4
    assert colours["GAN 100"] == "var(--gv-gan,#f97316)"
    assert "VAE 10 fall?" in charts["vae-loss"].title


def test_train_is_solid_and_test_is_dashed() -> None:
    lines = by_key(training_charts([vae()]))["vae-loss"].lines
    assert [(line["label"], line["style"]) for line in lines] == [
        ("train", "solid"),
        ("test", "dashed"),
    ]


def test_a_summary_tells_the_last_values() -> None:
    charts = by_key(training_charts([vae(), gan()]))
    assert "VAE 100 12, GAN 100 9" in charts["distance"].summary
    assert "After 100 k images: train 100, test 104." in charts["vae-loss"].summary
    root = ElementTree.fromstring(charts["distance"].svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == charts["distance"].summary
    assert root.findtext(f"{SVG}title") == charts["distance"].summary


def test_a_picture_fits_into_any_page() -> None:
    charts = training_charts([vae(), gan()])
    for chart in charts:
        assert "currentColor" in chart.svg
        assert "<style" not in chart.svg  # it would reach the whole page
        assert "DejaVu" not in chart.svg
        assert "#010203" not in chart.svg
        assert "<text" in chart.svg
    ids = [name for chart in charts for name in re.findall(r'\sid="([^"]+)"', chart.svg)]
    assert len(ids) == len(set(ids))
    for chart in charts:
        for name in re.findall(r'(?:href="#|url\(#)([^")]+)', chart.svg):
            assert name in ids


def test_the_same_data_give_the_same_picture() -> None:
    first, second = (training_charts([vae(), gan()]) for _ in range(2))
    assert [chart.svg for chart in first] == [chart.svg for chart in second]


def test_numbers_for_the_page_are_json() -> None:
    for chart in training_charts([vae(), gan(rows=2000)]):
        json.dumps(chart.to_dict(), allow_nan=False)
        for line in chart.lines:
            assert len(line["x"]) == len(line["y"]) <= 301


def test_noisy_curves_get_a_running_mean_over_the_points() -> None:
    chart = by_key(training_charts([gan(rows=200)]))["gan-loss"]
    assert "running mean" in chart.note
    raw = [data_point(chart, *point) for point in path_points(chart, "gan-100-d_loss-raw")]
    assert raw[-1] == pytest.approx((20_000, 1.4 - 0.199), rel=1e-3)
    assert "running mean" not in by_key(training_charts([gan()]))["gan-loss"].note


def test_running_mean_by_hand() -> None:
    assert running_mean((1.0, 2.0, 3.0)) == (1.0, 2.0, 3.0)
    values = tuple(float(index) for index in range(80))
    smooth = running_mean(values)
    assert smooth[40] == pytest.approx(40)
    assert smooth[:7] == pytest.approx(values[:7])
    assert smooth[-1] == pytest.approx(78)  # of 77, 78, 79


@pytest.mark.parametrize(
    "run",
    [
        Run("vae-100", "vae", 100, {}),
        Run("vae-100", "vae", 100, {"images": [], "train_loss": []}),
        Run("vae-100", "vae", 100, {"images": [None, None], "train_loss": [1.0, 2.0]}),
        Run("vae-100", "vae", 100, {"images": [0.0], "train_loss": [5.0]}),
        Run("vae-100", "vae", 100, {"images": [100.0], "train_loss": [math.nan]}),
        Run("vae-100", "vae", 100, {"images": [math.inf], "train_loss": [1.0]}),
    ],
)
def test_nothing_to_draw_is_a_sentence(run: Run) -> None:
    for chart in training_charts([run]):
        assert chart.svg == ""
        assert chart.missing.endswith(".")
        assert "vae-100" in chart.missing
        assert chart.missing in chart.summary


def test_why_a_history_is_missing_is_told() -> None:
    run = Run("vae-100", "vae", 100, {}, "The history of vae-100 can't be read.")
    assert {chart.missing for chart in training_charts([run])} == {run.problem}


def test_a_run_without_distances_says_so() -> None:
    chart = by_key(training_charts([vae(distance=[None] * 4)]))["distance"]
    assert chart.missing == "No distances were recorded for vae-100."


def test_one_member_without_distances_leaves_the_other() -> None:
    chart = by_key(training_charts([vae(distance=[None] * 4), gan()]))["distance"]
    assert [line["label"] for line in chart.lines] == ["GAN 100"]
    assert chart.note.endswith("not recorded: VAE 100")


@pytest.mark.parametrize(
    "changes",
    [
        {"train_loss": [math.nan, 200.0, math.inf, 100.0]},
        {"train_loss": [1e300, 200.0, -1e300, 100.0]},
        {"train_loss": [0.0, 0.0, 0.0, 0.0]},
        {"train_loss": [100.0]},
        {"train_loss": [-5.0, -4.0, -3.0, -2.0]},
        {"distance": [0.0, -1.0, 3.0, 1e-12]},
        {"distance": [5.0, 5.0, 5.0, 5.0]},
        {"sharpness": [1e8, 1e-8, 1.0, 1.0]},
        {"images": [100.0, 100.0, 50.0, None]},
        {"images": [1e-9, 1.0, 1e8, 9e8]},
    ],
)
def test_odd_numbers_still_draw(changes: dict[str, list[float | None]]) -> None:
    charts = by_key(training_charts([vae(**changes), gan()]))
    for key in ("vae-loss", "distance", "sharpness"):
        assert charts[key].svg
        json.dumps(charts[key].to_dict(), allow_nan=False)


def test_a_single_row_is_a_point() -> None:
    run = Run("vae-100", "vae", 100, {"images": [5000.0], "train_loss": [123.0]})
    chart = by_key(training_charts([run]))["vae-loss"]
    assert "train 123" in chart.summary
    assert "<use" in chart.svg  # the marker
    assert chart.frame["x"] == [2500, 10_000]


def test_a_name_from_a_folder_cannot_break_out_of_the_picture() -> None:
    charts = training_charts([vae('"><script>alert(1)</script>')])
    for chart in charts:
        ElementTree.fromstring(chart.svg)
        assert "<script" not in chart.svg


def test_no_pair_no_charts() -> None:
    assert training_charts([]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (5.882, "5.88"),
        (0.04231, "0.042"),
        (0.0055, "0.0055"),
        (0.00001234, "1.2e-05"),
        (99.96, "100"),
        (100.3, "100"),
        (-12.34, "-12.3"),
        (796_800, "797 k"),
        (999_600, "1 M"),
        (1_234_567, "1.23 M"),
        (-0.0001, "-1.0e-04"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert short(value) == text


def test_ticks_are_few_and_round() -> None:
    assert linear_ticks(0, 1) == [0, 0.5, 1]
    assert linear_ticks(95, 310) == [100, 150, 200, 250, 300]
    assert linear_ticks(3, 3) == [3]
    assert log_ticks(3200, 800_000) == [1e4, 3e4, 1e5, 3e5]
    assert log_ticks(32, 6e6) == [1e2, 1e3, 1e4, 1e5, 1e6]
    for low, high in ((1e-9, 1e9), (3.0, 4.0), (5.0, 300.0), (1.0, 1.1)):
        ticks = log_ticks(low, high)
        assert len(ticks) <= 5
        assert all(low * 0.999 <= tick <= high * 1.001 for tick in ticks)


def test_marks_keep_their_distance_and_order() -> None:
    assert spread([10, 50, 90], 14, 0, 100) == [10, 50, 90]
    assert spread([50, 52], 14, 0, 100) == pytest.approx([44, 58])
    assert spread([52, 50, 51], 14, 0, 100) == pytest.approx([65, 37, 51])
    assert spread([99, 100], 14, 0, 100) == pytest.approx([86, 100])
    assert spread([0, 0], 14, 0, 100) == pytest.approx([0, 14])


def test_measures_have_a_linear_axis_and_their_own_words() -> None:
    curves = [
        Curve("vae-3", "VAE 3", "vae", (9.0, 2.0, 1.0, 0.0, -1.0)),
        Curve("real", "real", "real", (9.0, 2.5, 2.0, 1.5, 1.0)),
    ]
    chart = spectrum_chart(curves, "note", "", 344)
    assert not chart.frame["log_x"]
    assert chart.frame["x"] == [1, 4]
    # That at 0 cycles would squeeze all others.
    assert chart.frame["y"][1] < 3
    ticks = re.findall(r">([\d.]+)</text>", chart.svg)
    assert {"1", "2", "3", "4"} <= set(ticks)
    assert "cycles per picture" in chart.svg
    assert "images" not in chart.summary
    assert chart.summary.endswith("Curves of VAE 3, real.")
    assert [line["style"] for line in chart.lines] == ["solid", "dashed"]


def test_a_histogram_leaves_out_what_hardly_occurs() -> None:
    edges = [float(edge) for edge in range(9)]
    curves = [Curve("gan-1", "GAN 1", "gan", (0.0001, 0, 0, 0.5, 0.4999, 0, 0, 0))]
    chart = histogram_chart(curves, edges, "note", "", 344)
    (line,) = chart.lines
    assert line["x"] == [2, 3, 3, 4, 4, 5, 5, 6]
    assert line["y"][2] == 50
    nothing = histogram_chart([], [], "note", "Nothing was measured.", 344)
    assert (nothing.svg, nothing.missing) == ("", "Nothing was measured.")

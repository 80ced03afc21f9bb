"""What the Training tab asks of the server: charts, moments, sheets and originals."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganvae import data
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.ui.shelf import Shelf
from ganvae.ui.training_tab import MAX_SHEETS, WIDTHS, TrainingTab
from ganvae.ui.training_tab.curves import Curves
from ganvae.ui.training_tab.timelapse import Timelapse
from tests.ui.bound import Bound

PAIR = {"models": ["vae-3", "vae-10", "gan-100"], "main": "vae-10", "width": WIDTHS[0]}


@pytest.fixture
def collection(tiny_weights: Path, tmp_path: Path) -> Collection:
    """A collection whose files a test may spoil."""
    for name in ("vae-3", "vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, tmp_path / name)
    return Collection(tmp_path)


@pytest.fixture
def timelapse(collection: Collection) -> Bound:
    return Bound(Timelapse(), collection)


def picture(url: str, media: str = "webp") -> np.ndarray:
    kind, _, content = url.partition(",")
    assert kind == f"data:image/{media};base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def test_the_component_has_its_files_and_functions(collection: Collection) -> None:
    tab = TrainingTab(Shelf(collection))
    assert "training-charts" in tab.html_template
    assert 'mount("training_tab/script.js"' in tab.js_on_load
    assert {"charts", "moments", "sheets", "originals"} <= set(dir(tab))


def test_charts_of_a_pair(collection: Collection) -> None:
    reply = Bound(Curves(), collection).charts(PAIR)
    json.dumps(reply, allow_nan=False)
    charts = {chart["key"]: chart for chart in reply["charts"]}
    assert len(charts) == 7
    assert all(chart["svg"].startswith("<svg") for chart in charts.values())
    assert [line["label"] for line in charts["distance"]["lines"]] == [
        "VAE 3",
        "VAE 10",
        "GAN 100",
    ]
    # 32 images a step, ten steps, and scores at the fifth and the tenth.
    assert charts["distance"]["lines"][0]["x"] == [160, 320]
    assert charts["vae-loss"]["lines"][0]["x"][-1] == 320


def test_charts_are_drawn_again_only_for_a_new_history(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    curves = Bound(Curves(), collection)
    first = curves.charts(PAIR)["charts"]
    assert curves.charts(PAIR)["charts"] is first
    path = collection.entries["gan-100"].folder / "history.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-3]) + "\n")
    second = curves.charts(PAIR)["charts"]
    assert second is not first
    loss = next(chart for chart in second if chart["key"] == "gan-loss")
    assert loss["lines"][0]["x"][-1] == 32 * 7


@pytest.mark.parametrize("text", ["not,a\ntable,at all\n", "images,d_loss\n1,2,3\nx,y\n"])
def test_a_broken_history_is_a_sentence(collection: Collection, text: str) -> None:
    (collection.entries["gan-100"].folder / "history.csv").write_text(text)
    charts = Bound(Curves(), collection).charts(PAIR)["charts"]
    loss = next(chart for chart in charts if chart["key"] == "gan-loss")
    assert loss["svg"] == ""
    assert "gan-100" in loss["missing"]
    assert str(collection.weights) not in json.dumps(charts)


def test_no_history_is_a_sentence(collection: Collection) -> None:
    for name in PAIR["models"]:
        (collection.entries[name].folder / "history.csv").unlink()
    for chart in Bound(Curves(), collection).charts(PAIR)["charts"]:
        assert chart["missing"].startswith("No history was kept of the training of ")


@pytest.mark.parametrize(
    "changes",
    [
        {"models": []},
        {"models": ["vae-3"] * 9},
        {"models": "vae-3"},
        {"models": ["../vae-3"]},
        {"models": [7]},
        {"models": None},
        {"main": "gan-100"},
        {"main": "unknown"},
        {"main": 7},
        {"width": 1},
        {"width": None},
        {"width": "560"},
        {"width": float("nan")},
        {"width": [560]},
    ],
)
def test_odd_requests_for_charts_are_refused(
    collection: Collection, changes: dict[str, Any]
) -> None:
    with pytest.raises(UserError):
        Bound(Curves(), collection).charts(PAIR | changes)


def test_moments_of_a_training(timelapse: Bound) -> None:
    assert timelapse.moments({"model": "vae-3"}) == {
        "columns": 8,
        "rows": 4,
        "tile": [32, 32],
        "kinds": ["samples", "reconstructions"],
        "moments": [
            {"step": 0, "images": 0},
            {"step": 1, "images": 32},
            {"step": 10, "images": 320},
        ],
    }
    assert timelapse.moments({"model": "gan-100"})["kinds"] == ["samples"]


def test_no_snapshots_is_a_sentence(timelapse: Bound, collection: Collection) -> None:
    shutil.rmtree(collection.entries["vae-3"].folder / "snapshots")
    reply = timelapse.moments({"model": "vae-3"})
    assert reply["moments"] == []
    assert reply["problem"] == "No pictures were kept of the training of vae-3."
    with pytest.raises(UserError, match="No pictures"):
        timelapse.sheets({"model": "vae-3", "kind": "samples", "moments": [0]})


def test_a_bad_index_is_a_sentence(timelapse: Bound, collection: Collection) -> None:
    folder = collection.entries["vae-3"].folder
    path = folder / "snapshots" / "index.json"
    values = json.loads(path.read_text())
    values["moments"][0]["samples"] = "../../gan-100/snapshots/samples-00000000.webp"
    path.write_text(json.dumps(values))
    reply = timelapse.moments({"model": "vae-3"})
    assert reply["moments"] == []
    assert reply["problem"] == "The snapshots of vae-3 have no valid index.json."
    with pytest.raises(UserError, match=r"no valid index\.json"):
        timelapse.sheets({"model": "vae-3", "kind": "samples", "moments": [0]})


def test_sheets_are_the_files(timelapse: Bound, collection: Collection) -> None:
    request = {"model": "vae-3", "kind": "reconstructions", "moments": [2, 0]}
    reply = timelapse.sheets(request)
    assert reply["problem"] is None
    for sheet, step in zip(reply["sheets"], (10, 0), strict=True):
        path = collection.entries["vae-3"].folder / f"snapshots/reconstructions-{step:08d}.webp"
        assert np.array_equal(picture(sheet["url"]), np.asarray(Image.open(path)))


def change_first_moment(folder: Path, **changes: Any) -> None:
    path = folder / "snapshots" / "index.json"
    values = json.loads(path.read_text())
    values["moments"][0] |= changes
    path.write_text(json.dumps(values))


def test_sharpness_is_what_it_was_before_the_sheet_was_stored(
    timelapse: Bound, collection: Collection
) -> None:
    folder = collection.entries["vae-3"].folder
    change_first_moment(folder, laplacian_variance={"reconstructions": 0.5, "samples": 0.25})
    request = {"model": "vae-3", "kind": "samples", "moments": [0]}
    (sheet,) = timelapse.sheets(request)["sheets"]
    assert sheet["sharpness"] == pytest.approx(0.25 / 0.1)  # real data's variance is .1 here


def test_sharpness_of_an_older_sheet_is_that_of_its_pictures(
    timelapse: Bound, collection: Collection
) -> None:
    folder = collection.entries["vae-3"].folder
    # Stripes of one pixel: at each inner pixel the Laplacian is 2 or -2 by turns.
    stripes = np.zeros((128, 256), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(folder / "snapshots" / "samples-00000000.png")
    change_first_moment(folder, samples="samples-00000000.png")
    request = {"model": "vae-3", "kind": "samples", "moments": [0]}
    (sheet,) = timelapse.sheets(request)["sheets"]
    assert sheet["url"].startswith("data:image/png;base64,")
    assert sheet["sharpness"] == pytest.approx(4.0 / 0.1)
    metrics = collection.entries["vae-3"].folder / "metrics.json"
    metrics.unlink()
    (sheet,) = timelapse.sheets(request)["sheets"]
    assert sheet["sharpness"] is None


def test_a_broken_sheet_leaves_the_others(timelapse: Bound, collection: Collection) -> None:
    snapshots = collection.entries["vae-3"].folder / "snapshots"
    (snapshots / "samples-00000001.webp").write_bytes(b"no picture")
    reply = timelapse.sheets({"model": "vae-3", "kind": "samples", "moments": [0, 1, 2]})
    assert [sheet is None for sheet in reply["sheets"]] == [False, True, False]
    assert "samples-00000001.webp" in reply["problem"]
    assert str(snapshots) not in reply["problem"]


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "../vae-3"},
        {"model": None},
        {"kind": "originals"},
        {"kind": "../samples"},
        {"kind": ["samples"]},
        {"kind": None},
        {"moments": [3]},
        {"moments": [-1]},
        {"moments": [0.5]},
        {"moments": [True]},
        {"moments": ["samples-00000000.webp"]},
        {"moments": "../../etc/passwd"},
        {"moments": []},
        {"moments": [0] * (MAX_SHEETS + 1)},
        {"moments": None},
    ],
)
def test_odd_requests_for_sheets_are_refused(timelapse: Bound, changes: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        timelapse.sheets({"model": "vae-3", "kind": "samples", "moments": [0]} | changes)


def test_a_gan_has_no_reconstructions(timelapse: Bound) -> None:
    with pytest.raises(UserError, match="gan-100 has snapshots of samples"):
        timelapse.sheets({"model": "gan-100", "kind": "reconstructions", "moments": [0]})


def test_originals_are_the_test_images(
    timelapse: Bound, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    reply = timelapse.originals({"model": "vae-3"})
    sheet = picture(reply["sheet"], "png")
    assert sheet.shape == (128, 256)
    images = data.resize(data.load_images("mnist", "test", small_data), (32, 32))
    for place in (0, 7, 8, 31):
        row, column = divmod(place, 8)
        tile = sheet[row * 32 : (row + 1) * 32, column * 32 : (column + 1) * 32]
        assert np.array_equal(tile, images[place, 0].numpy())


@pytest.fixture
def faces(face_weights: Path, tmp_path: Path) -> Collection:
    """Colour models whose files a test may spoil."""
    for name in ("face-vae-128", "face-gan-128", "cat-vae"):
        shutil.copytree(face_weights / name, tmp_path / name)
    return Collection(tmp_path)


def test_sheets_of_faces_have_two_rows(faces: Collection) -> None:
    moments = Bound(Timelapse(), faces).moments({"model": "face-gan-128"})
    assert (moments["columns"], moments["rows"], moments["tile"]) == (8, 2, [64, 64])
    request = {"model": "face-gan-128", "kind": "samples", "moments": [2]}
    (sheet,) = Bound(Timelapse(), faces).sheets(request)["sheets"]
    assert picture(sheet["url"], "jpeg").shape == (128, 512, 3)
    assert sheet["sharpness"] > 0


def test_originals_of_faces_are_read_one_by_one(
    faces: Collection, small_celeba: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_celeba))
    for slow in ("load_sets", "load_for", "load_images"):
        monkeypatch.setattr(data, slow, lambda *_, name=slow: pytest.fail(name))
    sheet = picture(Bound(Timelapse(), faces).originals({"model": "face-vae-128"})["sheet"], "png")
    assert sheet.shape == (128, 512, 3)
    images = data.load_first_test_images(faces.recipe("face-vae-128"), 16, small_celeba)
    for place in range(16):
        row, column = divmod(place, 8)
        tile = sheet[row * 64 : (row + 1) * 64, column * 64 : (column + 1) * 64]
        assert np.array_equal(tile, images[place].permute(1, 2, 0).numpy())


def test_a_file_cannot_make_the_page_read_a_whole_folder(
    faces: Collection, small_celeba: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_celeba))
    monkeypatch.setattr(data, "load_first_test_images", lambda *_: pytest.fail("read"))
    path = faces.entries["face-vae-128"].folder / "snapshots" / "index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"test_indices": [10**9]}))
    assert Bound(Timelapse(), faces).originals({"model": "face-vae-128"})["sheet"] is None


def test_originals_that_nobody_else_has_are_a_note(
    faces: Collection, small_celeba: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_celeba))
    reply = Bound(Timelapse(), faces).originals({"model": "cat-vae"})
    assert reply["sheet"] is None
    assert reply["note"].startswith("The originals are not at hand")
    assert "GANVAE_DATA" not in reply["note"]


def test_charts_of_faces_speak_of_faces_and_scores(faces: Collection) -> None:
    request = {"models": ["face-vae-128", "face-gan-128"], "main": None, "width": WIDTHS[0]}
    charts = {chart["key"]: chart for chart in Bound(Curves(), faces).charts(request)["charts"]}
    assert charts["distance"]["title"] == "How far are the samples from real faces?"
    assert "EfficientNet-Lite0" in charts["distance"]["note"]
    assert charts["vae-loss"]["note"].startswith("mean squared error + 0.00025 × KL")
    assert "score" in charts["gan-scores"]["note"]


def test_originals_without_data_are_a_note(
    timelapse: Bound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, os.fspath(tmp_path / "nothing"))
    reply = timelapse.originals({"model": "vae-3"})
    assert reply["sheet"] is None
    assert "GANVAE_DATA" in reply["note"]
    assert str(tmp_path) not in reply["note"]


def test_originals_that_the_data_set_lacks_are_a_note(
    timelapse: Bound,
    collection: Collection,
    small_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    path = collection.entries["vae-3"].folder / "snapshots" / "index.json"
    values = json.loads(path.read_text()) | {"test_indices": [40]}
    path.write_text(json.dumps(values))
    assert timelapse.originals({"model": "vae-3"})["sheet"] is None


def test_a_gan_has_no_originals(timelapse: Bound) -> None:
    assert timelapse.originals({"model": "gan-100"}) == {"sheet": None, "note": ""}


def test_unknown_models_are_refused(timelapse: Bound) -> None:
    for function in (timelapse.moments, timelapse.originals):
        for model in ("unknown", "../vae-3", 7, None, ["vae-3"], "x" * 10_000):
            with pytest.raises(UserError):
                function({"model": model})

"""What the Compare tab asks of the server: matched pictures and what was measured."""

from __future__ import annotations

import base64
import io
import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae import data, files, render
from ganvae.collection import Collection
from ganvae.data.handwriting import as_mnist
from ganvae.errors import UserError
from ganvae.inversion.search import Progress, search
from ganvae.models import GAN, VAE
from ganvae.sweeps import Sweep
from ganvae.ui import originals, sampling
from ganvae.ui.compare import CompareTab, pictures
from ganvae.ui.compare.figures import WIDTHS, Figures
from ganvae.ui.compare.pictures import Pictures
from ganvae.ui.limits import LINE_LOOK_SECONDS, LOOK_SECONDS, MOST_SEARCHES
from ganvae.ui.measured import three_digits, with_commas
from ganvae.ui.originals import DRAWING_SIDE
from ganvae.ui.searches import Searches
from ganvae.ui.shelf import Shelf
from tests.measures import add_metrics, write_measures
from tests.ui.bound import Bound

SAMPLE = {"vae": "vae-10", "gan": "gan-100", "source": "sample", "seed": 7, "pick": 3}
FIGURES = {"models": ["vae-3", "vae-10", "gan-100"], "width": WIDTHS[0]}


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """Models with all that can be measured, which a test may spoil."""
    folder = tmp_path / "weights"
    for name in ("vae-3", "vae-10", "gan-100", "mlp-vae-20", "mlp-gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    write_measures(folder)
    return folder


@pytest.fixture
def collection(weights: Path) -> Collection:
    return Collection(weights)


@pytest.fixture
def stage(collection: Collection) -> Bound:
    return Bound(Pictures(Searches()), collection)


def nearest(stage: Bound, request: dict[str, Any]) -> dict[str, Any]:
    """What the page gets in the end: it asks again while it is told to wait."""
    end = time.monotonic() + 60
    while "wait" in (answer := stage.nearest(request)):
        assert time.monotonic() < end
        time.sleep(0.01)
    return answer


def pixels(url: str) -> np.ndarray:
    kind, _, content = url.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def drawn(stroke: tuple[slice, slice] = (slice(8, 56), slice(28, 34))) -> str:
    """A drawing of one bar, as the browser sends it."""
    sheet = np.zeros((DRAWING_SIDE, DRAWING_SIDE), np.uint8)
    sheet[stroke] = 255
    return base64.b64encode(sheet.tobytes()).decode()


def vae_of(collection: Collection, name: str) -> VAE:
    model = collection.model(name)
    assert isinstance(model, VAE)
    return model


def gan_of(collection: Collection, name: str) -> GAN:
    model = collection.model(name)
    assert isinstance(model, GAN)
    return model


def same(url: str, image: torch.Tensor) -> bool:
    expected = render.to_pixels(image)[0]
    seen = pixels(url).reshape(expected.shape)
    return bool(np.abs(seen.astype(int) - expected.astype(int)).max() <= 1)


# Pictures


def test_a_sample_and_its_reconstruction(stage: Bound, collection: Collection) -> None:
    answer = stage.picture(SAMPLE)
    json.dumps(answer, allow_nan=False)
    sample = sampling.sample(collection, "gan-100", 7, 4, 1.0)[3:]
    redrawn = vae_of(collection, "vae-10").reconstruct(sample)
    assert same(answer["gan"]["image"], sample)
    assert same(answer["vae"]["image"], redrawn)
    assert not same(answer["vae"]["image"], sample)
    assert "original" not in answer
    assert (answer["shape"], answer["scale"]) == ([1, 32, 32], "probability")
    gan = gan_of(collection, "gan-100")
    for part, image in (("gan", sample), ("vae", redrawn)):
        told = answer[part]
        expected = collection.sharpness("gan-100", image)
        assert told["sharpness"] == pytest.approx(expected, rel=1e-3)
        assert told["realness"] == pytest.approx(gan.realness(image).item(), abs=1e-4)
    error = (sample - redrawn).square().mean().sqrt().item()
    assert answer["vae"]["error"] == pytest.approx(error, rel=1e-3)
    assert answer["gan"]["error"] is None


def test_the_temperature_is_that_of_the_other_tabs(stage: Bound, collection: Collection) -> None:
    answer = stage.picture({**SAMPLE, "temperature": 0.25})
    sample = sampling.sample(collection, "gan-100", 7, 4, 0.25)[3:]
    assert same(answer["gan"]["image"], sample)


def test_a_test_image(
    stage: Bound, collection: Collection, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    assert stage.sources({"model": "vae-10"}) == {"test": 40, "note": "", "drawing": True}
    request = {**SAMPLE, "source": "test", "index": 5}
    answer = stage.picture(request)
    images = data.resize(data.load_images("mnist", "test", small_data)[5:6], (32, 32))
    original = data.to_float(images)
    assert same(answer["original"]["image"], original)
    assert same(answer["vae"]["image"], vae_of(collection, "vae-10").reconstruct(original))
    assert "gan" not in answer
    found_picture = nearest(stage, request)["gan"]
    gan = gan_of(collection, "gan-100")
    found = list(search(gan, original, 0))[-1]
    assert same(found_picture["image"], gan.generate(found.z))
    assert found_picture["error"] == pytest.approx(found.error**0.5, rel=1e-3)


@pytest.mark.parametrize("index", [40, -1, 0.5, "0", None, True, 10**30])
def test_no_other_test_image(
    stage: Bound, small_data: Path, monkeypatch: pytest.MonkeyPatch, index: Any
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    with pytest.raises(UserError, match="whole number from 0 to 39"):
        stage.picture({**SAMPLE, "source": "test", "index": index})


def test_without_data_there_is_a_sentence(
    stage: Bound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path / "nothing"))
    offer = stage.sources({"model": "vae-10"})
    assert offer["test"] == 0
    assert offer["note"].startswith("The test images are not at hand")
    assert str(tmp_path) not in offer["note"]
    with pytest.raises(UserError, match="not at hand"):
        stage.picture({**SAMPLE, "source": "test", "index": 0})


def test_faces_offer_no_drawing_and_some_photographs(
    face_weights: Path, small_celeba: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Bound(Pictures(Searches()), Collection(face_weights))
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_celeba))
    monkeypatch.setattr(originals, "_DECODED", 3)
    assert stage.sources({"model": "face-vae-128"}) == {"test": 3, "note": "", "drawing": False}
    offer = stage.sources({"model": "cat-vae"})
    assert offer["test"] == 0
    assert "whoever trained" in offer["note"]
    faces = {"vae": "face-vae-128", "gan": "face-gan-128"}
    answer = stage.picture({**faces, "source": "test", "index": 2})
    assert answer["scale"] == "score"
    assert pixels(answer["original"]["image"]).shape == (64, 64, 3)
    with pytest.raises(UserError, match="handwritten digits"):
        stage.picture({**faces, "source": "drawing", "drawing": drawn()})


def test_a_drawing_is_framed_as_mnist_frames_digits(stage: Bound, collection: Collection) -> None:
    names = {"vae": "mlp-vae-20", "gan": "mlp-gan-100", "source": "drawing"}
    answer = stage.picture({**names, "drawing": drawn((slice(2, 42), slice(50, 60)))})
    seen = pixels(answer["original"]["image"]).astype(float)
    assert seen.shape == (28, 28)
    inked = seen > 0
    # 40 by 10 becomes 20 by 5, its centre of mass in the middle.
    assert (inked.any(1).sum(), inked.any(0).sum()) == (20, 5)
    places = np.arange(28)
    for axis in (0, 1):
        centre = (seen.sum(axis) * places).sum() / seen.sum()
        assert abs(centre - 14) <= 0.51
    # At 32 pixels it is the very same frame, enlarged.
    large = stage.picture({**SAMPLE, "source": "drawing", "drawing": drawn()})
    sheet = np.frombuffer(base64.b64decode(drawn()), np.uint8).reshape(64, 64).copy()
    framed = as_mnist(torch.from_numpy(sheet).float() / 255)
    expected = data.resize_float(framed, (32, 32)).clamp(0, 1)
    assert same(large["original"]["image"], expected)
    assert same(large["vae"]["image"], vae_of(collection, "vae-10").reconstruct(expected))


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        7,
        [0] * 4096,
        base64.b64encode(bytes(4095)).decode(),
        base64.b64encode(bytes(10000)).decode(),
        "!" * len(drawn()),
        "A" * 10**6,
        "é" * len(drawn()),
    ],
)
def test_what_is_no_drawing_is_refused(stage: Bound, content: Any) -> None:
    with pytest.raises(UserError, match="64 by 64 grey pixels"):
        stage.picture({**SAMPLE, "source": "drawing", "drawing": content})


def test_an_empty_drawing_is_told(stage: Bound) -> None:
    empty = base64.b64encode(bytes(DRAWING_SIDE**2)).decode()
    with pytest.raises(UserError, match="Nothing is drawn"):
        stage.picture({**SAMPLE, "source": "drawing", "drawing": empty})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": None}, "seed"),
        ({"pick": 100}, "pick"),
        ({"pick": "1"}, "pick"),
        ({"temperature": float("nan")}, "temperature"),
        ({"source": "photo"}, "picture must be"),
        ({"source": ["sample"]}, "picture must be"),
        ({"vae": "gan-100"}, "is a GAN"),
        ({"gan": "vae-10"}, "is a VAE"),
        ({"vae": "nobody"}, "no model"),
        ({"gan": None}, "must be a name"),
        ({"vae": "mlp-vae-20"}, "one size"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(stage: Bound, change: dict[str, Any], told: str) -> None:
    for function, sentence in ((stage.picture, told), (stage.nearest, ".")):
        with pytest.raises(UserError, match=sentence):
            function({**SAMPLE, **change})


def test_a_sample_needs_no_search(stage: Bound) -> None:
    with pytest.raises(UserError, match="no search"):
        stage.nearest(SAMPLE)


def test_a_search_is_made_once(stage: Bound, monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []

    def count(*arguments: Any) -> Iterator[Progress]:
        searches.append(arguments)
        yield Progress(1, 1, torch.zeros(1, 100), 0.0)

    monkeypatch.setattr(pictures, "search", count)
    request = {**SAMPLE, "source": "drawing", "drawing": drawn()}
    # The VAE has no part in it.
    assert nearest(stage, request) == nearest(stage, {**request, "vae": "vae-3"})
    assert len(searches) == 1
    nearest(stage, {**request, "drawing": drawn((slice(0, 9), slice(0, 50)))})
    assert len(searches) == 2


def test_whoever_waits_for_a_search_holds_no_thread(
    stage: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(*_: Any) -> Iterator[Progress]:
        while not gate.is_set():
            yield Progress(0, 1, torch.ones(1, 100), 1.0)
            time.sleep(0.002)
        yield Progress(1, 1, torch.zeros(1, 100), 0.0)

    monkeypatch.setattr(pictures, "search", slow)
    # As many different pictures as take turns, and one more.
    requests = [
        {**SAMPLE, "source": "drawing", "drawing": drawn((slice(0, 20), slice(0, 20 + 3 * number)))}
        for number in range(MOST_SEARCHES + 1)
    ]
    told = [stage.nearest(request) for request in requests]
    assert told[0] == {"wait": LOOK_SECONDS, "ahead": 0}
    assert told[-1] == {"wait": LINE_LOOK_SECONDS, "ahead": 1}
    gate.set()
    assert set(nearest(stage, requests[-1])) == {"gan"}


def test_a_search_that_failed_is_told_and_may_be_tried_again(
    stage: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {**SAMPLE, "source": "drawing", "drawing": drawn()}

    def fails(*_: Any) -> Iterator[Progress]:
        raise UserError("Not this one.")
        yield

    monkeypatch.setattr(pictures, "search", fails)
    with pytest.raises(UserError, match="Not this one"):
        nearest(stage, request)
    found = Progress(1, 1, torch.zeros(1, 100), 0.0)
    monkeypatch.setattr(pictures, "search", lambda *_: iter((found,)))
    assert set(nearest(stage, request)) == {"gan"}


def test_sharpness_is_known_if_one_of_the_two_knows_real_pictures(
    collection: Collection, stage: Bound
) -> None:
    expected = stage.picture(SAMPLE)["vae"]["sharpness"]
    add_metrics(collection.entries["gan-100"].folder, {"sharpness": {}})
    assert stage.picture(SAMPLE)["vae"]["sharpness"] == expected
    add_metrics(collection.entries["vae-10"].folder, {"sharpness": None})
    assert stage.picture(SAMPLE)["vae"]["sharpness"] is None


# Figures


def figures(weights: Path, **change: Any) -> dict[str, Any]:
    answer = Figures().figures(Collection(weights), {**FIGURES, **change})
    json.dumps(answer, allow_nan=False)
    return answer


def row(answer: dict[str, Any], label: str) -> list[str | None]:
    found = next(row for row in answer["table"]["rows"] if row["label"] == label)
    return [cell and cell["text"] for cell in found["cells"]]


def test_the_table(weights: Path) -> None:
    answer = figures(weights, models=["vae-10", "gan-100"])
    heads = [(c["label"], c["note"], c["family"]) for c in answer["table"]["columns"]]
    assert heads == [
        ("VAE 10", "N(0, I)", "vae"),
        ("VAE 10", "fitted", "vae"),
        ("GAN 100", "", "gan"),
        ("real", "against real", "real"),
    ]
    # Two other seeds lie 2 above and 2 below; of sharpness one lies above. The mean is shown.
    assert row(answer, "distance") == ["177", "88.2", "177 ± 2", "1.91"]
    assert row(answer, "kernel distance") == ["1.23 ± 0.1", None, "1.23 ± 0.1", "0.00123 ± 0.0021"]
    assert row(answer, "precision") == ["81.2 %", None, "81.2 %", "91 %"]
    assert row(answer, "recall") == ["30.2 %", None, "30.2 %", "92 %"]
    assert row(answer, "sharpness") == ["49.4 %", None, "49.7 ± 0.42 %", "100 %"]
    assert row(answer, "high frequencies") == ["41 %", None, "41 %", "100 %"]
    assert row(answer, "specks per image") == ["3.12", None, "3.12", "0.0021"]
    assert row(answer, "diversity") == ["90.5 %", None, "90.5 %", "100 %"]
    assert row(answer, "reconstruction error") == ["0.0123", None, None, None]
    assert row(answer, "negative ELBO") == ["101", None, None, None]
    assert row(answer, "seconds per 1,000") == ["0.81 s", None, "0.81 s", None]
    distance = answer["table"]["rows"][0]["cells"]
    assert distance[0]["title"] == (
        "10,000 samples against 10,000 test images, features: digit-classifier, seed 20000."
    )
    assert "over 3 seeds" in distance[2]["title"]
    assert "10,000 training images" in distance[3]["title"]
    assert "10,000 samples against 10,000 test images" in answer["table"]["caption"]


def test_the_seed_that_ships_does_not_count_twice(weights: Path) -> None:
    own = Collection(weights).recipe("gan-100").seed
    rows = [{"seed": own, "distance": 1000.0}, "no row", {"distance": "x"}]
    files.write_json(weights / "gan-100" / "seeds.json", rows)
    assert row(figures(weights, models=["gan-100"]), "distance")[0] == "177"


def test_charts_of_sharpness(weights: Path) -> None:
    charts = {chart["key"]: chart for chart in figures(weights)["charts"]}
    assert list(charts) == ["spectrum", "histogram"]
    for chart in charts.values():
        assert chart["svg"].startswith("<svg")
        assert [line["label"] for line in chart["lines"]] == ["VAE 3", "VAE 10", "GAN 100", "real"]
        assert "10,000 samples and 10,000 real images" in chart["note"]
    spectrum = charts["spectrum"]["lines"]
    assert spectrum[0]["x"] == [1, 2, 3, 4]
    assert spectrum[0]["y"] == [1.5, 0.5, -0.5, -1.5]
    assert spectrum[3]["y"] == [1.6, 0.9, 0.2, -0.4]
    # Steps: every bin is as high from its left edge to its right one.
    assert charts["histogram"]["lines"][0]["y"] == [10, 10, 20, 20, 60, 60, 10, 10]
    assert charts["histogram"]["lines"][0]["x"] == [-4, -3, -3, -2, -2, -1, -1, 0]


def test_sweeps_of_the_pair_are_shown(weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert figures(weights)["sweeps"] == []
    pair = Collection(weights).recipe("vae-10").pair
    rows = [{"name": str(x), "latent": x, "kl": x, "distance": 9 / x} for x in (2, 5)]
    sweep = Sweep("vae", pair, "vae", ("latent",), 10, None, "python train.py <b>", tuple(rows))
    folder = weights / "sweeps"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(sweep.to_dict()))
    (folder / "b.json").write_text(json.dumps(sweep.to_dict() | {"pair": "another"}))
    (folder / "c.json").write_text("{")
    (shown,) = figures(weights)["sweeps"]
    assert shown["title"] == "VAEs with 2 · 5 latent dimensions"
    assert shown["command"] == "python train.py <b>"
    assert [chart["key"] for chart in shown["charts"]] == ["sweep-distance", "sweep-kl"]
    assert "c.json" in caplog.text


def test_charts_are_drawn_again_only_for_new_figures(collection: Collection) -> None:
    figures = Bound(Figures(), collection)
    first = figures.figures(FIGURES)["charts"]
    assert figures.figures(FIGURES)["charts"] is first
    spectrum = {"spectrum": [0.0, 1.0, 0.7, 0.3, 0.1]}
    add_metrics(collection.entries["vae-3"].folder, {"sharpness": spectrum})
    second = figures.figures(FIGURES)["charts"]
    assert second[0]["lines"][0]["y"] == [1, 0.7, 0.3, 0.1]


def test_realness(weights: Path) -> None:
    realness = figures(weights)["realness"]
    assert (realness["gan"], realness["scale"], realness["n"]) == (
        "gan-100",
        "probability",
        "10,000",
    )
    assert [(bar["label"], bar["family"], bar["value"]) for bar in realness["bars"]] == [
        ("real images", "real", 0.98),
        ("GAN 100", "gan", 0.031),
        ("VAE 3", "vae", 0.0001),
        ("VAE 10", "vae", 0.25),
    ]
    assert figures(weights, models=["vae-3"])["realness"] is None


def test_what_was_not_measured_is_a_command(tiny_weights: Path) -> None:
    answer = figures(tiny_weights)
    for chart in answer["charts"]:
        assert chart["svg"] == ""
        assert "python train.py --score vae-3" in chart["missing"]
    assert answer["realness"]["bars"] == []
    assert "python train.py --score gan-100" in answer["realness"]["missing"]
    assert answer["claims"] == []
    # What older files have is shown.
    assert row(answer, "distance") == ["50", "50", "50"]


def test_claims(weights: Path) -> None:
    first, second = figures(weights)["claims"]
    assert first["verdict"] == "supported"
    assert first["studies"] == ["A", "D"]
    assert first["figures"] == ["sharpness of vae-10: 0.49 of real"]
    assert first["sources"] == ["weights/vae-10/metrics.json"]
    assert (second["figures"], second["sources"]) == ([], [])


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        "7",
        '{"claims": 7}',
        '{"claims": [7, null, [], {"claim": "x"}, {"claim": 1, "verdict": [], "measurement": {}}]}',
        '{"claims": [{"claim": "x", "verdict": "maybe", "measurement": "y"}]}',
    ],
)
def test_claims_of_another_kind_are_left_out(weights: Path, content: str) -> None:
    (weights / "claims.json").write_text(content)
    assert figures(weights)["claims"] == []


ODD = (None, 7, "x", [], [1, "x"], {}, True, float("nan"), 10**400, {"value": "x", "n": []})


@pytest.mark.parametrize("odd", ODD, ids=[str(place) for place in range(len(ODD))])
def test_any_value_of_a_wrong_type_breaks_nothing(weights: Path, odd: Any) -> None:
    keys = ["distance", "kernel_distance", "precision_recall", "sharpness", "specks", "diversity"]
    keys += ["reconstruction", "realness", "fitted", "speed"]
    spoilt = dict.fromkeys(keys, odd)
    reference = weights / "reference" / "mnist-32" / "reference.json"
    for name in ("vae-3", "gan-100"):
        path = weights / name / "metrics.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **spoilt}))
        (weights / name / "seeds.json").write_text(json.dumps(odd))
    whole = figures(weights)
    assert "177" in row(whole, "distance")
    reference.write_text(json.dumps(odd))
    figures(weights)
    facts = {"n": odd, "sharpness": odd, "floor": odd, "specks": odd}
    reference.write_text(json.dumps(facts))
    figures(weights)


@pytest.mark.parametrize(
    "sharpness",
    [
        {"histogram": [0.5, 0.5]},
        {"histogram": ["a"] * 4},
        {"histogram": [-1, 2, 0, 0]},
        {"spectrum": [1]},
        {"spectrum": [1.0, 2.0]},
        {"spectrum": [1.0, None, 3.0]},
        {"spectrum": [1.0, 1e300, 3.0]},
        {"spectrum": [0.0] * 100_000},
    ],
)
def test_lists_that_do_not_fit_are_not_drawn(weights: Path, sharpness: dict[str, Any]) -> None:
    for name in ("vae-3", "vae-10", "gan-100"):
        add_metrics(weights / name, {"sharpness": sharpness})
    (key,) = sharpness
    charts = {chart["key"]: chart for chart in figures(weights)["charts"]}
    assert charts[key]["svg"] == ""


@pytest.mark.parametrize(
    "change",
    [{"models": []}, {"models": ["nobody"]}, {"models": 7}, {"width": 1}, {"width": None}],
)
def test_figures_of_nonsense_are_refused(weights: Path, change: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        figures(weights, **change)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (177.04, "177"),
        (12345, "12.3 k"),
        (0.012345, "0.0123"),
        (0.00123, "0.00123"),
        (0.00001234, "1.2e-05"),
        (0, "0"),
        (-0.5, "-0.5"),
        (99.95, "100"),
    ],
)
def test_at_most_three_digits(value: float, text: str) -> None:
    assert three_digits(value) == text


def test_commas_in_long_numbers_alone() -> None:
    assert with_commas("10000 test images, 4862 of 0.123456") == (
        "10,000 test images, 4862 of 0.123456"
    )


def test_the_component(collection: Collection) -> None:
    tab = CompareTab(Shelf(collection), Searches())
    names = {function.__name__ for function in tab.server_fns}
    assert names == {"sources", "picture", "nearest", "figures"}
    for function in tab.server_fns:
        for odd in (None, [], 3, "x", {}):
            assert set(function(odd)) == {"error"}

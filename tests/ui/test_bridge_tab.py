"""What the Bridge tab asks of the server, and when the page has the tab."""

from __future__ import annotations

import base64
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae import data, files, render
from ganvae.bridges import drift
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.models import VAE
from ganvae.ui import originals
from ganvae.ui.bridge import server
from ganvae.ui.bridge.figures import WIDTHS
from ganvae.ui.bridge.server import DRAWN, DRAWN_SEED
from ganvae.ui.config import page_config
from ganvae.ui.explorer.server import decode
from ganvae.ui.page import Page, build
from ganvae.ui.sample.first import FirstPictures
from ganvae.ui.sample.server import draw
from tests.conftest import TINY_FACE_STOPS, TINY_STOPS

NAMES = [recipe.name for recipe in TINY_STOPS]


@pytest.fixture
def collection(bridge_weights: Path) -> Collection:
    return Collection(bridge_weights)


@pytest.fixture
def no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "count_test_images", lambda recipe: (0, "None are here."))


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def picture(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))))


def tab_of(page: Page) -> Any:
    tabs = [block for block in page.blocks.values() if block.get_block_name() == "tabitem"]
    return next(tab for tab in tabs if tab.id == "bridge")


def test_stops_are_in_no_pair_but_are_models(collection: Collection) -> None:
    assert [(pair.key, pair.vaes, pair.gans) for pair in collection.pairs()] == [
        ("digits-tuned", ["tuned-vae-digits"], ["tuned-gan-digits"])
    ]
    config = page_config(collection)
    digits, faces = config["bridges"]
    assert (digits["key"], digits["stops"]) == ("bridge-digits", NAMES)
    assert digits["weights"] == [recipe.adversarial for recipe in TINY_STOPS]
    assert faces["stops"] == ["bridge-faces-0", "bridge-faces-3"]
    assert "CelebA" in faces["note"]
    assert {*NAMES, "tuned-vae-digits", "bridge-faces-3"} < set(config["models"])


def test_the_page_has_the_tab_only_where_there_is_a_bridge(
    bridge_weights: Path, tmp_path: Path
) -> None:
    for name in ("tuned-vae-digits", NAMES[0]):
        shutil.copytree(bridge_weights / name, tmp_path / name)
    assert page_config(Collection(tmp_path))["bridges"] == []
    assert not tab_of(build(Collection(tmp_path))).visible
    shutil.copytree(bridge_weights / NAMES[4], tmp_path / NAMES[4])
    assert tab_of(build(Collection(tmp_path))).visible


def test_a_bridge_alone_makes_no_page(bridge_weights: Path, tmp_path: Path) -> None:
    for name in NAMES[:2]:
        shutil.copytree(bridge_weights / name, tmp_path / name)
    with pytest.raises(UserError, match="need a VAE or a GAN of a pair beside them"):
        build(Collection(tmp_path))


def test_a_broken_stop_is_named_and_left_out(bridge_weights: Path, tmp_path: Path) -> None:
    for name in ("tuned-vae-digits", *NAMES[:3]):
        shutil.copytree(bridge_weights / name, tmp_path / name)
    (tmp_path / NAMES[1] / "model.safetensors").write_bytes(b"nothing")
    collection = Collection(tmp_path)
    config = page_config(collection)
    assert config["bridges"][0]["stops"] == [NAMES[0], NAMES[2]]
    assert [problem.split(":")[0] for problem in config["problems"]] == [NAMES[1]]
    told = server.figures(collection, {"bridge": "bridge-digits", "width": WIDTHS[0]})
    assert [stop["name"] for stop in told["stops"]] == [NAMES[0], NAMES[2]]


def test_places_are_those_of_the_seed(collection: Collection) -> None:
    told = server.points(collection, {"bridge": "bridge-digits", "seed": 5, "count": 3})
    prior = collection.fitted_prior(NAMES[0])
    assert prior is not None
    z = floats(told["z"]).reshape(3, TINY_STOPS[0].latent)
    np.testing.assert_array_equal(z, prior.sample(5, 3))
    # Those of the faces have no fitted prior here.
    told = server.points(collection, {"bridge": "bridge-faces", "seed": 5, "count": 3})
    latent = collection.recipe("bridge-faces-0").latent
    np.testing.assert_array_equal(floats(told["z"]).reshape(3, latent), sample_z(5, latent, 3))


def test_the_tuned_pair_opens_with_the_fitted_prior(
    collection: Collection, tiny_weights: Path
) -> None:
    (pair,) = page_config(collection)["pairs"]
    assert pair["fitted"]
    assert not any(pair["fitted"] for pair in page_config(Collection(tiny_weights))["pairs"])
    answers = FirstPictures().answers(collection, page_config(collection))
    assert answers is not None
    for first in answers.values():
        assert first["request"]["fitted"]
        plain = draw(collection, {**first["request"], "fitted": False})["sheets"]
        vae = pair["vae"]
        assert first["sheets"][vae]["sharpness"] != plain[vae]["sharpness"]


def test_each_pair_has_the_bridge_of_its_data_set_or_else_the_first(
    bridge_weights: Path, face_weights: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    for folder in (bridge_weights, face_weights):
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)

    def told(weights: Path) -> dict[str, str | None]:
        return {pair["key"]: pair["bridge"] for pair in page_config(Collection(weights))["pairs"]}

    assert told(tmp_path) == {
        "faces": "bridge-faces",
        "digits-tuned": "bridge-digits",
        "big-cats": "bridge-digits",
        "dogs": "bridge-digits",
    }
    for recipe in TINY_FACE_STOPS:
        shutil.rmtree(tmp_path / recipe.name)
    assert set(told(tmp_path).values()) == {"bridge-digits"}
    assert set(told(tiny_weights).values()) == {None}


def test_an_original_is_a_test_image_where_there_are_any(
    collection: Collection, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANVAE_DATA", str(small_data))
    told = server.original(collection, {"bridge": "bridge-digits", "index": 42})
    # There are 40: a link may name one that is not here.
    assert (told["index"], told["total"], told["by"]) == (2, 40, None)
    image = data.load_images("mnist", "test", small_data)[2:3]
    np.testing.assert_array_equal(picture(told["image"]), image[0, 0].numpy())
    vae = collection.model(NAMES[3])
    assert isinstance(vae, VAE)
    # Any stop's encoder gives this place: they share it.
    mean, _ = vae.encode(data.to_float(image))
    np.testing.assert_allclose(floats(told["z"]), mean[0].numpy(), rtol=1e-5)


@pytest.mark.usefixtures("no_data")
def test_without_data_the_gan_draws_an_original_and_it_is_said(collection: Collection) -> None:
    told = server.original(collection, {"bridge": "bridge-digits", "index": 7})
    assert (told["index"], told["total"], told["by"]) == (7, DRAWN, "tuned-gan-digits")
    assert told["note"] == "None are here."
    z = collection.sample_z("tuned-gan-digits", DRAWN_SEED, 8)
    expected = render.to_pixels(collection.generate("tuned-gan-digits", z[7:]))
    np.testing.assert_array_equal(picture(told["image"]), expected[0, :, :, 0])


@pytest.mark.usefixtures("no_data")
def test_without_data_and_gan_the_last_stop_draws_it(collection: Collection) -> None:
    told = server.original(collection, {"bridge": "bridge-faces", "index": 0})
    assert told["by"] == "bridge-faces-3"
    z = collection.sample_z("bridge-faces-3", DRAWN_SEED, 1)
    expected = render.to_pixels(collection.generate("bridge-faces-3", z))
    np.testing.assert_array_equal(picture(told["image"]), expected[0])


def test_figures_are_those_of_the_files(collection: Collection) -> None:
    told = server.figures(collection, {"bridge": "bridge-digits", "width": WIDTHS[1]})
    third = told["stops"][2]
    assert (third["name"], third["weight"]) == (NAMES[2], TINY_STOPS[2].adversarial)
    assert third["sharpness"] == pytest.approx(0.7)
    assert third["error"] == pytest.approx(0.015)
    assert (third["distance"], third["fitted"]) == (75.0, 35.0)
    assert third["realness"] == pytest.approx(0.4)
    assert (told["judge"], told["scale"]) == ("tuned-gan-digits", "score")
    assert "rises from 50 % to 90 %" in told["told"]
    assert told["drift"] == ""
    # The curve is where the page puts its points.
    chart = told["chart"]
    assert chart["lines"][0]["x"] == pytest.approx([50, 60, 70, 80, 90])
    assert chart["frame"]["x"][0] < 50 < 90 < chart["frame"]["x"][1]
    assert "<svg" in chart["svg"]
    json.dumps(told)


def test_what_was_not_measured_is_none_and_has_no_curve(
    bridge_weights: Path, tmp_path: Path
) -> None:
    for name in ("tuned-vae-digits", *NAMES[:2]):
        shutil.copytree(bridge_weights / name, tmp_path / name)
    (tmp_path / NAMES[1] / "metrics.json").unlink()
    told = server.figures(Collection(tmp_path), {"bridge": "bridge-digits", "width": WIDTHS[0]})
    assert told["stops"][0]["sharpness"] == 0.5
    assert [told["stops"][1][key] for key in ("sharpness", "error", "distance", "fitted")] == [
        *(None, None, None, None)
    ]
    # There is no GAN that could have judged.
    assert told["stops"][0]["realness"] is None
    assert (told["chart"]["svg"], told["judge"]) == ("", None)
    assert "--score" in told["chart"]["missing"]


def test_drift_is_told_from_its_file(bridge_weights: Path, tmp_path: Path) -> None:
    for name in ("tuned-vae-digits", *NAMES[:2]):
        shutil.copytree(bridge_weights / name, tmp_path / name)
    step = {"first": NAMES[0], "second": NAMES[1], "same": 2.0, "different": 8.0}
    one = {
        "key": "bridge-digits",
        "n": 2000,
        "seed": 0,
        "features": "digit-classifier",
        "steps": [step],
    }
    files.write_json(tmp_path / drift.FILE, {"bridges": [one]})
    asked = {"bridge": "bridge-digits", "width": WIDTHS[0]}
    assert "25 % as far apart" in server.figures(Collection(tmp_path), asked)["drift"]
    (tmp_path / drift.FILE).write_text("{")
    assert server.figures(Collection(tmp_path), asked)["drift"] == ""


def test_decoding_is_the_models_own(collection: Collection) -> None:
    z = sample_z(1, TINY_STOPS[0].latent, 2)
    request = {"model": NAMES[4], "z": base64.b64encode(z.tobytes()).decode()}
    (batch,) = decode(collection, {"requests": [request]})["pictures"]
    pixels = np.frombuffer(base64.b64decode(batch["pixels"]), np.uint8).reshape(2, 28, 28)
    expected = collection.model(NAMES[4]).generate(torch.from_numpy(z))
    np.testing.assert_array_equal(pixels, render.to_pixels(expected)[:, :, :, 0])


BAD: list[tuple[str, dict[str, Any]]] = [
    ("points", {"bridge": "nowhere", "seed": 1, "count": 1}),
    ("points", {"bridge": ["bridge-digits"], "seed": 1, "count": 1}),
    ("points", {"bridge": "bridge-digits", "seed": -1, "count": 1}),
    ("points", {"bridge": "bridge-digits", "seed": 1, "count": 101}),
    ("original", {"bridge": "bridge-digits", "index": "first"}),
    ("original", {"bridge": "bridge-digits", "index": 10_000}),
    ("figures", {"bridge": "bridge-digits", "width": 9}),
    ("figures", {"bridge": "x" * 10_000, "width": 344}),
    ("figures", {"bridge": "bridge-digits", "width": [344]}),
    ("decode", {"requests": "all"}),
]


@pytest.mark.parametrize(("function", "asked"), BAD)
def test_bad_values_are_told_in_a_sentence(
    collection: Collection, function: str, asked: dict[str, Any]
) -> None:
    with pytest.raises(UserError) as caught:
        (decode if function == "decode" else getattr(server, function))(collection, asked)
    assert len(str(caught.value)) < 300

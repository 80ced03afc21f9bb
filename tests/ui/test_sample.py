"""What the Sample tab asks the server for."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ganvae import render
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.prior.format import FITTED_PRIOR, read_fitted_prior
from ganvae.ui import sampling
from ganvae.ui.config import page_config
from ganvae.ui.sample import SampleTab
from ganvae.ui.sample.first import FirstPictures
from ganvae.ui.shelf import Shelf

ASKED = {"models": ["vae-10", "gan-100"], "seed": 7, "count": 9, "temperature": 1}


@pytest.fixture(scope="module")
def collection(tiny_weights: Path) -> Collection:
    return Collection(tiny_weights)


@pytest.fixture(scope="module")
def faces(face_weights: Path) -> SampleTab:
    collection = Collection(face_weights)
    return SampleTab(Shelf(collection), None)


@pytest.fixture(scope="module")
def tab(collection: Collection) -> SampleTab:
    return SampleTab(Shelf(collection), None)


def pixels(url: str) -> np.ndarray:
    scheme, data = url.split(",", 1)
    assert scheme == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_a_sheet_is_the_samples_of_the_seed(tab: SampleTab, collection: Collection) -> None:
    sheets = tab.draw(ASKED)["sheets"]
    assert list(sheets) == ["vae-10", "gan-100"]
    for name, sheet in sheets.items():
        images = sampling.sample(collection, name, 7, 9, 1.0)
        assert (sheet["columns"], sheet["count"]) == (3, 9)
        drawn = pixels(sheet["image"])
        assert drawn.shape == (96, 96)
        tiles = drawn.reshape(3, 32, 3, 32).transpose(0, 2, 1, 3).reshape(9, 32, 32)
        assert (tiles == render.to_pixels(images)[..., 0]).all()
        mean = collection.sharpness(name, images)
        assert np.mean(sheet["sharpness"]) == pytest.approx(mean, abs=1e-4)


def test_a_sheet_of_faces_is_in_colour(faces: SampleTab, face_weights: Path) -> None:
    names = ["face-vae-128", "face-gan-128"]
    sheets = faces.draw({**ASKED, "models": names, "count": 7})["sheets"]
    collection = Collection(face_weights)
    for name in names:
        drawn = pixels(sheets[name]["image"])
        assert drawn.shape == (192, 192, 3)
        expected = render.to_pixels(sampling.sample(collection, name, 7, 7, 1.0))
        tiles = drawn.reshape(3, 64, 3, 64, 3).transpose(0, 2, 1, 3, 4).reshape(9, 64, 64, 3)
        assert (tiles[:7] == expected).all()
        # Grey would be the same in all three channels.
        assert (tiles[:7, :, :, 0] != tiles[:7, :, :, 2]).any()


def test_a_download_of_100_faces_is_no_larger_than_one_of_digits(faces: SampleTab) -> None:
    request = {**ASKED, "models": ["face-vae-128"], "count": 100}
    drawn = pixels(faces.download(request)["image"])
    assert drawn.shape == (1289, 1289, 3)


def test_fewer_images_are_the_first_of_more(collection: Collection) -> None:
    few = sampling.sample(collection, "gan-100", 5, 3, 1.0)
    many = sampling.sample(collection, "gan-100", 5, 20, 1.0)
    assert (few - many[:3]).abs().max() < 1e-6


def test_temperature_zero_is_one_picture(collection: Collection) -> None:
    images = sampling.sample(collection, "gan-100", 5, 4, 0.0)
    assert (images - images[:1]).abs().max() < 1e-6


def test_a_fitted_prior_is_sampled_where_there_is_one(
    tab: SampleTab, collection: Collection, tiny_weights: Path
) -> None:
    names = ["vae-3", "vae-10", "gan-100"]
    plain = sampling.grids(collection, names, 3, 4, 1.0)
    fitted = sampling.grids(collection, names, 3, 4, 1.0, fitted=True)
    for name in ("vae-3", "gan-100"):
        assert (fitted[name] == plain[name]).all()
    prior = read_fitted_prior(tiny_weights / "vae-10", collection.recipe("vae-10"))
    assert prior is not None
    expected = collection.generate("vae-10", prior.sample(3, 4, 1.0))
    assert (fitted["vae-10"] == expected).all()
    assert (expected - plain["vae-10"]).abs().max() > 0.05
    request = {**ASKED, "models": ["vae-10"], "seed": 3, "count": 4}
    sheets = [tab.draw(request | {"fitted": value})["sheets"] for value in (True, "yes", 1)]
    assert sheets[0] != sheets[1] == sheets[2]


def test_a_broken_fitted_prior_leaves_its_model_usable(
    tmp_path: Path, tiny_weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(tiny_weights / "vae-10", tmp_path / "vae-10")
    (tmp_path / "vae-10" / FITTED_PRIOR).write_bytes(b"no")
    broken = Collection(tmp_path)
    assert page_config(broken)["models"]["vae-10"]["fitted_prior"] is False
    assert "vae-10 is sampled from N(0, I) only" in caplog.text
    plain = sampling.sample(broken, "vae-10", 3, 4, 1.0)
    assert (sampling.sample(broken, "vae-10", 3, 4, 1.0, fitted=True) == plain).all()


def test_matched_is_the_reconstruction_of_the_gans_samples(collection: Collection) -> None:
    images = sampling.grids(collection, ["vae-3", "vae-10", "gan-100"], 3, 4, 1.0, matched=True)
    assert list(images) == ["vae-3", "vae-10", "gan-100"]
    source = sampling.sample(collection, "gan-100", 3, 4, 1.0)
    assert (images["gan-100"] == source).all()
    for name in ("vae-3", "vae-10"):
        assert (images[name] == collection.model(name).reconstruct(source)).all()


@pytest.mark.parametrize("models", [["vae-3"], ["vae-3", "gan-100", "mini-gan-100"]])
def test_matched_needs_one_gan(collection: Collection, models: list[str]) -> None:
    with pytest.raises(UserError, match="one GAN"):
        sampling.grids(collection, models, 3, 4, 1.0, matched=True)


def test_matched_needs_images_of_one_size(collection: Collection) -> None:
    with pytest.raises(UserError, match="shape"):
        sampling.grids(collection, ["vae-3", "mlp-gan-100"], 3, 4, 1.0, matched=True)


def test_download_holds_both_grids(tab: SampleTab) -> None:
    drawn = pixels(tab.download(ASKED)["image"])
    # Two grids of 3 by 3 tiles of 32 pixels, magnified by 4, with the gaps between.
    side = 3 * 32 * 4 + 2
    assert drawn.shape[0] == side
    assert drawn.shape[1] > 2 * side


def served(pictures: FirstPictures) -> TestClient:
    return TestClient(Starlette(routes=[pictures.route()]))


def test_the_first_grids_are_files_of_their_own(collection: Collection, tab: SampleTab) -> None:
    pictures = FirstPictures()
    answers = pictures.answers(collection, page_config(collection))
    assert answers is not None
    assert {screen: one["request"]["count"] for screen, one in answers.items()} == {
        "wide": 64,
        "phone": 16,
    }
    client = served(pictures)
    for first in answers.values():
        assert first["request"]["models"] == ["vae-10", "gan-100"]
        drawn = tab.draw(first["request"])["sheets"]
        for name, sheet in first["sheets"].items():
            answer = client.get(sheet["image"])
            assert answer.headers["content-type"] == "image/png"
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            url = f"data:image/png;base64,{base64.b64encode(answer.content).decode()}"
            assert {**sheet, "image": url} == drawn[name]
    assert client.get("/pictures/nothing.png").status_code == 404


def test_first_grids_of_former_models_stay_for_open_pages(
    collection: Collection, face_weights: Path
) -> None:
    pictures, faces = FirstPictures(), Collection(face_weights)
    former = pictures.answers(collection, page_config(collection))
    newer = pictures.answers(faces, page_config(faces))
    assert former is not None
    assert newer is not None
    client = served(pictures)
    for answers in (former, newer):
        for first in answers.values():
            for sheet in first["sheets"].values():
                assert client.get(sheet["image"]).status_code == 200


def test_a_page_without_a_pair_has_no_first_grids(collection: Collection) -> None:
    assert FirstPictures().answers(collection, {"pairs": []}) is None


@pytest.mark.parametrize(
    "change",
    [
        {"seed": -1},
        {"seed": 2**32},
        {"seed": "1"},
        {"seed": None},
        {"count": 0},
        {"count": 101},
        {"temperature": float("nan")},
        {"temperature": 3},
        {"models": []},
        {"models": ["nobody"]},
        {"models": "vae-3"},
    ],
)
def test_nonsense_is_refused_in_a_sentence(tab: SampleTab, change: dict[str, Any]) -> None:
    (sentence,) = tab.draw({**ASKED, **change}).values()
    assert sentence.endswith(".")


def test_the_browser_may_send_anything_at_all(tab: SampleTab) -> None:
    assert {function.__name__ for function in tab.server_fns} == {"draw", "download", "nearest"}
    for function in tab.server_fns:
        assert "whole number" in function({**ASKED, "seed": -1})["error"]
        for odd in (None, [], 3, "x"):
            assert set(function(odd)) == {"error"}


def test_a_bug_is_told_without_its_details(tab: SampleTab, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(sampling, "grids", fail)
    (sentence,) = tab.draw(ASKED).values()
    assert "secret" not in sentence

"""The fold with the nearest training image, in Chromium."""

from __future__ import annotations

import base64
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors.torch import save_file

from ganvae import data
from ganvae.collection import Collection
from ganvae.metrics import classifier
from ganvae.metrics.neighbours import TrainingFeatures
from ganvae.ui.sample.nearest import nearest
from tests.serving import served

FOLD = "#gv-sample .nearest"


@pytest.fixture(scope="module")
def collection(
    tiny_weights: Path,
    face_weights: Path,
    small_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Collection:
    folder = tmp_path_factory.mktemp("nearest") / "weights"
    for name in ("vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    shutil.copytree(face_weights / "face-gan-128", folder / "face-gan-128")
    (folder / classifier.NAME).mkdir()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = classifier.DigitClassifier()
    save_file(network.state_dict(), folder / classifier.NAME / classifier.WEIGHTS)
    network = classifier.load_classifier(folder)
    images = data.load_images("mnist", "train", small_data)
    features = network.features(data.to_float(images))
    TrainingFeatures.of(features, network.fingerprint, "").write(folder)
    return Collection(folder)


@pytest.fixture(scope="module")
def app(collection: Collection) -> Iterator[str]:
    with served(collection) as url:
        yield url


def wait_for(page: Page, pick: int) -> None:
    page.wait_for_function(
        """([fold, pick]) => {
          const { shown } = document.querySelector(fold).dataset;
          return shown && JSON.parse(shown).pick === pick;
        }""",
        arg=[FOLD, pick],
    )


def pictures(page: Page) -> list[np.ndarray]:
    urls = page.eval_on_selector_all(f"{FOLD} img", "(all) => all.map((image) => image.src)")
    contents = (base64.b64decode(url.partition(",")[2]) for url in urls)
    return [np.asarray(Image.open(io.BytesIO(content))) for content in contents]


def test_the_fold_follows_the_chosen_image(
    page: Page,
    app: str,
    collection: Collection,
    small_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    images = data.load_images("mnist", "train", small_data)
    page.goto(f"{app}/?pair=digits-convolutional&pick=1")
    # The header comes after the pictures, and moves them once.
    expect(page.locator("#gv-header .look, header.top + .look").first).not_to_be_empty()
    dock = page.locator("#gv-sample .gv-dock")
    where = "(node) => node.getBoundingClientRect().top + window.scrollY"
    before = dock.evaluate(where)
    page.locator(f"{FOLD} summary").click()
    for pick in (1, 4):
        page.evaluate(f"() => ganvae.set({{ pick: {pick} }})")
        wait_for(page, pick)
        asked = json.loads(page.locator(FOLD).get_attribute("data-shown") or "")
        answer = nearest(collection, asked)["models"]
        seen = pictures(page)
        assert len(seen) == 4
        for place, name in enumerate(("vae-10", "gan-100")):
            index = answer[name]["index"]
            assert (seen[2 * place + 1] == images[index, 0].numpy()).all(), name
            entry = page.locator(f"{FOLD} .nearest-entry").nth(place)
            expect(entry).to_contain_text(f"training image {index + 1}")
            expect(entry).to_contain_text(f"distance {answer[name]['distance']:.1f}")
    assert dock.evaluate(where) == before
    # Photographs of faces have none.
    page.evaluate("() => ganvae.set({ pair: 'faces' })")
    expect(page.locator(FOLD)).to_be_hidden()


def test_without_data_a_sentence_stands_there(
    page: Page, app: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path))
    page.goto(f"{app}/?pair=digits-convolutional")
    page.locator(f"{FOLD} summary").click()
    wait_for(page, 0)
    expect(page.locator(f"{FOLD} .nearest-note")).to_contain_text("no folder with the data set")
    assert page.locator(f"{FOLD} img").count() == 2

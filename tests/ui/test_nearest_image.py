"""The training image nearest to a sample, as the Sample tab asks for it."""

from __future__ import annotations

import base64
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from ganvae import data
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.metrics import classifier
from ganvae.metrics.neighbours import TRAINING_FEATURES, TrainingFeatures
from ganvae.ui import sampling
from ganvae.ui.sample.nearest import nearest
from tests.measures import add_metrics

ASKED = {"models": ["vae-10", "gan-100"], "seed": 7, "pick": 2, "temperature": 1}


@pytest.fixture
def weights(tiny_weights: Path, small_data: Path, tmp_path: Path) -> Path:
    """Two models, an untrained classifier, and its features of the small data set's images."""
    folder = tmp_path / "weights"
    for name in ("vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    (folder / classifier.NAME).mkdir()
    torch.manual_seed(0)
    save_file(
        classifier.DigitClassifier().state_dict(), folder / classifier.NAME / classifier.WEIGHTS
    )
    network = classifier.load_classifier(folder)
    images = data.load_images("mnist", "train", small_data)
    features = network.features(data.to_float(images))
    TrainingFeatures.of(features, network.fingerprint, "").write(folder)
    return folder


def pixels(url: str) -> np.ndarray:
    kind, _, content = url.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def test_the_nearest_training_image(
    weights: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    quantiles = {"test_quantiles": [0.0, 500.0, 1e3], "test_median": 3.5, "closer": 0.25}
    add_metrics(weights / "gan-100", {"memorisation": quantiles})
    collection = Collection(weights)
    answer = nearest(collection, ASKED)
    assert answer["note"] == ""
    images = data.to_float(data.load_images("mnist", "train", small_data))
    network = classifier.load_classifier(weights)
    for name in ASKED["models"]:
        told = answer["models"][name]
        sample = sampling.sample(collection, name, 7, 3, 1.0)[2:]
        distances = (network.features(images) - network.features(sample)).norm(dim=1)
        assert told["distance"] == pytest.approx(distances.min().item(), rel=0.05, abs=0.02)
        assert distances[told["index"]] == pytest.approx(distances.min().item(), rel=0.05, abs=0.02)
        assert (pixels(told["image"]) == (images[told["index"], 0] * 255).round().numpy()).all()
        assert (pixels(told["sample"]) == (sample[0, 0] * 255).round().numpy()).all()
    told = answer["models"]["gan-100"]
    assert (told["typical"], told["closer"]) == (3.5, 0.25)
    assert told["share"] == pytest.approx(1 - told["distance"] / 1e3)
    assert answer["models"]["vae-10"]["share"] is None


def test_with_the_fitted_prior_the_whole_model_is_told_of_with_it(weights: Path) -> None:
    told = {"closer": 0.25, "fitted": {"closer": 0.5}}
    add_metrics(weights / "vae-10", {"memorisation": told})
    assert (weights / "vae-10" / "fitted_prior.safetensors").is_file()
    collection = Collection(weights)
    for fitted, closer in ((False, 0.25), (True, 0.5)):
        answer = nearest(collection, {**ASKED, "fitted": fitted})
        assert answer["models"]["vae-10"]["closer"] == closer


def test_without_the_data_only_the_distance_is_told(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path / "nothing"))
    answer = nearest(Collection(weights), ASKED)
    assert "no folder with the data set" in answer["note"]
    assert answer["models"]["vae-10"]["image"] is None
    assert answer["models"]["vae-10"]["distance"] > 0


def test_features_of_another_classifier_do_not_count(weights: Path) -> None:
    folder = weights / classifier.NAME
    save_file(classifier.DigitClassifier().state_dict(), folder / classifier.WEIGHTS)
    with pytest.raises(UserError, match="not at hand"):
        nearest(Collection(weights), ASKED)
    (weights / TRAINING_FEATURES).unlink()
    with pytest.raises(UserError, match="not at hand"):
        nearest(Collection(weights), ASKED)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"models": []}, "models must be named"),
        ({"pick": 100}, "The pick"),
        ({"pick": None}, "The pick"),
        ({"seed": "7"}, "The seed"),
        ({"temperature": None}, "The temperature"),
        ({"matched": True, "models": ["vae-10"]}, "need one GAN"),
    ],
)
def test_nonsense_is_refused(weights: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        nearest(Collection(weights), {**ASKED, **change})


def test_faces_have_no_nearest_digit(face_weights: Path) -> None:
    with pytest.raises(UserError, match="handwritten digits only"):
        nearest(Collection(face_weights), {**ASKED, "models": ["face-vae-128"]})

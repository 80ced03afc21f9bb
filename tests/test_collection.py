from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.metrics import classifier
from ganvae.metrics.sharpness import laplacian_variance
from tests.conftest import TINY, write_model


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """A copy of the tiny weights that a test may change."""
    return Path(shutil.copytree(tiny_weights, tmp_path / "weights"))


def set_metrics(weights: Path, name: str, **changes: Any) -> None:
    path = weights / name / checkpoint.METRICS
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_pairs_in_order_with_the_smallest_latent_size_first(tiny_weights: Path) -> None:
    pairs = Collection(tiny_weights).pairs()
    assert [(pair.key, pair.vaes, pair.gans) for pair in pairs] == [
        ("digits-convolutional", ["vae-3", "vae-10"], ["gan-100"]),
        ("digits-perceptrons", ["mlp-vae-20"], ["mlp-gan-100"]),
        ("digits-small", [], ["mini-gan-100"]),
    ]
    assert pairs[0].title == "Digits, convolutional"
    assert pairs[0].hint.startswith("Look at the edges")


def test_unknown_pairs_come_last_with_a_title_of_their_key(weights: Path) -> None:
    write_model(weights / "a-vae", TINY[0].replace(name="a-vae", pair="aaa-big_cats"))
    last = Collection(weights).pairs()[-1]
    assert (last.key, last.title, last.vaes, last.gans) == (
        "aaa-big_cats",
        "Aaa big cats",
        ["a-vae"],
        [],
    )
    assert last.hint.startswith("Look at fine detail")
    assert last.hint.count(".") == 1


def test_a_model_goes_by_its_folder(weights: Path) -> None:
    """Two folders may hold the same recipe, for example two seeds of one model."""
    shutil.copytree(weights / "vae-3", weights / "vae-3-seed-1")
    collection = Collection(weights)
    assert collection.pairs()[0].vaes == ["vae-3", "vae-3-seed-1", "vae-10"]
    for pair in collection.pairs():
        for name in pair.vaes + pair.gans:
            assert collection.model(name).recipe == collection.recipe(name)


def test_bad_folders_are_left_out_and_say_why(weights: Path) -> None:
    (weights / "vae-3" / checkpoint.CONFIG).write_text("{")
    collection = Collection(weights)
    assert collection.pairs()[0].vaes == ["vae-10"]
    with pytest.raises(UserError, match=r"vae-3 can't be used: .*config.json is not valid JSON"):
        collection.model("vae-3")


@pytest.mark.parametrize("name", ["vae-4", "", "../vae-3", None, ["vae-3"], {}, 3])
def test_unknown_name_lists_those_there_are(tiny_weights: Path, name: Any) -> None:
    collection = Collection(tiny_weights)
    for method in (collection.recipe, collection.model, collection.axes, collection.metrics):
        with pytest.raises(UserError, match=r"no model .*; there are: gan-100, mini-gan-100, mlp"):
            method(name)


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no weights folder"):
        Collection(tmp_path / "none")


def test_a_model_is_read_once_whoever_asks(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    load = checkpoint.load
    monkeypatch.setattr(checkpoint, "load", lambda folder: reads.append(folder) or load(folder))
    collection = Collection(tiny_weights)
    assert reads == []
    models: list[object] = []
    threads = [
        threading.Thread(target=lambda: models.append(collection.model("vae-3"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(models) == 8
    assert all(model is models[0] for model in models)
    assert reads == [tiny_weights / "vae-3"]


def test_generate_is_the_models_own(tiny_weights: Path) -> None:
    collection = Collection(tiny_weights)
    z = sample_z(42, 100, 3)
    expected = collection.model("gan-100").generate(torch.from_numpy(z))
    assert torch.equal(collection.generate("gan-100", z), expected)
    with pytest.raises(UserError, match=r"vae-3 takes z of shape \(N, 3\)"):
        collection.generate("vae-3", z)


def test_axes_follow_the_measured_kl(tiny_weights: Path) -> None:
    collection = Collection(tiny_weights)
    kl = collection.metrics("vae-10")["kl_per_dimension"]
    axes = collection.axes("vae-10")
    assert axes.labels == [f"z{index + 1}" for index in np.argsort(kl)[::-1]]
    np.testing.assert_allclose(axes.strengths, sorted(kl, reverse=True), rtol=1e-6)
    assert collection.axes("vae-10") is axes


@pytest.mark.parametrize("kl", [[1.0], "kl", [1, 2, "3"], [1, 2, float("nan")], [1, 2, None], {}])
def test_axes_without_a_usable_kl_keep_their_order(weights: Path, kl: Any) -> None:
    set_metrics(weights, "vae-3", kl_per_dimension=kl)
    assert Collection(weights).axes("vae-3").labels == ["z1", "z2", "z3"]


def test_sharpness_is_a_share_of_real_data(tiny_weights: Path) -> None:
    collection = Collection(tiny_weights)
    images = torch.rand(4, 1, 32, 32)
    share = collection.sharpness("gan-100", images)
    assert share == pytest.approx(laplacian_variance(images).mean().item() / 0.1)


@pytest.mark.parametrize(
    "measured",
    [
        None,
        [],
        {},
        "0.1",
        {"real_laplacian_variance": 0},
        {"real_laplacian_variance": "0.1"},
        {"real_laplacian_variance": -1},
        {"real_laplacian_variance": float("nan")},
        {"real_laplacian_variance": None},
    ],
)
def test_sharpness_is_unknown_without_a_usable_measurement(weights: Path, measured: Any) -> None:
    set_metrics(weights, "gan-100", sharpness=measured)
    assert Collection(weights).sharpness("gan-100", torch.rand(1, 1, 32, 32)) is None


def test_the_digit_classifier_is_read_once(weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Collection(weights).classifier() is None
    assert "Digits are not compared by their features" in caplog.text
    folder = weights / classifier.NAME
    folder.mkdir()
    network = classifier.DigitClassifier()
    save_file(network.state_dict(), folder / classifier.WEIGHTS)
    collection = Collection(weights)
    found = collection.classifier()
    assert found is not None
    assert found is collection.classifier()
    images = torch.rand(3, 1, 28, 28)
    assert torch.equal(found.features(images), network.features(images))


def test_what_is_no_classifier_is_left_out(weights: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = weights / classifier.NAME
    folder.mkdir()
    save_file({"head.bias": torch.zeros(10**6)}, folder / classifier.WEIGHTS)
    assert Collection(weights).classifier() is None
    assert "is no digit classifier" in caplog.text

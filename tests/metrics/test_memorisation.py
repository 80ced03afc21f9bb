"""What metrics.json says of a model that may have learnt pictures by heart."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.data import cache, load_images, load_sets, to_float
from ganvae.data.sets import Images
from ganvae.metrics import memorisation
from ganvae.metrics.memorisation import measure_memorisation
from ganvae.metrics.neighbours import TrainingFeatures, read_training_features
from ganvae.metrics.neighbours import memorisation as compared
from ganvae.metrics.scoring import SCORE_SEED, generate, prior_z
from ganvae.metrics.subject import Subject
from ganvae.models import VAE
from ganvae.prior.format import read_fitted_prior


class Rows:
    """Features of digits that anybody can check: the brightness of each row of pixels."""

    name = "rows"

    def __init__(self, fingerprint: str = "1") -> None:
        self.fingerprint = fingerprint
        self.calls = 0

    def features(self, images: Tensor) -> Tensor:
        self.calls += 1
        return images.mean(dim=(1, 3))[:, :28]


@pytest.fixture
def folder(tiny_weights: Path, tmp_path: Path) -> Path:
    """A VAE of digits with a fitted prior, in a weights folder of its own."""
    folder = tmp_path / "mlp-vae-20"
    folder.mkdir()
    for path in (tiny_weights / "mlp-vae-20").iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def subject_of(folder: Path, network: Rows | None, data: Path) -> Subject:
    model = checkpoint.load(folder)
    images = load_sets(model.recipe, data)
    return Subject(folder, folder.parent, model, images, None, network, data)


def test_samples_of_both_priors_are_compared(
    folder: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memorisation, "COUNT", 60)
    before = checkpoint.read_metrics(folder)
    network = Rows()
    subject = subject_of(folder, network, small_data)
    measure_memorisation(subject)
    metrics = checkpoint.read_metrics(folder)
    found = metrics.pop("memorisation")
    assert metrics == before
    # The same again, step by step.
    train = load_images("mnist", "train", small_data)
    index = TrainingFeatures.of(network.features(to_float(train)), "", "")
    test = index.nearest(network.features(to_float(subject.images.test)))[1]
    assert isinstance(subject.model, VAE)
    prior = read_fitted_prior(folder, subject.model.recipe)
    assert prior is not None
    fitted = found.pop("fitted")
    for told, z in (
        (found, prior_z(subject.model, 60)),
        (fitted, prior.sample(SCORE_SEED, 60)),
    ):
        drawn = network.features(torch.cat(list(generate(subject.model, z))))
        assert told == compared(index.nearest(drawn)[1], test) | {
            "n": 60,
            "test_n": 40,
            "seed": SCORE_SEED,
            "features": "rows",
            "reference": "150 training images",
        }
    assert found["median"] != fitted["median"]


def test_the_index_is_made_once_for_a_network_and_its_images(
    folder: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memorisation, "COUNT", 8)
    measure_memorisation(subject_of(folder, Rows(), small_data))
    weights = folder.parent
    index = read_training_features(weights)
    train = load_images("mnist", "train", small_data)
    assert (index.network, index.images) == ("1", cache.fingerprint_of(train.numpy()))
    assert len(index.codes) == 150
    # One that is there is taken as it is.
    marked = TrainingFeatures(index.codes * 0, index.scale, index.network, index.images)
    marked.write(weights)
    measure_memorisation(subject_of(folder, Rows(), small_data))
    assert read_training_features(weights).codes.max() == 0
    # Not where it is of another network, or of other images.
    measure_memorisation(subject_of(folder, Rows("2"), small_data))
    assert read_training_features(weights).network == "2"
    assert torch.equal(read_training_features(weights).codes, index.codes)
    TrainingFeatures(index.codes * 0, index.scale, "2", "others").write(weights)
    measure_memorisation(subject_of(folder, Rows("2"), small_data))
    assert torch.equal(read_training_features(weights).codes, index.codes)


def test_without_a_network_nothing_is_measured(folder: Path, small_data: Path) -> None:
    before = (folder / checkpoint.METRICS).read_bytes()
    measure_memorisation(subject_of(folder, None, small_data))
    assert (folder / checkpoint.METRICS).read_bytes() == before


class Corners(Rows):
    """Features of photographs: the colours of four corners."""

    name = "corners"

    def features(self, images: Tensor) -> Tensor:
        self.calls += 1
        return images[:, :, ::63, ::63].flatten(1)


def photographs(count: int, seed: int) -> Tensor:
    drawn = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 3, 64, 64), generator=drawn, dtype=torch.uint8)


def test_photographs_are_compared_and_leave_nothing_behind(
    face_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memorisation, "PHOTOGRAPHS", 20)
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    folder = tmp_path / "weights" / "cat-vae"
    folder.mkdir(parents=True)
    files.write_json(folder / checkpoint.METRICS, {"a": 1})
    model = checkpoint.load(face_weights / "cat-vae")
    images = Images(photographs(70, 0), photographs(30, 1))
    network = Corners()
    subject = Subject(folder, folder.parent, model, images, None, network)
    measure_memorisation(subject)
    found = checkpoint.read_metrics(folder)["memorisation"]
    train = network.features(to_float(images.train))
    drawn = network.features(torch.cat(list(generate(model, prior_z(model, 20)))))
    real = network.features(to_float(images.test[:20]))
    expected = compared(torch.cdist(drawn, train).amin(1), torch.cdist(real, train).amin(1))
    assert found.pop("test_quantiles") == pytest.approx(expected.pop("test_quantiles"), abs=1e-3)
    assert found == {key: pytest.approx(value) for key, value in expected.items()} | {
        "n": 20,
        "test_n": 20,
        "seed": SCORE_SEED,
        "features": "corners",
        "reference": "70 training images",
    }
    assert {path.name for path in folder.parent.rglob("*")} == {"cat-vae", checkpoint.METRICS}


def test_a_model_that_draws_its_training_images_is_found_out(
    face_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memorisation, "PHOTOGRAPHS", 20)
    monkeypatch.setattr(memorisation, "_MOST", 40)
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    model = checkpoint.load(face_weights / "cat-vae")
    drawn = torch.cat(list(generate(model, prior_z(model, 20))))
    # The 40 that are looked through hold some of the 20 copies among 80.
    train = torch.cat([(drawn * 255).round().byte(), photographs(60, 0)])
    files.write_json(tmp_path / checkpoint.METRICS, {})
    images = Images(train, photographs(20, 1))
    measure_memorisation(Subject(tmp_path, tmp_path, model, images, None, Corners()))
    found = checkpoint.read_metrics(tmp_path)["memorisation"]
    assert found["reference"] == "40 training images"
    assert found["closer"] > 0.9

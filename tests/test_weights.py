"""The models that ship: whole, the recipes' own, and as good as their metrics say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime
import pytest
import torch
from PIL import Image

from ganvae import DEFAULT_WEIGHTS, checkpoint, data
from ganvae.bridges.stops import is_stop
from ganvae.export.format import Export, ExportedFile, read_export, read_whole
from ganvae.export.write import WRITTEN
from ganvae.latents import sample_z
from ganvae.metrics.classifier import load_classifier
from ganvae.metrics.features import feature_network
from ganvae.metrics.neighbours import TRAINING_FEATURES, read_training_features
from ganvae.metrics.reference import find_reference
from ganvae.metrics.scoring import Scorer, generate, prior_z
from ganvae.models import GAN, VAE
from ganvae.prior.format import read_fitted_prior
from ganvae.recipe.shipped import RECIPES
from ganvae.snapshots.format import KINDS, VARIANCE
from ganvae.training.callbacks import test_losses as losses_on_test_set
from ganvae.training.evaluate import evaluate

SHIPPED = [recipe.name for recipe in RECIPES.values() if recipe.shipped]
MAX_WEIGHTS_BYTES = 110_000_000
# A clone, and a Space's image, of every pair with its pictures and what a browser loads.
MAX_FOLDER_BYTES = 120_000_000
# What a visitor loads to see one pair with every latent size.
MAX_PAIR_BYTES = 15_000_000
# The largest difference of a pixel between the browser's runtime and PyTorch.
MAX_DIFFERENCE = {"float32": 1e-4, "float16": 1e-3}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_was_trained_by_its_recipe(name: str) -> None:
    folder = DEFAULT_WEIGHTS / name
    assert checkpoint.read_recipe(folder) == RECIPES[name]
    config, metrics = (
        checkpoint.read_json(folder / checkpoint.CONFIG),
        checkpoint.read_metrics(folder),
    )
    assert config["command"].startswith("python train.py ")
    images = metrics.get("data", {"train": 60_000})["train"]
    assert metrics["training"]["steps"] == RECIPES[name].total_steps(images)
    assert checkpoint.load(folder).parameter_count() == metrics["parameters"]["total"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_has_full_curves_and_snapshots(name: str) -> None:
    folder = DEFAULT_WEIGHTS / name
    history = checkpoint.read_history(folder)

    def points(column: str) -> int:
        return sum(value is not None for value in history[column])

    if RECIPES[name].family == "vae":
        assert points("train_loss") >= 200
        assert points("test_loss") >= 25
    else:
        assert points("d_loss") >= 200
        assert points("d_fake_after") >= 200
    assert points("distance") == 12
    index = checkpoint.read_json(folder / checkpoint.SNAPSHOTS / checkpoint.SNAPSHOT_INDEX)
    if is_stop(RECIPES[name]):
        # Its time-lapse is shown nowhere.
        assert [moment["step"] for moment in index["moments"]] == [RECIPES[name].steps]
    else:
        assert 35 <= len(index["moments"]) <= 41
        assert index["moments"][0]["step"] == 0
    listed = {moment[kind] for moment in index["moments"] for kind in KINDS if kind in moment}
    kept = {file.name for file in (folder / checkpoint.SNAPSHOTS).iterdir()}
    assert kept == {checkpoint.SNAPSHOT_INDEX, *listed}
    for moment in index["moments"]:
        # The page tells how sharp a sheet was before it was stored with a loss.
        assert set(moment[VARIANCE]) == set(KINDS) & set(moment)
    height, width = RECIPES[name].image_shape[1:]
    for moment in index["moments"]:
        for kind in ("samples", "reconstructions"):
            if kind in moment:
                with Image.open(folder / checkpoint.SNAPSHOTS / moment[kind]) as sheet:
                    assert sheet.size == (8 * width, index["rows"] * height)


def test_the_weights_stay_small() -> None:
    files = list(DEFAULT_WEIGHTS.rglob("*.safetensors"))
    assert sum(file.stat().st_size for file in files) < MAX_WEIGHTS_BYTES


def test_the_whole_folder_stays_small() -> None:
    files = [file for file in DEFAULT_WEIGHTS.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MAX_FOLDER_BYTES


def exported(name: str) -> Export:
    """The ONNX files of a shipped model, checked: made from the very weights beside them."""
    found = read_export(DEFAULT_WEIGHTS / name)
    assert found is not None
    return found


def run(file: ExportedFile, **given: torch.Tensor) -> torch.Tensor:
    session = onnxruntime.InferenceSession(read_whole(file))
    (result,) = session.run(None, {key: value.numpy() for key, value in given.items()})
    return torch.from_numpy(result)


@pytest.mark.parametrize("name", SHIPPED)
def test_onnx_files_compute_what_the_weights_do(name: str) -> None:
    model, files = checkpoint.load(DEFAULT_WEIGHTS / name), exported(name)
    recipe = model.recipe
    assert set(files.files) == set(WRITTEN[recipe.family])
    z = torch.from_numpy(sample_z(0, recipe.latent, 64, recipe.prior))
    images = model.generate(z)
    limit = MAX_DIFFERENCE[recipe.storage]
    assert (run(files.decoder, z=z) - images).abs().max() <= limit
    if isinstance(model, GAN):
        assert files.discriminator is not None
        # Noise as well, for a generator's own pictures may all be judged alike.
        noise = torch.rand(images.shape, generator=torch.Generator().manual_seed(0))
        for judged in (images, noise):
            realness = run(files.discriminator, images=judged)
            assert (realness - model.realness(judged)).abs().max() <= limit


@pytest.mark.parametrize("name", SHIPPED)
def test_onnx_files_are_small_and_tell_nothing_of_a_machine(name: str) -> None:
    metrics = checkpoint.read_metrics(DEFAULT_WEIGHTS / name)["parameters"]
    recipe = RECIPES[name]
    part = "decoder" if recipe.family == "vae" else "generator"
    bytes_each = 2 if recipe.storage == "float16" else 4
    files = exported(name)
    # Each weight of a float16 network has a node that makes it float32.
    graph = 20_000 if recipe.network == "residual" and bytes_each == 2 else 6000
    assert files.decoder.bytes < metrics[part] * bytes_each * 1.01 + graph
    for file in files.files.values():
        # The weights are in model.safetensors.
        assert file.path.stat().st_size < 20_000
        content = file.path.read_bytes()
        for words in ("site-packages", "torch/nn", "ganvae/", "/home/", 'File "', "stack_trace"):
            assert words.encode() not in content, words


def test_the_decoders_of_a_pair_are_a_small_download() -> None:
    pairs: dict[str, int] = {}
    for name in SHIPPED:
        pair = RECIPES[name].pair
        pairs[pair] = pairs.get(pair, 0) + exported(name).decoder.bytes
    assert max(pairs.values()) <= MAX_PAIR_BYTES


def test_nothing_but_plain_files_ships() -> None:
    kinds = {file.suffix for file in DEFAULT_WEIGHTS.rglob("*") if file.is_file()}
    assert kinds == {".safetensors", ".onnx", ".json", ".csv", ".webp", ".jpg", ".md"}


# One of each kind of network; `python train.py --verify --score all` measures every model anew.
@pytest.mark.parametrize(
    "name", ["mlp-gan-100", "vae-100", "gan-100", "face-vae-128", "face-gan-128"]
)
def test_quick_scores_come_out_as_recorded(name: str, data_dir: Path) -> None:
    folder = DEFAULT_WEIGHTS / name
    model, metrics = checkpoint.load(folder), checkpoint.read_metrics(folder)
    images = data.load_sets(model.recipe, data_dir)
    # The features of thousands of faces take minutes: those of one of the two models will do.
    network = feature_network(model.recipe.dataset, DEFAULT_WEIGHTS)
    assert network is not None
    reference = find_reference(model.recipe, images, network, DEFAULT_WEIGHTS)
    seen = None if name == "face-vae-128" else network
    scores = Scorer(reference, seen).score(model, metrics["distance"]["n"])
    for what, key in (("distance", "value"), ("sharpness", "ratio")):
        if what == "distance" and seen is None:
            continue
        assert scores[what][key] == pytest.approx(metrics[what][key], rel=1e-3)
    if isinstance(model, VAE):
        losses = losses_on_test_set(model, images.test)
        for what, value in losses.items():
            assert value == pytest.approx(metrics["final"][what], rel=1e-3)
    else:
        assert isinstance(model, GAN)


def assert_same_figures(new: Any, recorded: Any, path: str = "") -> None:
    """Every number to 1e-3 of itself, everything else exactly."""
    if isinstance(recorded, dict):
        assert set(new) == set(recorded), path
        for key, value in recorded.items():
            assert_same_figures(new[key], value, f"{path}.{key}")
    elif isinstance(recorded, list):
        assert new == pytest.approx(recorded, rel=1e-3, abs=2e-3), path
    elif isinstance(recorded, float):
        assert new == pytest.approx(recorded, rel=1e-3, abs=1e-6), path
    else:
        assert new == recorded, path


# One of each family.
@pytest.mark.parametrize("name", ["mini-vae-20", "gan-100"])
def test_every_score_comes_out_as_recorded(name: str, data_dir: Path) -> None:
    folder = DEFAULT_WEIGHTS / name
    model, metrics = checkpoint.load(folder), checkpoint.read_metrics(folder)
    images = data.load_sets(model.recipe, data_dir)
    network = feature_network(model.recipe.dataset, DEFAULT_WEIGHTS)
    reference = find_reference(model.recipe, images, network, DEFAULT_WEIGHTS)
    fitted = read_fitted_prior(folder, model.recipe)
    scores = evaluate(model, images, Scorer(reference, network), DEFAULT_WEIGHTS, fitted)
    del scores["speed"]
    assert_same_figures(scores, {key: metrics[key] for key in scores})


def test_the_classifier_tells_digits_apart(data_dir: Path) -> None:
    classifier = load_classifier(DEFAULT_WEIGHTS)
    images = data.to_float(data.load_images("mnist", "test", data_dir))
    labels = data.load_labels("mnist", "test", data_dir)
    with torch.no_grad():
        guesses = torch.cat([classifier(part).argmax(1) for part in images.split(1000)])
    accuracy = (guesses == labels).double().mean().item()
    assert accuracy >= 0.993
    recorded = checkpoint.read_json(DEFAULT_WEIGHTS / "digit-classifier" / "metrics.json")
    assert accuracy == pytest.approx(recorded["accuracy"], abs=2e-4)


def test_nearest_training_images_are_those_of_the_shipped_features(data_dir: Path) -> None:
    index, classifier = read_training_features(DEFAULT_WEIGHTS), load_classifier(DEFAULT_WEIGHTS)
    assert index.network == classifier.fingerprint
    images = data.load_images("mnist", "train", data_dir)
    assert len(index.codes) == len(images)
    # Training images are found again, in spite of the rounding to 8 bits.
    where, distances = index.nearest(classifier.features(data.to_float(images[1000:1050])))
    assert where.tolist() == list(range(1000, 1050))
    assert (DEFAULT_WEIGHTS / TRAINING_FEATURES).stat().st_size < 10_000_000
    metrics = checkpoint.read_metrics(DEFAULT_WEIGHTS / "mini-vae-20")["memorisation"]
    model = checkpoint.load(DEFAULT_WEIGHTS / "mini-vae-20")
    samples = torch.cat(list(generate(model, prior_z(model, 400))))
    near = index.nearest(classifier.features(samples))[1]
    assert near.median().item() == pytest.approx(metrics["median"], rel=0.05)
    assert distances.max() < metrics["test_quantiles"][1]

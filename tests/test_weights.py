"""The models that ship: whole, the recipes' own, and as good as their metrics say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from ganvae import DEFAULT_WEIGHTS, checkpoint, data
from ganvae.cards import write_card
from ganvae.fitted_prior import read_fitted_prior
from ganvae.metrics.classifier import load_classifier
from ganvae.metrics.features import feature_network
from ganvae.metrics.reference import find_reference
from ganvae.metrics.scoring import Scorer
from ganvae.models import GAN, VAE
from ganvae.recipes import RECIPES
from ganvae.training.callbacks import test_losses as losses_on_test_set
from ganvae.training.evaluate import evaluate

SHIPPED = [recipe.name for recipe in RECIPES.values() if recipe.shipped]
MAX_WEIGHTS_BYTES = 60 * 2**20


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
    assert 35 <= len(index["moments"]) <= 41
    assert index["moments"][0]["step"] == 0
    height, width = RECIPES[name].image_shape[1:]
    for moment in index["moments"]:
        for kind in ("samples", "reconstructions"):
            if kind in moment:
                with Image.open(folder / checkpoint.SNAPSHOTS / moment[kind]) as sheet:
                    assert sheet.size == (8 * width, index["rows"] * height)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_card_says_what_the_files_beside_it_say(name: str) -> None:
    folder = DEFAULT_WEIGHTS / name
    assert (folder / checkpoint.CARD).read_text(encoding="utf-8") == write_card(folder)


def test_the_weights_stay_small() -> None:
    files = list(DEFAULT_WEIGHTS.rglob("*.safetensors"))
    assert sum(file.stat().st_size for file in files) < MAX_WEIGHTS_BYTES


def test_nothing_but_plain_files_ships() -> None:
    kinds = {file.suffix for file in DEFAULT_WEIGHTS.rglob("*") if file.is_file()}
    assert kinds == {".safetensors", ".json", ".csv", ".png", ".md"}


@pytest.mark.parametrize("name", SHIPPED)
def test_quick_scores_come_out_as_recorded(name: str, data_dir: Path) -> None:
    folder = DEFAULT_WEIGHTS / name
    model, metrics = checkpoint.load(folder), checkpoint.read_metrics(folder)
    images = data.load_sets(model.recipe, data_dir)
    network = feature_network(model.recipe.dataset, DEFAULT_WEIGHTS)
    assert network is not None
    reference = find_reference(model.recipe, images, network, DEFAULT_WEIGHTS)
    scores = Scorer(reference, network).score(model, metrics["distance"]["n"])
    for what, key in (("distance", "value"), ("sharpness", "ratio")):
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


# One of each family: all of them are `python train.py --score all`.
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

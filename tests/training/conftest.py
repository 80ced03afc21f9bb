"""What tests of whole trainings share: short recipes, a classifier, and few samples to score."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ganvae.metrics.classifier import NAME, WEIGHTS, DigitClassifier
from ganvae.recipe.shipped import RECIPES
from ganvae.training import (
    callbacks,
    evaluate,
    finish,
)
from ganvae.training.settings import Settings

# 150 images in batches of 32 are 5 steps an epoch, the last of 22 images.
SHORT_VAE = RECIPES["mlp-vae-20"].replace(
    name="short-vae",
    decoder_widths=(16,),
    encoder_widths=(16,),
    batch_size=32,
    epochs=6,
    precision="float32",
)
SHORT_CONV_VAE = RECIPES["vae-3"].replace(
    name="short-conv-vae",
    decoder_widths=(4, 4, 4, 4),
    encoder_widths=(4, 4, 4, 4),
    steps=30,
    precision="float32",
)
# Batch norm and dropout both: running statistics and random state must survive a stop.
SHORT_GAN = RECIPES["mlp-gan-100"].replace(
    name="short-gan",
    decoder_widths=(16, 16),
    encoder_widths=(16, 16),
    dropout=0.3,
    batch_size=32,
    epochs=6,
    precision="float32",
)
SHORT_CONV_GAN = RECIPES["gan-100"].replace(
    name="short-conv-gan",
    decoder_widths=(8, 4, 4),
    encoder_widths=(4, 4, 8),
    steps=30,
    precision="bfloat16",
)
# Study C in small: channels last, noise of every kind, targets that swap.
SHORT_STRIDED_VAE = RECIPES["face-vae-128"].replace(
    name="short-strided-vae",
    dataset="photos",
    pair="photos",
    image_shape=(3, 16, 16),
    latent=6,
    decoder_widths=(16, 8),
    encoder_widths=(8, 16),
    batch_size=32,
    steps=30,
)
SHORT_STRIDED_GAN = SHORT_STRIDED_VAE.replace(
    name="short-strided-gan",
    family="gan",
    flip_every=4,
    label_noise=0.1,
    input_noise=0.1,
    mixed_batches=True,
)
# Residual networks, held weights and an average that draws: what the tuned pairs have.
SHORT_RESIDUAL_GAN = RECIPES["tuned-gan-digits"].replace(
    name="short-residual-gan",
    decoder_widths=(8, 8, 4),
    encoder_widths=(4, 8),
    latent=8,
    precision="float32",
    batch_size=32,
    steps=30,
)
# A stop of a bridge, and the VAE that it starts from.
SHORT_RESIDUAL_VAE = RECIPES["tuned-vae-faces"].replace(
    name="short-residual-vae",
    dataset="photos",
    pair="photos",
    image_shape=(3, 16, 16),
    decoder_widths=(8, 8, 4),
    encoder_widths=(4, 8),
    latent=8,
    precision="float32",
    batch_size=32,
    steps=30,
)
SHORT_BRIDGE = SHORT_RESIDUAL_VAE.replace(
    name="short-bridge", pretraining="short-residual-vae", adversarial=0.5
)
STEPS = 30


@pytest.fixture(scope="session")
def classifier_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder that holds nothing but an untrained digit classifier."""
    weights = tmp_path_factory.mktemp("classifier")
    (weights / NAME).mkdir()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        save_file(DigitClassifier().state_dict(), weights / NAME / WEIGHTS)
    return weights


def look_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trainings look into themselves by few pictures: they find nothing to speak of."""
    monkeypatch.setattr("ganvae.metrics.memorisation.COUNT", 8)
    monkeypatch.setattr("ganvae.directions.find.SAMPLES", 8)
    monkeypatch.setattr("ganvae.directions.digits._PICTURES", 50)
    monkeypatch.setattr("ganvae.directions.climb._ROUNDS", 1)


@pytest.fixture
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores from a few dozen samples: tests look at what is scored, not at how well."""
    monkeypatch.setattr(callbacks, "SCORE_COUNT", 20)
    monkeypatch.setattr(callbacks, "PHOTOGRAPH_SCORE_COUNT", 20)
    monkeypatch.setattr(evaluate, "SCORE_COUNT", 30)
    monkeypatch.setattr(evaluate, "_SPEED_COUNT", 10)
    look_little(monkeypatch)


@pytest.fixture
def no_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trainings without ONNX files, which take a second a network."""
    monkeypatch.setattr(finish, "export", lambda folder: None)


@pytest.fixture
def settings(
    tmp_path: Path, classifier_weights: Path, small_data: Path, few_samples: None, no_export: None
) -> Callable[..., Settings]:
    """`settings(**changes)`: a run on the small data that writes into the test's own folder."""
    # A copy: the first score leaves the reference of its data there.
    weights = shutil.copytree(classifier_weights, tmp_path / "classifier")

    def make(**changes: object) -> Settings:
        values: dict[str, object] = {
            "weights": weights,
            "output": tmp_path / "weights",
            "runs": tmp_path / "runs",
            "data_dir": small_data,
            "device": "cpu",
            "threads": 1,
            "command": "python train.py --model test",
        }
        return Settings(**(values | changes))  # type: ignore[arg-type]

    return make

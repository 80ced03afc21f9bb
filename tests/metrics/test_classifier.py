"""The digit classifier: what it reads, what its features are, and files that are none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ganvae import files
from ganvae.data import load_images, load_labels, resize_float, to_float
from ganvae.errors import UserError
from ganvae.metrics.classifier import FEATURES, NAME, WEIGHTS, DigitClassifier, load_classifier

SHIPPED = Path(__file__).resolve().parents[2] / "weights"


def test_the_shipped_one_reads_digits(data_dir: Path) -> None:
    classifier = load_classifier(SHIPPED)
    assert not classifier.training
    assert not any(parameter.requires_grad for parameter in classifier.parameters())
    assert classifier.name == "digit-classifier"
    assert classifier.fingerprint == files.fingerprint(
        SHIPPED / "digit-classifier" / "classifier.safetensors"
    )
    images = to_float(load_images("mnist", "test", data_dir)[:300])
    right = classifier(images).argmax(dim=1) == load_labels("mnist", "test", data_dir)[:300]
    assert right.float().mean() > 0.98


def test_features_are_what_the_last_layer_sees() -> None:
    torch.manual_seed(0)
    # In training mode still: features are those of evaluation, and it goes on training.
    classifier = DigitClassifier().train()
    images = torch.rand(620, 1, 28, 28)  # more than one batch
    features = classifier.features(images)
    assert classifier.training
    assert features.shape == (620, FEATURES) == (620, 128)
    assert features.min() == 0
    torch.testing.assert_close(classifier.features(images[610:]), features[610:])
    logits = classifier.eval()(images)
    torch.testing.assert_close(classifier.head(features), logits)
    assert logits.shape == (620, 10)
    large = torch.rand(3, 1, 64, 64)
    small = resize_float(large, (28, 28))
    torch.testing.assert_close(classifier.features(large), classifier.features(small))


def test_training_leaves_out_three_tenths() -> None:
    torch.manual_seed(0)
    (dropout,) = (m for m in DigitClassifier().modules() if isinstance(m, torch.nn.Dropout))
    kept = dropout(torch.ones(100_000))
    assert (kept == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)


def test_no_classifier_and_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is missing \(.*\); train it first: .* digit-classifier"):
        load_classifier(tmp_path)
    path = tmp_path / NAME / WEIGHTS
    path.parent.mkdir()
    shutil.copy(SHIPPED / NAME / WEIGHTS, path)
    tensors = load_file(path)
    tensors["head.bias"] = tensors["head.bias"][:9].clone()
    save_file(tensors, path)
    with pytest.raises(UserError, match=r"is no digit classifier; train it again\. .*head\.bias"):
        load_classifier(tmp_path)

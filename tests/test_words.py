"""What is read about a model, by its data set."""

from __future__ import annotations

import pytest

from ganvae import words
from ganvae.metrics import classifier, imagenet
from ganvae.training.callbacks import PHOTOGRAPH_SCORE_COUNT, SCORE_COUNT


@pytest.mark.parametrize(
    ("dataset", "subject"),
    [
        ("mnist", ("digit", "digits")),
        ("celeba", ("face", "faces")),
        ("fashion-mnist", ("picture", "pictures")),
        ("cats", ("picture", "pictures")),
        (None, ("picture", "pictures")),
    ],
)
def test_subject(dataset: str | None, subject: tuple[str, str]) -> None:
    assert words.subject(dataset) == subject


def test_only_celeba_has_a_note() -> None:
    assert "non-commercial research only" in words.data_note("celeba")
    assert words.data_note("mnist") == words.data_note("cats") == ""


def test_distances_are_told_with_the_features_and_the_samples_they_were_measured_with() -> None:
    digits = words.feature_space(classifier.NAME)
    assert digits == f"the digit classifier's features, {SCORE_COUNT:,} samples"
    photographs = words.feature_space(imagenet.NAME)
    assert photographs == f"the features of EfficientNet-Lite0, {PHOTOGRAPH_SCORE_COUNT:,} samples"
    assert words.feature_space("unheard-of") == words.feature_space(None) == "a network's features"


@pytest.mark.parametrize(
    ("key", "title"),
    [("cats", "Cats"), ("big-cats", "Big cats"), ("my_MGs", "My MGs"), ("-", "Other models")],
)
def test_title_of_a_pair(key: str, title: str) -> None:
    assert words.pair_title(key) == title

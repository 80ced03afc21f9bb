"""Every card in weights/ is what the Hub reads, and says what the files beside it say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from ganvae import DEFAULT_WEIGHTS, checkpoint
from ganvae.cards import cards_in, write_card
from ganvae.cards.classifier import write_classifier_card
from ganvae.cards.metadata import model_index
from ganvae.metrics.classifier import NAME as CLASSIFIER

NAMES = cards_in(DEFAULT_WEIGHTS)
MODELS = [name for name in NAMES if name != CLASSIFIER]


def test_every_card_is_one_of_these() -> None:
    assert {path.parent.name for path in DEFAULT_WEIGHTS.glob("*/README.md")} == set(NAMES)
    assert len(NAMES) == len(MODELS) + 1 >= 11


@pytest.mark.parametrize("name", NAMES)
def test_the_hubs_own_classes_read_it(name: str) -> None:
    card = ModelCard.load(DEFAULT_WEIGHTS / name / checkpoint.CARD, ignore_metadata_errors=False)
    data = card.data
    assert data.model_name == name
    assert data.library_name == "ganvae"
    assert "pytorch" in data.tags
    faces = "face" in name
    assert data.license == ("other" if faces else "apache-2.0")
    assert (data.license_name is not None) == faces
    assert data.datasets == (None if faces else ["ylecun/mnist"])
    task = "image-classification" if name == CLASSIFIER else "unconditional-image-generation"
    assert data.pipeline_tag == task
    assert data.eval_results
    for result in data.eval_results:
        assert result.task_type == task
        assert result.dataset_split == "test"
    # Written again by these classes it is the same.
    assert ModelCard(str(card)).data.to_dict() == data.to_dict()


@pytest.mark.parametrize("name", MODELS)
def test_the_results_are_those_measured(name: str) -> None:
    folder = DEFAULT_WEIGHTS / name
    metrics = checkpoint.read_metrics(folder)
    data = ModelCard.load(folder / checkpoint.CARD).data
    found = {result.metric_name.split(" (")[0]: result for result in data.eval_results}
    distance = found["Fréchet distance"]
    assert distance.metric_value == round(metrics["distance"]["value"], 4)
    assert metrics["distance"]["features"] in distance.metric_name
    # Not Inception's features: the Hub must not list it beside figures that are.
    assert "fid" not in {result.metric_type for result in data.eval_results}
    recall = found["Recall of samples"].metric_value
    assert recall == round(metrics["precision_recall"]["recall"], 4)
    assert found["Sharpness, real images = 1"].metric_value == round(
        metrics["sharpness"]["ratio"], 4
    )
    assert data.to_dict()["model-index"] == model_index([folder])


def test_the_classifiers_accuracy() -> None:
    folder = DEFAULT_WEIGHTS / CLASSIFIER
    (result,) = ModelCard.load(folder / checkpoint.CARD).data.eval_results
    assert result.metric_type == "accuracy"
    assert result.metric_value == checkpoint.read_json(folder / "metrics.json")["accuracy"]


@pytest.mark.parametrize("name", NAMES)
def test_our_section_is_up_to_date(name: str) -> None:
    folder = DEFAULT_WEIGHTS / name
    write = write_classifier_card if name == CLASSIFIER else write_card
    text = (folder / checkpoint.CARD).read_text(encoding="utf-8")
    assert text == write(folder)
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (folder / picture).is_file(), picture


def test_one_index_holds_several_models(tmp_path: Path) -> None:
    index = model_index([DEFAULT_WEIGHTS / "vae-3", DEFAULT_WEIGHTS / "gan-100"])
    assert [entry["name"] for entry in index] == ["vae-3", "gan-100"]
    values = [
        metric["value"]
        for entry in index
        for result in entry["results"]
        for metric in result["metrics"]
        if metric["type"] == "frechet-distance"
    ]
    distances = [
        checkpoint.read_metrics(DEFAULT_WEIGHTS / name)["distance"]["value"]
        for name in ("vae-3", "gan-100")
    ]
    assert [values[0], values[-1]] == [round(value, 4) for value in distances]
    assert model_index([]) == []

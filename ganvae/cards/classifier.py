"""The card of the digit classifier, which is no model of the page but judges those that are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from ganvae import checkpoint
from ganvae.cards import merge
from ganvae.cards.metadata import LIBRARY, as_yaml, dataset_on_hub
from ganvae.cards.usage import install
from ganvae.errors import UserError
from ganvae.metrics.classifier import IMAGE_SIZE, NAME

_HEIGHT, _WIDTH = IMAGE_SIZE


def write_classifier_card(folder: Path) -> str:
    """The text of the card for the classifier's folder.

    Raises:
        UserError: its metrics.json is missing or lacks something.
    """
    facts = checkpoint.read_json(folder / checkpoint.METRICS)
    try:
        return f"{_front_matter(facts)}\n{merge.section(_body(facts))}"
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{folder / checkpoint.METRICS} lacks what a card says: {error}."
        ) from error


def _front_matter(facts: dict[str, Any]) -> str:
    task = "image-classification"
    dataset = dataset_on_hub("mnist")
    assert dataset is not None
    accuracy = EvalResult(
        task_type=task,
        task_name="Image classification",
        dataset_type=dataset,
        dataset_name="MNIST",
        dataset_split="test",
        metric_type="accuracy",
        metric_name=f"Accuracy (n = {facts['n']:,})",
        metric_value=facts["accuracy"],
    )
    return as_yaml(
        ModelCardData(
            license="apache-2.0",
            library_name=LIBRARY,
            pipeline_tag=task,
            tags=["pytorch"],
            datasets=[dataset],
            model_name=NAME,
            eval_results=[accuracy],
        )
    )


def _body(facts: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"# {NAME}",
            "",
            "A small convolutional network that tells handwritten digits apart "
            f"({facts['accuracy']:.2%} of the {facts['n']:,} MNIST test images). Its last hidden "
            f"layer ({facts['features']} numbers) is the feature space in which this project "
            "measures how far generated digits are from real ones.",
            "",
            "## How to use",
            "",
            *install(needs_clone=True),
            "",
            "```python",
            "import torch, ganvae",
            "from ganvae.metrics.classifier import load_classifier",
            "",
            "classifier = load_classifier(ganvae.DEFAULT_WEIGHTS)",
            f"images = torch.rand(8, 1, {_HEIGHT}, {_WIDTH})  # digits, in [0, 1]",
            "logits = classifier(images)  # (8, 10)",
            f"features = classifier.features(images)  # (8, {facts['features']})",
            "```",
            "",
            "## Training",
            "",
            f"    {facts['command']}",
            "",
            f"{facts['epochs']} epochs in {facts['seconds'] / 60:.1f} minutes on "
            f"{facts['hardware']}, torch {facts['torch']}.",
        ]
    )

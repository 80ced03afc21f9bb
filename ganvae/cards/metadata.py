"""The front matter: what the Hub reads of a card, made by the Hub's own classes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huggingface_hub import EvalResult, ModelCardData
from huggingface_hub.repocard_data import eval_results_to_model_index

from ganvae import checkpoint
from ganvae.cards.results import eval_results
from ganvae.recipe import Recipe

LIBRARY = "ganvae"
_DATASETS = {"mnist": "ylecun/mnist", "fashion-mnist": "zalando-datasets/fashion_mnist"}


def is_celeba(recipe: Recipe) -> bool:
    """Whether the terms of CelebA hold for a model."""
    return recipe.dataset == "celeba"


def dataset_on_hub(dataset: str) -> str | None:
    """Where the Hub has a data set, as USER/DATASET; None if it is nobody's but the user's."""
    return _DATASETS.get(dataset)


def front_matter(recipe: Recipe, metrics: dict[str, Any]) -> str:
    """The card's first lines, YAML between two rules."""
    known = dataset_on_hub(recipe.dataset)
    return as_yaml(
        ModelCardData(
            library_name=LIBRARY,
            pipeline_tag="unconditional-image-generation",
            tags=[recipe.family, "pytorch"],
            datasets=[known] if known else None,
            model_name=recipe.name,
            eval_results=_results(recipe, metrics) or None,
            **_license(recipe),
        )
    )


def as_yaml(data: ModelCardData) -> str:
    """Front matter with the rules before and after it."""
    if data.eval_results is None:
        # Only an index of results has a use for the name: alone it would be a key of no meaning.
        data.model_name = None
    return f"---\n{data.to_yaml()}\n---\n"


def model_index(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """The `model-index` of several models' folders: an entry for each one that was measured.

    Raises:
        UserError: a folder holds no valid config.json.
    """
    index = []
    for folder in folders:
        recipe = checkpoint.read_recipe(folder)
        results = _results(recipe, checkpoint.read_metrics(folder))
        if results:
            index += eval_results_to_model_index(recipe.name, results)
    return index


def _results(recipe: Recipe, metrics: dict[str, Any]) -> list[EvalResult]:
    return eval_results(recipe, metrics, dataset_on_hub(recipe.dataset) or recipe.dataset)


def _license(recipe: Recipe) -> dict[str, Any]:
    if dataset_on_hub(recipe.dataset):
        return {"license": "apache-2.0"}
    if not is_celeba(recipe):
        # What may be done with a model of somebody's own photographs is theirs to say.
        return {"license": "unknown"}
    return {
        "license": "other",
        "license_name": "celeba-non-commercial-research",
        "license_link": "http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    }

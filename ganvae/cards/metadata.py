"""The front matter: what the Hub reads of a card."""

from __future__ import annotations

from typing import Any

from ganvae.recipe import Recipe

_DATASETS = {"mnist": "ylecun/mnist", "fashion-mnist": "zalando-datasets/fashion_mnist"}


def is_celeba(recipe: Recipe) -> bool:
    """Whether the terms of CelebA hold for a model."""
    return recipe.dataset == "celeba"


def front_matter(recipe: Recipe, metrics: dict[str, Any]) -> str:
    """The card's first lines, YAML between two rules."""
    lines = [
        "---",
        *_license(recipe),
        "library_name: ganvae",
        "pipeline_tag: unconditional-image-generation",
        "tags:",
        f"- {recipe.family}",
        "- pytorch",
        *(["datasets:", f"- {_DATASETS[recipe.dataset]}"] if recipe.dataset in _DATASETS else []),
        "---",
        "",
    ]
    return "\n".join(lines)


def _license(recipe: Recipe) -> list[str]:
    if recipe.dataset in _DATASETS:
        return ["license: apache-2.0"]
    if not is_celeba(recipe):
        # What may be done with a model of somebody's own photographs is theirs to say.
        return ["license: unknown"]
    return [
        "license: other",
        "license_name: celeba-non-commercial-research",
        "license_link: http://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    ]

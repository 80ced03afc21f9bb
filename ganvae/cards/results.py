"""A model's measurements as the Hub shows them beside a card."""

from __future__ import annotations

from typing import Any

from huggingface_hub import EvalResult

from ganvae.recipe import Recipe
from ganvae.untrusted import at, is_count, is_number

_NAMES = {"mnist": "MNIST", "fashion-mnist": "Fashion-MNIST", "celeba": "CelebA"}
# Where each figure stands in metrics.json, its type for the Hub, and its name.
_SCORES = (
    (("distance", "value"), "frechet-distance", "Fréchet distance"),
    (("kernel_distance", "mean"), "kernel-distance", "Kernel distance"),
    (("precision_recall", "precision"), "precision", "Precision of samples"),
    (("precision_recall", "recall"), "recall", "Recall of samples"),
    (("sharpness", "ratio"), "sharpness", "Sharpness, real images = 1"),
    (("reconstruction", "negative_elbo"), "negative-elbo", "Negative ELBO, nats per image"),
    # Only Inception's features make a distance an FID.
    (("inception", "test", "value"), "fid", "FID"),
)
_FITTED = (
    (("fitted", "distance", "value"), "frechet-distance", "Fréchet distance, z of a fitted prior"),
)


def eval_results(recipe: Recipe, metrics: dict[str, Any], dataset: str) -> list[EvalResult]:
    """What was measured of a model; what is missing or no finite number is left out.

    Args:
        metrics: the content of its metrics.json.
        dataset: where the Hub has its data, or its name.
    """
    results = []
    for place, kind, name in (*_SCORES, *_FITTED):
        group, value = at(metrics, *place[:-1]), at(metrics, *place)
        if is_number(value):
            results.append(
                EvalResult(
                    task_type="unconditional-image-generation",
                    task_name="Unconditional image generation",
                    dataset_type=dataset,
                    dataset_name=_NAMES.get(recipe.dataset, recipe.dataset),
                    dataset_split="test",
                    metric_type=kind,
                    metric_name=name + _how(group),
                    metric_value=round(value, 4),
                )
            )
    return results


def _how(group: dict[str, Any]) -> str:
    """In which features and over how many images a figure was taken."""
    parts = []
    if isinstance(group.get("features"), str):
        parts.append(f"{group['features']} features")
    if is_count(group.get("n")):
        parts.append(f"n = {group['n']:,}")
    return f" ({', '.join(parts)})" if parts else ""

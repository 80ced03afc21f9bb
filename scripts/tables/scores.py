"""Every measure of every model, digits and faces apart: their features don't compare."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ganvae import checkpoint
from ganvae.claims.evidence import STABILITY, Evidence, Missing, Seeds
from ganvae.claims.words import over_seeds, percent
from ganvae.recipe.shipped import RECIPES, Recipe
from ganvae.untrusted import at
from tables.markdown import RESULTS, WEIGHTS, table

NOTHING = "–"
_GROUPS = {"mnist": "Digits", "celeba": "Faces"}
_REFERENCE = "reference"

_Row = dict[str, Any]


def scores() -> str:
    """Samples of every model against test images, then what only one family has."""
    parts = []
    for dataset, title in _GROUPS.items():
        recipes = [
            recipe
            for recipe in RECIPES.values()
            if recipe.dataset == dataset and checkpoint.read_metrics(WEIGHTS / recipe.name)
        ]
        if recipes:
            parts += [f"### {title}", _samples(recipes), _only_vaes(recipes), _only_gans(recipes)]
    return "\n\n".join(part for part in parts if part)


def _samples(recipes: list[Recipe]) -> str:
    evidence = Evidence(WEIGHTS, RESULTS)
    rows = []
    for recipe in recipes:
        prior = "N(0, I)" if recipe.prior == "normal" else "U(−1, 1)"
        metrics = checkpoint.read_metrics(WEIGHTS / recipe.name)
        distance = _seeds(evidence, recipe.name, "distance", "value")
        sharpness = _seeds(evidence, recipe.name, "sharpness", "ratio")
        count = len(distance.values) if distance else 1
        rows.append(
            _row(
                f"`{recipe.name}`",
                prior,
                metrics,
                over_seeds(distance, _one) if distance else NOTHING,
                over_seeds(sharpness, percent) if sharpness else NOTHING,
                "one seed" if count == 1 else f"{count} seeds",
            )
        )
        fitted = metrics.get("fitted")
        if fitted:
            distances = _at(fitted, _one, "distance", "value")
            sharp = _at(fitted, percent, "sharpness", "ratio")
            rows.append(_row(f"`{recipe.name}`", "fitted", fitted, distances, sharp, "one seed"))
    rows += _floors(recipes)
    first = checkpoint.read_metrics(WEIGHTS / recipes[0].name).get("distance")
    how = (
        f"{first['n']:,} samples against {first['reference']}, {first['features']} features. "
        if first
        else ""
    )
    return (
        table(
            "| model | z | distance | kernel distance | precision | recall | sharpness | "
            "high frequencies | specks | diversity | runs |",
            rows,
        )
        + f"\n\n{how}"
        "± after a kernel distance: over its subsets; after anything else: over seeds."
    )


def _seeds(evidence: Evidence, name: str, *keys: str) -> Seeds | None:
    try:
        return evidence.seeds(name, *keys)
    except Missing:
        return None


def _row(name: str, z: str, scores: _Row, distance: str, sharpness: str, runs: str) -> str:
    cells = [
        name,
        z,
        distance,
        _kernel(scores.get("kernel_distance")),
        _at(scores, _two, "precision_recall", "precision"),
        _at(scores, _two, "precision_recall", "recall"),
        sharpness,
        _at(scores, percent, "sharpness", "high_frequency", "ratio"),
        _at(scores, _short, "specks", "per_image"),
        _at(scores, percent, "diversity", "ratio"),
        runs,
    ]
    return f"| {' | '.join(cells)} |"


def _floors(recipes: list[Recipe]) -> list[str]:
    """Real training images measured as if a model had drawn them: the best to be had."""
    rows = []
    for key in dict.fromkeys(f"{recipe.dataset}-{recipe.image_shape[1]}" for recipe in recipes):
        path = WEIGHTS / _REFERENCE / key / "reference.json"
        if not path.is_file():
            continue
        facts = checkpoint.read_json(path)
        floor = facts.get("floor", {})
        distance = _at(floor, _one, "distance")
        scores = floor | {"specks": facts.get("specks", {})}
        name = f"*real images, {key.rpartition('-')[2]} pixels*"
        rows.append(_row(name, NOTHING, scores, distance, NOTHING, NOTHING))
    return rows


def _only_vaes(recipes: list[Recipe]) -> str:
    rows = []
    for recipe in recipes:
        found = checkpoint.read_metrics(WEIGHTS / recipe.name).get("reconstruction")
        if found:
            rows.append(
                f"| `{recipe.name}` | {_at(found, _small, 'squared_error')} | "
                f"{_at(found, _one, 'negative_elbo')} ({found.get('likelihood', '?')}) | "
                f"{_at(found, percent, 'sharpness_ratio')} |"
            )
    if not rows:
        return ""
    header = "| VAE | squared error a pixel | negative ELBO, nats | sharpness |"
    return "Reconstructions of the test images:\n\n" + table(header, rows)


def _only_gans(recipes: list[Recipe]) -> str:
    rows = []
    for recipe in recipes:
        found = checkpoint.read_metrics(WEIGHTS / recipe.name).get("realness")
        if found:
            others = ", ".join(
                f"`{name}` {value:.2f}" for name, value in found.get("others", {}).items()
            )
            rows.append(
                f"| `{recipe.name}` | {_at(found, _two, 'real')} | "
                f"{_at(found, _two, 'generated')} | {others or NOTHING} |"
            )
    if not rows:
        return ""
    header = "| discriminator of | test images | its generator's | VAEs' samples |"
    return "What the discriminators say, on average:\n\n" + table(header, rows)


def _kernel(found: _Row | None) -> str:
    if not found:
        return NOTHING
    # Thousands for digits, thousandths for faces: two digits of the spread are what is known.
    spread = found.get("std") or 0.0
    digits = max(0, 1 - math.floor(math.log10(spread))) if spread > 0 else 2
    return f"{found['mean']:.{digits}f} ± {spread:.{digits}f}"


def _at(scores: _Row, shown: Callable[[float], str], *keys: str) -> str:
    value = at(scores, *keys)
    return NOTHING if value is None else shown(value)


def _one(value: float) -> str:
    return f"{value:.1f}"


def _two(value: float) -> str:
    return f"{value:.2f}"


def _small(value: float) -> str:
    return f"{value:.4f}"


def _short(value: float) -> str:
    return f"{value:.2g}"


def stability() -> str:
    """The short runs of benchmarks/stability.py, a row for each model and learning rate."""
    path = RESULTS / STABILITY
    if not path.is_file():
        return ""
    content = checkpoint.read_json(path)
    groups: dict[tuple[str, float], list[_Row]] = {}
    for run in content["runs"]:
        groups.setdefault((run["model"], run["lr"]), []).append(run)
    rows = []
    for (model, lr), runs in sorted(groups.items(), reverse=True):
        distances = ", ".join(
            NOTHING if run["distance"] is None else f"{run['distance']:.0f}" for run in runs
        )
        failed = sum(run["failed"] for run in runs)
        rows.append(f"| `{model}` | {lr:g} | {distances} | {failed} of {len(runs)} |")
    header = "| model | learning rate | distance, a seed each | failed |"
    return table(header, rows) + (
        f"\n\n{content['steps']:,} steps a run, {content.get('samples', 2000):,} samples, "
        f"{content['hardware']}."
    )

"""The models that ship, and study C's GAN with and without its remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganvae import checkpoint
from ganvae.bridges.stops import is_stop
from ganvae.cards import COMPARISON
from ganvae.claims.evidence import Evidence
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.recipe.shipped import RECIPES, TUNED, Recipe
from tables.markdown import RESULTS, WEIGHTS, table


def models() -> str:
    """Every shipped model with what was measured of it."""
    rows, there = [], {}
    for recipe in RECIPES.values():
        metrics = checkpoint.read_metrics(WEIGHTS / recipe.name)
        if not recipe.shipped or not metrics or recipe.dataset != "mnist" or is_stop(recipe):
            continue
        there[recipe.name] = metrics
        part = "decoder" if recipe.family == "vae" else "generator"
        rows.append(
            f"| [`{recipe.name}`](../weights/{recipe.name}) | {recipe.study} | {recipe.latent} | "
            f"{metrics['parameters'][part]:,} of {metrics['parameters']['total']:,} | "
            f"{metrics['distance']['value']:.1f} | {fitted_distance(metrics)} | "
            f"{distance_over_seeds(recipe)} | {metrics['sharpness']['ratio']:.0%} | "
            f"{final_loss(recipe, metrics['final'])} | {metrics['training']['seconds'] / 60:.0f} |"
        )
    some = next(iter(there.values()))
    classifier = checkpoint.read_json(WEIGHTS / CLASSIFIER / "metrics.json")
    return (
        table(
            "| model | study | latent | parameters that draw | distance | fitted | over seeds | "
            "sharpness | final loss | minutes |",
            rows,
        )
        + f"\n\nDistance: Fréchet distance of {some['distance']['n']:,} samples to "
        f"{some['distance']['reference']}, in the {classifier['features']} features of the "
        f"project's own digit classifier ({classifier['accuracy']:.2%} of the test images right); "
        f"lower is better, and it compares only with other figures of this column. Sharpness: "
        f"variance of the Laplacian as a share of real images'; below 100 % is blur, above is "
        f"noise. Fitted: distance where z is drawn from a mixture fitted to the encodings of the "
        f"training images instead of N(0, I). Over seeds: mean and standard deviation of the "
        f"distance over full trainings from several seeds, not all in the same precision "
        f"(`seeds.json` beside the model); everything else is of one. Minutes: on "
        f"{machines(there)}, mostly while another training ran beside it."
    )


def faces() -> str:
    """The models of photographs; their distances don't compare with those of digits."""
    rows = []
    celeba = [r for r in RECIPES.values() if r.dataset == "celeba" and not is_stop(r)]
    measured = [(recipe, checkpoint.read_metrics(WEIGHTS / recipe.name)) for recipe in celeba]
    there = [(recipe, metrics) for recipe, metrics in measured if metrics]
    for recipe, metrics in there:
        part = "decoder" if recipe.family == "vae" else "generator"
        rows.append(
            f"| [`{recipe.name}`](../weights/{recipe.name}) | {recipe.study} | {recipe.latent} | "
            f"{metrics['parameters'][part]:,} of {metrics['parameters']['total']:,} | "
            f"{metrics['distance']['value']:.1f} | {fitted_distance(metrics)} | "
            f"{distance_over_seeds(recipe)} | {metrics['sharpness']['ratio']:.0%} | "
            f"{final_loss(recipe, metrics['final'])} | {metrics['training']['images']:,} | "
            f"{metrics['training']['seconds'] / 60:.0f} |"
        )
    if not there:
        return ""
    some = there[0][1]
    return (
        table(
            "| model | study | latent | parameters that draw | distance | fitted | over seeds | "
            "sharpness | final loss | images seen | minutes |",
            rows,
        )
        + f"\n\nDistance: Fréchet distance of {some['distance']['n']:,} samples to "
        f"{some['distance']['reference']}, in the features of EfficientNet-Lite0 with ImageNet "
        f"weights: no figure of this column compares with one of the digits'. Sharpness as above. "
        f"Minutes: on {machines({recipe.name: metrics for recipe, metrics in there})}."
    )


def machines(measured: Mapping[str, dict[str, Any]]) -> str:
    """Where models were trained: the machine of most, then the others with the models' names."""
    names: dict[str, list[str]] = {}
    for name, metrics in measured.items():
        training = metrics["training"]
        threads = "1 thread" if training["threads"] == 1 else f"{training['threads']} threads"
        names.setdefault(f"{training['hardware']}, {threads}", []).append(name)
    most, *others = sorted(names, key=lambda where: len(names[where]), reverse=True)
    told = [f"{' and '.join(f'`{name}`' for name in names[where])} on {where}" for where in others]
    return "; ".join([most, *told])


def fitted_distance(metrics: dict[str, Any]) -> str:
    """The distance with the fitted prior, of models that have one."""
    return f"{metrics['fitted']['distance']['value']:.1f}" if "fitted" in metrics else ""


def distance_over_seeds(recipe: Recipe) -> str:
    """Mean, spread and number of seeds; that there is one only where there is one only."""
    seeds = Evidence(WEIGHTS, RESULTS).seeds(recipe.name, "distance", "value")
    if len(seeds.values) == 1:
        return "one seed"
    return f"{seeds.mean:,.0f} ± {seeds.spread:,.0f} ({len(seeds.values)} seeds)"


def ablation() -> str:
    """Study C's GAN with and without its remedies, from the comparison on its card."""
    path = WEIGHTS / "face-gan-128" / COMPARISON
    if not path.is_file():
        return ""
    rows = [
        f"| `{row['command']}` | {row['images']:,} | {row['precision']} | {row['distance']:.1f} | "
        f"{row['sharpness']:.0%} |"
        for row in checkpoint.read_json(path)
    ]
    return table("| command | images | precision | distance | sharpness |", rows)


def final_loss(recipe: Recipe, final: dict[str, float]) -> str:
    """The last losses of a run: on the test set for a VAE, D and G for a GAN."""
    if recipe.family == "vae":
        if recipe.loss == "squared-error":
            return f"{final['test_loss']:.4f}"
        return f"{final['test_loss']:.1f} nats"
    return f"D {final['d_loss']:.2f}, G {final['g_loss']:.2f}"


def headline() -> str:
    """The tuned pairs in a few figures: distance of what the page draws, and sharpness."""
    rows, classifier = [], checkpoint.read_json(WEIGHTS / CLASSIFIER / "metrics.json")
    for recipe in RECIPES.values():
        metrics = checkpoint.read_metrics(WEIGHTS / recipe.name)
        if recipe.study != TUNED or is_stop(recipe) or not metrics:
            continue
        # The page opens these pairs with the prior that was fitted to the VAE.
        shown = metrics.get("fitted", metrics)
        rows.append(
            f"| [`{recipe.name}`](weights/{recipe.name}) | {shown['distance']['value']:.1f} | "
            f"{shown['sharpness']['ratio']:.0%} | {metrics['training']['images']:,} |"
        )
    head = "| model | distance to real pictures | sharpness | images seen in training |"
    return (
        table(head, rows) + "\n\nDistance: Fréchet distance of samples to test images, in the "
        f"features of the project's own digit classifier ({classifier['accuracy']:.2%} of the test "
        "images right) or, for faces, of EfficientNet-Lite0; the two don't compare. Sharpness: "
        "variance of the Laplacian as a share of real images'; below 100 % is blur, above is "
        "noise. One seed each."
    )

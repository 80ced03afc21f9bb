"""The table of all that was measured of a pair's models, from their files."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ganvae.collection import Collection
from ganvae.ui import measured
from ganvae.ui.measured import text, three_digits
from ganvae.untrusted import at, number

SEEDS = "seeds.json"
_MOST_SEEDS = 100

Cell = dict[str, str] | None
Values = dict[str, Any]


@dataclass(frozen=True)
class Measure:
    """A row of the table.

    Attributes:
        label, told: its name and what it is, in a sentence.
        group, key: where its value lies in metrics.json.
        spread: key beside it that holds the value's standard deviation.
        unit: what is written behind the value.
        factor: what the file's number is multiplied by.
        seeds: key of the rows of seeds.json.
        real: where real pictures' value lies in reference.json, shown in the floor's column.
    """

    label: str
    told: str
    group: str
    key: str
    spread: str | None = None
    unit: str = ""
    factor: float = 1.0
    seeds: str | None = None
    real: tuple[str, ...] = ()


MEASURES = (
    Measure(
        "distance",
        "Fréchet distance between features of samples and of real test images; lower is closer.",
        "distance",
        "value",
        seeds="distance",
        real=("floor", "distance"),
    ),
    Measure(
        "kernel distance",
        "Kernel distance (squared maximum mean discrepancy) between the same features, mean and "
        "standard deviation over subsets; lower is closer.",
        "kernel_distance",
        "mean",
        spread="std",
        real=("floor", "kernel_distance", "mean"),
    ),
    Measure(
        "precision",
        "Share of samples that fall among real images' features: realism; higher is better.",
        "precision_recall",
        "precision",
        unit=" %",
        factor=100,
        real=("floor", "precision_recall", "precision"),
    ),
    Measure(
        "recall",
        "Share of real images that fall among the samples' features: coverage; higher is better.",
        "precision_recall",
        "recall",
        unit=" %",
        factor=100,
        real=("floor", "precision_recall", "recall"),
    ),
    Measure(
        "sharpness",
        "Variance of the Laplacian as a share of real images'; below 100 % is blur, above is "
        "noise.",
        "sharpness",
        "ratio",
        unit=" %",
        factor=100,
        seeds="sharpness",
    ),
    Measure(
        "high frequencies",
        "Share of the pictures' power in the upper half of spatial frequencies, as a share of "
        "real images'.",
        "sharpness.high_frequency",
        "ratio",
        unit=" %",
        factor=100,
    ),
    Measure(
        "specks per image",
        "Single bright pixels on a dark ground: the noise that some GANs leave.",
        "specks",
        "per_image",
        real=("specks", "per_image"),
    ),
    Measure(
        "diversity",
        "Mean distance between two samples' features as a share of that between two real images.",
        "diversity",
        "ratio",
        unit=" %",
        factor=100,
    ),
    Measure(
        "reconstruction error",
        "Mean squared error of a pixel, 0 to 1, when test images are encoded and redrawn.",
        "reconstruction",
        "squared_error",
    ),
    Measure(
        "negative ELBO",
        "Upper bound on the cost of a test image in nats; lower is better. Only VAEs have one.",
        "reconstruction",
        "negative_elbo",
    ),
    Measure(
        "seconds per 1,000",
        "Time to draw 1,000 images.",
        "speed",
        "seconds_per_1000_images",
        unit=" s",
    ),
)
# What heads a column, and its cell for each measure.
Column = tuple[Values, Callable[[Measure], Cell]]
# Their value of real images against themselves is 100 % by definition.
_SHARES_OF_REAL = {"sharpness", "high frequencies", "diversity"}


def build_table(collection: Collection, names: Sequence[str]) -> dict[str, Any]:
    """Rows of measures and columns of models, every cell already a text.

    A row or column without any value is left out. `columns` have key, family, label and note,
    `rows` label, told and cells; a cell is None or {"text", "title"}.
    """
    columns: list[Column] = []
    for name in names:
        columns += _model_columns(collection, name)
    columns += _floor_columns(collection, names)
    cells = [[cell_of(measure) for _, cell_of in columns] for measure in MEASURES]
    used = [any(row[place] for row in cells) for place in range(len(columns))]
    rows = [
        {
            "label": measure.label,
            "told": measure.told,
            "cells": [cell for cell, wanted in zip(row, used, strict=True) if wanted],
        }
        for measure, row in zip(MEASURES, cells, strict=True)
        if any(row)
    ]
    heads = [head for (head, _), wanted in zip(columns, used, strict=True) if wanted]
    return {"columns": heads, "rows": rows, "caption": _caption(collection, names)}


def _model_columns(collection: Collection, name: str) -> list[Column]:
    recipe, metrics = collection.recipe(name), collection.metrics(name)
    seeds = _seed_rows(collection, name)
    label = f"{recipe.family.upper()} {recipe.latent}"
    fitted = at(metrics, "fitted")
    head = {"key": name, "family": recipe.family, "label": label, "note": ""}
    if recipe.family == "vae":
        head["note"] = "N(0, I)"
    columns: list[Column] = [(head, functools.partial(_cell, metrics, seeds))]
    if isinstance(fitted, dict):
        fitted_head = {**head, "key": f"{name}-fitted", "note": "fitted"}
        columns.append((fitted_head, functools.partial(_cell, fitted, [])))
    return columns


def _floor_columns(collection: Collection, names: Sequence[str]) -> list[Column]:
    """Real images against real ones, once for each size that the models draw."""
    columns: list[Column] = []
    seen = set()
    for name in names:
        recipe = collection.recipe(name)
        if (recipe.dataset, recipe.image_shape) in seen:
            continue
        seen.add((recipe.dataset, recipe.image_shape))
        facts = measured.reference(collection, recipe)
        head = {"key": f"real-{name}", "family": "real", "label": "real", "note": "against real"}
        if facts:
            columns.append((head, functools.partial(_floor_cell, facts)))
    return columns


def _cell(metrics: Values, seeds: list[Values], measure: Measure) -> Cell:
    entry = at(metrics, *measure.group.split("."))
    value = number(entry, measure.key)
    if value is None:
        return None
    # How a part was measured is written once, in the group that it belongs to.
    how = _how({**(at(metrics, measure.group.split(".")[0]) or {}), **entry})
    spread = number(entry, measure.spread) if measure.spread else None
    if measure.seeds:
        others = [number(row, measure.seeds) for row in seeds]
        values = [value, *(other for other in others if other is not None)]
        if len(values) > 1:
            own = three_digits(value * measure.factor)
            value, spread = statistics.fmean(values), statistics.stdev(values)
            told = f"mean ± standard deviation over {len(values)} seeds, this model {own}"
            how = f"{how}; {told}".removeprefix("; ")
    return {"text": _shown(value, spread, measure), "title": f"{how}." if how else ""}


def _floor_cell(facts: Values, measure: Measure) -> Cell:
    if measure.label in _SHARES_OF_REAL:
        return (
            {"text": "100 %", "title": "What the shares are of."} if "sharpness" in facts else None
        )
    value = number(facts, *measure.real) if measure.real else None
    if value is None:
        return None
    spread = None
    if measure.spread:
        spread = number(facts, *measure.real[:-1], measure.spread)
    in_floor = measure.real[0] == "floor"
    size = number(facts, "floor", "n") if in_floor else number(facts, "n")
    what = "training images against the test images" if in_floor else "test images"
    title = f"{measured.count(size)} {what}." if size is not None else ""
    return {"text": _shown(value, spread, measure), "title": title}


def _shown(value: float, spread: float | None, measure: Measure) -> str:
    parts = [three_digits(value * measure.factor)]
    if spread is not None:
        # Two digits: a third would say more than a spread of a few values knows.
        parts.append(f"± {three_digits(float(f'{spread * measure.factor:.2g}'))}")
    return " ".join(parts) + measure.unit


def _how(entry: Values) -> str:
    """How a value was measured, as far as its file says."""
    parts = []
    size, seed = number(entry, "n"), number(entry, "seed")
    if size is not None:
        against = measured.with_commas(text(entry, "reference") or "")
        parts.append(f"{measured.count(size)} samples" + (f" against {against}" if against else ""))
    subsets, subset_size = number(entry, "subsets"), number(entry, "subset_size")
    if subsets is not None and subset_size is not None:
        parts.append(f"{measured.count(subsets)} subsets of {measured.count(subset_size)}")
    neighbours, threads = number(entry, "neighbours"), number(entry, "threads")
    if neighbours is not None:
        parts.append(f"{neighbours:.0f} neighbours")
    if features := text(entry, "features"):
        parts.append(f"features: {features}")
    if likelihood := text(entry, "likelihood"):
        parts.append(f"{likelihood} likelihood")
    if threads is not None:
        parts.append(f"{threads:.0f} thread" + ("s" if threads != 1 else ""))
    if hardware := text(entry, "hardware"):
        parts.append(hardware)
    if seed is not None:
        parts.append(f"seed {seed:.0f}")
    return ", ".join(parts)


def _seed_rows(collection: Collection, name: str) -> list[Values]:
    """Runs of the recipe from other seeds; the file also lists the seed that ships."""
    found = measured.read(collection.entries[name].folder / SEEDS)
    own = collection.recipe(name).seed
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return [row for row in rows[:_MOST_SEEDS] if row.get("seed") != own]


def _caption(collection: Collection, names: Sequence[str]) -> str:
    """What the distances of all models have in common; each cell's tooltip has the rest."""
    described = []
    for name in names:
        entry = at(collection.metrics(name), "distance")
        size, features = number(entry, "n"), text(entry, "features")
        if size is not None and features is not None:
            against = measured.with_commas(text(entry, "reference") or "real test images")
            sentence = f"{measured.count(size)} samples against {against} in features of {features}"
            described.append(sentence)
    common = list(dict.fromkeys(described))
    parts = []
    if len(common) == 1:
        parts.append(f"Distances: {common[0]}.")
    elif common:
        parts.append("Distances of different features or counts don't compare with each other.")
    if any(isinstance(at(collection.metrics(name), "fitted"), dict) for name in names):
        parts.append(
            "N(0, I): z from the prior. Fitted: z from a Gaussian mixture fitted to the training "
            "images' codes."
        )
    return " ".join(parts)

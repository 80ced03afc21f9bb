"""What the page knows of the models before it asks the server anything."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

from ganvae import words
from ganvae.bridges.stops import FEWEST, BridgeView
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import prior_std
from ganvae.pairing import PairView
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.ui import engine
from ganvae.untrusted import at, is_number

DEFAULT_SEED = 42
DEFAULT_COUNT = 64
_PERCEPTRON_COUNT = 100
_PHONE_COUNT = 16
# Pictures of so many pixels a side have detail that would be lost in a grid of 64.
_LARGE = 48
_LARGE_COUNT, _LARGE_PHONE_COUNT = 36, 9
# On a bridge, where a picture stands beside them, on a wide screen and on a phone.
_BRIDGE_COUNTS, _LARGE_BRIDGE_COUNTS = (25, 16), (16, 9)


def usable_pairs(collection: Collection) -> tuple[list[PairView], list[str]]:
    """The pairs without models that can't be loaded, and a sentence for each of those.

    Every model is loaded here, once: a visitor never meets a broken one.
    """
    problems = [
        _problem(collection, entry.name, entry.problem)
        for entry in collection.entries.values()
        if entry.problem
    ]
    pairs = []
    for pair in collection.pairs():
        vaes = _usable(collection, pair.vaes, problems)
        gans = _usable(collection, pair.gans, problems)
        if vaes or gans:
            pairs.append(dataclasses.replace(pair, vaes=vaes, gans=gans))
    return pairs, problems


def usable_bridges(collection: Collection) -> tuple[list[BridgeView], list[str]]:
    """The bridges without stops that can't be loaded, and a sentence for each of those."""
    problems: list[str] = []
    bridges = []
    for bridge in collection.bridges():
        fine = _usable(collection, bridge.stops, problems)
        weights = dict(zip(bridge.stops, bridge.weights, strict=True))
        if len(fine) >= FEWEST:
            kept = tuple(weights[name] for name in fine)
            bridges.append(BridgeView(bridge.key, bridge.title, bridge.hint, tuple(fine), kept))
    return bridges, problems


def _usable(collection: Collection, names: Sequence[str], problems: list[str]) -> list[str]:
    """The names whose models load; what is wrong with the others joins `problems`."""
    fine = []
    for name in names:
        try:
            collection.model(name)
        except UserError as error:
            problems.append(_problem(collection, name, str(error)))
        else:
            fine.append(name)
    return fine


def _problem(collection: Collection, name: str, sentence: str) -> str:
    # Visitors need not know where on this computer the models lie.
    return f"{name}: {sentence.replace(f'{collection.weights}{os.sep}', '')}"


def shown_models(collection: Collection) -> list[str]:
    """Names of all models that the page shows: of its pairs, then of its bridges."""
    pairs, _ = usable_pairs(collection)
    bridges, _ = usable_bridges(collection)
    return _names(pairs, bridges)


def _names(pairs: Sequence[PairView], bridges: Sequence[BridgeView]) -> list[str]:
    names = [name for pair in pairs for name in (*pair.vaes, *pair.gans)]
    return names + [name for bridge in bridges for name in bridge.stops]


def default_member(names: list[str]) -> str | None:
    """The member that is shown first: the largest latent size of those that ship."""
    shipped = [name for name in names if name in RECIPES and RECIPES[name].shipped]
    candidates = shipped or names
    return candidates[-1] if candidates else None


def page_config(collection: Collection) -> dict[str, Any]:
    """What `window.ganvae.config` holds, ready for JSON."""
    pairs, problems = usable_pairs(collection)
    bridges, broken = usable_bridges(collection)
    return {
        "pairs": [
            {
                "key": pair.key,
                "title": pair.title,
                "hint": pair.hint,
                "vaes": pair.vaes,
                "gans": pair.gans,
                "vae": default_member(pair.vaes),
                "gan": default_member(pair.gans),
                "fitted": pair.fitted and _has_fitted(collection, default_member(pair.vaes)),
                "bridge": _bridge_of(collection, pair, bridges),
                **_counts(collection, pair),
                "note": words.data_note(_first_recipe(collection, pair).dataset),
            }
            for pair in pairs
        ],
        "models": {
            name: {**model_facts(collection, name), "engine": engine.parts(collection, name)}
            for name in _names(pairs, bridges)
        },
        "bridges": [_bridge_facts(collection, bridge) for bridge in bridges],
        "engine": engine.setup(),
        "default_pair": pairs[0].key if pairs else None,
        "default_seed": DEFAULT_SEED,
        "problems": [*problems, *broken],
        # The page's calls say it, so that the server answers with these models and no others.
        "weights": collection.version,
        # On a Space the page is in a frame, so its own address is not the one to share.
        "space": os.environ.get("SPACE_ID"),
    }


def _has_fitted(collection: Collection, vae: str | None) -> bool:
    return vae is not None and collection.fitted_prior(vae) is not None


def _bridge_of(collection: Collection, pair: PairView, bridges: Sequence[BridgeView]) -> str | None:
    """The bridge that opens beside a pair: one of the same data set, or else the first."""
    dataset = _first_recipe(collection, pair).dataset
    same = [bridge for bridge in bridges if collection.recipe(bridge.stops[0]).dataset == dataset]
    candidates = same or bridges
    return candidates[0].key if candidates else None


def _first_recipe(collection: Collection, pair: PairView) -> Recipe:
    return collection.recipe((*pair.vaes, *pair.gans)[0])


def _bridge_facts(collection: Collection, bridge: BridgeView) -> dict[str, Any]:
    """What the page knows of a bridge: its stops in order, each with its weight."""
    recipe = collection.recipe(bridge.stops[0])
    large = max(recipe.image_shape[1:]) >= _LARGE
    count, phone_count = _LARGE_BRIDGE_COUNTS if large else _BRIDGE_COUNTS
    return {
        "key": bridge.key,
        "title": bridge.title,
        "hint": bridge.hint,
        "stops": list(bridge.stops),
        "weights": list(bridge.weights),
        "count": count,
        "phone_count": phone_count,
        "note": words.data_note(recipe.dataset),
    }


def _counts(collection: Collection, pair: PairView) -> dict[str, int]:
    """How many images the page shows at first, on a wide screen and on a phone."""
    # Study A shows 100 samples at once, B 64 and D 32: the page 100 or 64.
    if pair.key == "digits-perceptrons":
        return {"count": _PERCEPTRON_COUNT, "phone_count": _PHONE_COUNT}
    if max(_first_recipe(collection, pair).image_shape[1:]) >= _LARGE:
        return {"count": _LARGE_COUNT, "phone_count": _LARGE_PHONE_COUNT}
    return {"count": DEFAULT_COUNT, "phone_count": _PHONE_COUNT}


def model_facts(collection: Collection, name: str) -> dict[str, Any]:
    """What is known of one model; None stands for what was not measured."""
    recipe = collection.recipe(name)
    metrics = collection.metrics(name)
    seconds = _measured(metrics, "training", "seconds")
    return {
        "family": recipe.family,
        "latent": recipe.latent,
        "prior": recipe.prior,
        "prior_std": prior_std(recipe.prior),
        "fitted_prior": collection.fitted_prior(name) is not None,
        "image_shape": list(recipe.image_shape),
        "parameters": collection.model(name).parameter_count(),
        "minutes": None if seconds is None else seconds / 60,
        "hardware": _text(metrics, "training", "hardware"),
        "sharpness": _measured(metrics, "sharpness", "ratio"),
        "sharpness_n": _measured(metrics, "sharpness", "n"),
        "real_laplacian_variance": _measured(metrics, "sharpness", "real_laplacian_variance"),
        "distance": _measured(metrics, "distance", "value"),
        "distance_features": _text(metrics, "distance", "features"),
        "distance_n": _measured(metrics, "distance", "n"),
        "realness": _realness_facts(recipe, metrics),
        "study": recipe.study,
        "dataset": recipe.dataset,
        # One picture of it, and several, in words.
        "subject": words.subject(recipe.dataset),
        "seed": recipe.seed,
    }


def _realness_facts(recipe: Recipe, metrics: dict[str, Any]) -> dict[str, Any] | None:
    """How to read what a GAN's discriminator says; None for a VAE."""
    if recipe.family != "gan":
        return None
    return {
        "scale": "probability" if recipe.loss == "cross-entropy" else "score",
        "real": _measured(metrics, "realness", "real"),
        "generated": _measured(metrics, "realness", "generated"),
    }


def _measured(metrics: dict[str, Any], group: str, key: str) -> float | int | None:
    # metrics.json may come from anywhere; a NaN in it would make the page's JSON invalid.
    value = at(metrics, group, key)
    return value if is_number(value) else None


def _text(metrics: dict[str, Any], group: str, key: str) -> str | None:
    value = at(metrics, group, key)
    return value[:200] if isinstance(value, str) else None

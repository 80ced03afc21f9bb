"""Which models of a folder are stops of one bridge, in their order from the VAE to the GAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganvae import words
from ganvae.recipe import Recipe
from ganvae.recipe.pairs import BRIDGES
from ganvae.recipe.shipped import RECIPES

# One model leads nowhere.
FEWEST = 2


@dataclass(frozen=True)
class BridgeView:
    """A bridge of which there are two stops or more.

    Attributes:
        key: what the page's address says, for example `bridge-digits`.
        title, hint: what the page says of it.
        stops: names of its models, the VAE's end first.
        weights: of the adversarial term, one for each stop, rising.
    """

    key: str
    title: str
    hint: str
    stops: tuple[str, ...]
    weights: tuple[float, ...]


def is_stop(recipe: Recipe) -> bool:
    """Whether a model stands on a bridge, and so in no pair."""
    return recipe.adversarial is not None


def find_bridges(recipes: Mapping[str, Recipe]) -> list[BridgeView]:
    """The bridges among models, by name: the project's in its order, then those it doesn't know."""
    known = {bridge.key: bridge for bridge in BRIDGES}
    keys = {recipe.pair for recipe in recipes.values() if is_stop(recipe)}
    views = []
    for key in (*known, *sorted(keys - set(known))):
        stops = _stops(key, recipes)
        if len(stops) >= FEWEST:
            bridge = known.get(key)
            views.append(
                BridgeView(
                    key,
                    bridge.title if bridge else words.pair_title(key),
                    bridge.hint if bridge else words.ANY_BRIDGE_HINT,
                    tuple(stops.values()),
                    tuple(stops),
                )
            )
    return views


def pair_before(stop: Recipe, recipes: Mapping[str, Recipe]) -> str | None:
    """The pair of the VAE that a stop started from; None where that VAE is not known."""
    start = stop.pretraining or ""
    vae = recipes.get(start) or RECIPES.get(start)
    return vae.pair if vae else None


def judge_of(stop: Recipe, recipes: Mapping[str, Recipe]) -> str | None:
    """The GAN beside the VAE that a stop started from: its discriminator knows such pictures."""
    wanted = ("gan", pair_before(stop, recipes), stop.image_shape)
    found = (
        name
        for name, recipe in sorted(recipes.items())
        if (recipe.family, recipe.pair, recipe.image_shape) == wanted
    )
    return next(found, None)


def _stops(key: str, recipes: Mapping[str, Recipe]) -> dict[float, str]:
    """Names by weight, of the most models of a bridge that can have one latent space."""
    groups: dict[tuple[object, ...], dict[float, str]] = {}
    for name in sorted(recipes):
        one = recipes[name]
        if one.pair == key and one.adversarial is not None:
            space = (one.pretraining, one.latent, one.image_shape, one.dataset)
            # Of two with one weight, the first by name: a variant's name is longer.
            groups.setdefault(space, {}).setdefault(one.adversarial, name)
    largest = max(groups.values(), key=len, default={})
    return dict(sorted(largest.items()))

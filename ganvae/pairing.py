"""Which models of a folder are shown side by side: the pairs that the page offers at its top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganvae import words
from ganvae.bridges.stops import is_stop
from ganvae.recipe import Recipe
from ganvae.recipe.pairs import PAIRS


@dataclass(frozen=True)
class PairView:
    """A pair that has at least one model.

    Attributes:
        vaes, gans: names of the models, the smallest latent size first.
        fitted: it opens with the VAE's fitted prior.
    """

    key: str
    title: str
    hint: str
    vaes: list[str]
    gans: list[str]
    fitted: bool = False


def find_pairs(recipes: Mapping[str, Recipe]) -> list[PairView]:
    """The pairs among models, by name: the project's in its order, then those it doesn't know.

    A folder may have another name than its recipe: a model goes by its folder's. Stops of a bridge
    are in no pair.
    """
    recipes = {name: recipe for name, recipe in recipes.items() if not is_stop(recipe)}
    known = {pair.key: pair for pair in PAIRS}
    keys = [*known, *sorted({recipe.pair for recipe in recipes.values()} - set(known))]
    return [view for key in keys if (view := _view(key, recipes)) is not None]


def _view(key: str, recipes: Mapping[str, Recipe]) -> PairView | None:
    members = sorted(
        (name for name, recipe in recipes.items() if recipe.pair == key),
        key=lambda name: (recipes[name].latent, name),
    )
    if not members:
        return None
    known = next((pair for pair in PAIRS if pair.key == key), None)
    return PairView(
        key,
        known.title if known else words.pair_title(key),
        known.hint if known else words.ANY_HINT,
        [name for name in members if recipes[name].family == "vae"],
        [name for name in members if recipes[name].family == "gan"],
        known is not None and known.fitted,
    )

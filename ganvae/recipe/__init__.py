"""Recipes: all that decides what a trained model computes; `shipped.py` has the project's own."""

from __future__ import annotations

from ganvae.recipe.choices import MAX_COMPONENTS, MAX_LATENT, MAX_SEED, Family, Network, Prior
from ganvae.recipe.recipe import Recipe

__all__ = ["MAX_COMPONENTS", "MAX_LATENT", "MAX_SEED", "Family", "Network", "Prior", "Recipe"]

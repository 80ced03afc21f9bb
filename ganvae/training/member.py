"""One training of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ganvae.recipe import Recipe


@dataclass(frozen=True)
class Member:
    """One training of a sweep.

    Attributes:
        values: what it has for each swept option.
        recipes: what is trained for it, itself the last: a GAN may start from a VAE.
    """

    values: dict[str, Any]
    recipes: tuple[Recipe, ...]

    @property
    def recipe(self) -> Recipe:
        return self.recipes[-1]

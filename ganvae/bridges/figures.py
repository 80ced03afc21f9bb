"""What was measured of the stops of a bridge, from the metrics.json of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganvae import untrusted
from ganvae.bridges.stops import judge_of
from ganvae.recipe import Recipe

# Neither a distance nor an error that makes sense is larger, and the page has room for no more.
_LARGEST = 1e9


@dataclass(frozen=True)
class Figures:
    """Measures of one stop; None where one is missing.

    Attributes:
        weight: of the adversarial term, 0 to 1.
        sharpness: of samples, as a share of real pictures'; with z from the fitted prior where
            there is one, as the page draws them.
        distance: Fréchet distance of samples with z from N(0, I) to test images.
        fitted: the same with z from the fitted prior.
        error: mean square of what a pixel of a reconstruction has wrong, pixels in [0, 1].
        realness: mean of what the GAN's discriminator says of the same samples, 0 to 1.
    """

    name: str
    weight: float
    sharpness: float | None
    distance: float | None
    fitted: float | None
    error: float | None
    realness: float | None

    @property
    def on_curve(self) -> tuple[float, float] | None:
        """(sharpness, error), or None where one of the two was not measured."""
        if self.sharpness is None or self.error is None:
            return None
        return self.sharpness, self.error


def read_figures(
    stops: Sequence[str],
    recipes: Mapping[str, Recipe],
    metrics: Callable[[str], Mapping[str, Any]],
) -> list[Figures]:
    """The figures of stops, in their order.

    Args:
        recipes: of all models that are at hand, a GAN that judges among them.
        metrics: reads the measurements of a model.
    """
    judge = judge_of(recipes[stops[0]], recipes) if stops else None
    said = metrics(judge) if judge else {}
    return [_figures(name, recipes[name], metrics(name), said) for name in stops]


def _figures(
    name: str, recipe: Recipe, metrics: Mapping[str, Any], said: Mapping[str, Any]
) -> Figures:
    sharpness = number(metrics, "fitted", "sharpness", "ratio")
    return Figures(
        name,
        recipe.adversarial or 0.0,
        number(metrics, "sharpness", "ratio") if sharpness is None else sharpness,
        number(metrics, "distance", "value"),
        number(metrics, "fitted", "distance", "value"),
        number(metrics, "reconstruction", "squared_error"),
        number(said, "realness", "others", name),
    )


def number(value: Any, *keys: str) -> float | None:
    """A finite number that is not negative below these keys: the file may hold anything."""
    return untrusted.number(value, *keys, low=0, high=_LARGEST)

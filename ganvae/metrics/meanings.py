"""What a direction in latent space may mean, and the measure of pictures that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganvae.data import resize_float
from ganvae.metrics.classifier import IMAGE_SIZE, DigitClassifier
from ganvae.metrics.strokes import slant, stroke_width

_BATCH = 500
# A slider "more 3" that makes a 3 of fewer pictures than this would be a joke.
_LEAST_PERCENT = 10.0
# A probability as good as none: its logarithm ends there.
_NEVER = 1e-4


@dataclass(frozen=True)
class Meaning:
    """A meaning that can be measured in pictures alone.

    Attributes:
        key: see `ganvae.directions.format.Direction`.
        label: what a slider is called that makes more of it.
        measured: the quantity in words, with its unit.
        of: the quantity in each image (N, C, H, W) in [0, 1]: (N,), differentiable.
        climbed: what grows with the quantity and has a slope where that has none; None where the
            quantity itself has one everywhere.
        least: how far the quantity must come, from one end of a slider to the other, to be seen.
    """

    key: str
    label: str
    measured: str
    of: Callable[[Tensor], Tensor]
    climbed: Callable[[Tensor], Tensor] | None = None
    least: float = 0.0


WIDTH = Meaning("width", "thicker", "stroke width, pixels", stroke_width, least=0.2)
SLANT = Meaning("slant", "leaning right", "slant, degrees", slant, least=5.0)


def digit_meaning(digit: int, classifier: DigitClassifier) -> Meaning:
    """More of a digit, as the classifier reads it."""

    def percent(images: Tensor) -> Tensor:
        return 100 * class_probabilities(images, classifier)[:, digit]

    def logarithm(images: Tensor) -> Tensor:
        return (class_probabilities(images, classifier)[:, digit] + _NEVER).log()

    return Meaning(
        f"digit-{digit}",
        f"more {digit}",
        f"probability of {_article(digit)} {digit} by the digit classifier, %",
        percent,
        logarithm,
        _LEAST_PERCENT,
    )


def _article(digit: int) -> str:
    return "an" if digit == 8 else "a"


def class_probabilities(images: Tensor, classifier: DigitClassifier) -> Tensor:
    """The classifier's probability of each digit (N, 10), for images of any size in [0, 1]."""
    parts = [
        classifier.head(classifier.body(resize_float(part, IMAGE_SIZE)))
        for part in images.split(_BATCH)
    ]
    return torch.cat(parts).softmax(dim=1)

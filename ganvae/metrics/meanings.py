"""What a direction in latent space may mean, and the measure of pictures that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.strokes import slant, stroke_width

_BATCH = 500


@dataclass(frozen=True)
class Meaning:
    """A meaning that can be measured in pictures alone.

    Attributes:
        key: see `ganvae.directions.Direction`.
        label: what a slider is called that makes more of it.
        measured: the quantity in words, with its unit.
        of: the quantity in each image (N, C, H, W) in [0, 1]: (N,).
    """

    key: str
    label: str
    measured: str
    of: Callable[[Tensor], Tensor]


WIDTH = Meaning("width", "thicker", "stroke width, pixels", stroke_width)
SLANT = Meaning("slant", "leaning right", "slant, degrees", slant)


def digit_meaning(digit: int, classifier: DigitClassifier) -> Meaning:
    """More of a digit, as the classifier reads it."""

    def percent(images: Tensor) -> Tensor:
        return 100 * class_probabilities(images, classifier)[:, digit]

    return Meaning(
        f"digit-{digit}",
        f"more {digit}",
        f"probability of a {digit} by the digit classifier, %",
        percent,
    )


def class_probabilities(images: Tensor, classifier: DigitClassifier) -> Tensor:
    """The classifier's probability of each digit (N, 10), for images of any size in [0, 1]."""
    with torch.no_grad():
        parts = [classifier.head(classifier.features(part)) for part in images.split(_BATCH)]
    return torch.cat(parts).softmax(dim=1)

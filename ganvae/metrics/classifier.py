"""The digit classifier whose features the digit models are judged in.

Inception's features know photographs, not strokes, and rank digits poorly. This small network,
trained on MNIST itself by `python train.py fit digit-classifier`, ships in `weights/`.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from ganvae import files
from ganvae.checkpoint import read_tensors
from ganvae.data import resize_float
from ganvae.errors import UserError
from ganvae.models import evaluation

NAME = "digit-classifier"
WEIGHTS = "classifier.safetensors"
FEATURES = 128
IMAGE_SIZE = (28, 28)
_BATCH = 500


class DigitClassifier(nn.Module):
    """Images (N, 1, 28, 28) in [0, 1] to logits (N, 10); `features` gives the layer before."""

    name = NAME

    def __init__(self) -> None:
        super().__init__()
        # Set by `load_classifier`: tells its weights from those of another training.
        self.fingerprint = ""
        layers: list[nn.Module] = []
        for before, after, stride in ((1, 32, 1), (32, 32, 2), (32, 64, 1), (64, 64, 2)):
            layers += [
                nn.Conv2d(before, after, 3, stride, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
        self.body = nn.Sequential(
            *layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 7 * 7, FEATURES), nn.ReLU()
        )
        self.head = nn.Linear(FEATURES, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.body(images))

    def features(self, images: Tensor) -> Tensor:
        """Features (N, 128) of float images in [0, 1], resized to 28x28 where they are larger."""
        with evaluation(self):
            parts = [self.body(resize_float(part, IMAGE_SIZE)) for part in images.split(_BATCH)]
        return torch.cat(parts)


def load_classifier(weights: Path) -> DigitClassifier:
    """The shipped classifier, in evaluation mode.

    Raises:
        UserError: it is not in the weights folder, or its file is not whole.
    """
    path = weights / NAME / WEIGHTS
    if not path.is_file():
        raise UserError(
            f"The digit classifier that scores models is missing ({path}); train it first: "
            f"python train.py fit {NAME}."
        )
    with torch.device("meta"):
        classifier = DigitClassifier()
    try:
        classifier.load_state_dict(read_tensors(path, classifier), assign=True)
    except UserError as error:
        raise UserError(f"{path} is no digit classifier; train it again. {error}") from error
    classifier.fingerprint = files.fingerprint(path)
    return classifier.eval().requires_grad_(False)

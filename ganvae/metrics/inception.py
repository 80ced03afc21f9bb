"""Inception's features, for distances that compare with published ones.

The weights are downloaded once, by torch-fidelity through torch.hub, into its cache.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganvae.data import to_uint8
from ganvae.data.vision import import_torchvision
from ganvae.errors import UserError

NAME = "inception"
_LAYER = "2048"
_BATCH = 50


class InceptionFeatures:
    """Images to the 2,048 pooled features of Inception v3 that the FID is defined in.

    Raises:
        UserError: the weights are neither in torch's cache nor to be had from their server.
    """

    name = NAME
    # The weights have one address and one version.
    fingerprint = "2015-12-05"

    def __init__(self) -> None:
        import_torchvision()
        from torch_fidelity import feature_extractor_inceptionv3 as inception

        try:
            self._network: Any = inception.FeatureExtractorInceptionV3(
                NAME, [_LAYER], verbose=False
            )
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "reason", None) or error
            raise UserError(
                f"Inception's weights could not be fetched from {inception.URL_INCEPTION_V3} "
                f"({str(reason).splitlines()[0]}): put that file into {torch.hub.get_dir()}"
                f"/checkpoints, or score without --features."
            ) from error

    def features(self, images: Tensor) -> Tensor:
        """Features (N, 2048) of float images (N, C, H, W) in [0, 1]; grey ones are replicated."""
        with torch.no_grad():
            parts = [
                self._network(to_uint8(part).expand(-1, 3, -1, -1))[0]
                for part in images.split(_BATCH)
            ]
        return torch.cat(parts)

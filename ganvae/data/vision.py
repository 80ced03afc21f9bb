"""torchvision, also where its compiled operators don't fit the torch that is installed."""

from __future__ import annotations

import functools
from types import ModuleType

import torch


@functools.cache
def import_torchvision() -> ModuleType:
    """The module torchvision. Call it before importing anything that imports torchvision.

    With a CPU build of torch and torchvision from PyPI the operators don't load, and the import
    then fails on the missing schema of `nms`. Data sets and transforms need no operator: it is
    enough to declare the schemas first. The import takes 2 seconds, so do it late.
    """
    try:
        import torchvision
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision

        # The schemas live as long as the object that declared them.
        torchvision._ganvae_schemas = library
    return torchvision

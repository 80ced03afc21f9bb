"""torchvision, also where its compiled operators don't fit the torch that is installed."""

from __future__ import annotations

import functools
from types import ModuleType

import torch
from torch import Tensor


@functools.cache
def import_torchvision() -> ModuleType:
    """The module torchvision. Call it before importing anything that imports torchvision.

    With a CPU build of torch and torchvision from PyPI the operators don't load, and the import
    then fails on the missing schema of `nms`. Data sets and transforms need no operator: it is
    enough to declare the schemas first. What finds faces needs `nms`, and gets ours. The import
    takes 2 seconds, so do it late.
    """
    try:
        import torchvision
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.impl("nms", suppress, "CPU")
        import torchvision.extension

        # Otherwise it says that it has no operators before it asks for one.
        torchvision.extension._has_ops = lambda: True
        # The schemas live as long as the object that declared them.
        torchvision._ganvae_schemas = library
    return torchvision


def suppress(boxes: Tensor, scores: Tensor, overlap: float) -> Tensor:
    """Non-maximum suppression, as torchvision.ops.nms has it.

    Args:
        boxes: (N, 4), each left, top, right, bottom.
        scores: (N,).
        overlap: the share of the union of two boxes above which the lower score is left out.

    Returns:
        The places of what is kept, (K,), the highest score first.
    """
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1)
    left = scores.argsort(descending=True, stable=True)
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        corners = torch.maximum(boxes[left, :2], boxes[best, :2])
        ends = torch.minimum(boxes[left, 2:], boxes[best, 2:])
        shared = (ends - corners).clamp(min=0).prod(dim=1)
        left = left[shared <= overlap * (areas[left] + areas[best] - shared)]
    return torch.stack(kept) if kept else torch.empty(0, dtype=torch.long)

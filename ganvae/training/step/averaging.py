"""A moving average of a generator's weights, which draws better pictures than the last of them.

Karras et al., "Progressive growing of GANs", ICLR 2018, after Polyak and Juditsky 1992.
"""

from __future__ import annotations

import copy

import torch
from torch import nn


class Averaged:
    """The network that is trained, and its average, which is the model's own.

    Pictures, scores and snapshots come from the model, and so from the average; the network that
    the optimiser moves is here alone.

    Attributes:
        trained: starts as a copy of the average.
    """

    def __init__(self, average: nn.Module, decay: float) -> None:
        self.average, self.decay = average, decay
        self.trained = copy.deepcopy(average)
        average.requires_grad_(False)

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """Move the average towards the network that is trained, after a step (from 0).

        At first it follows faster: random weights are not worth remembering.
        """
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(
            list(self.average.parameters()), list(self.trained.parameters()), share
        )
        for kept, new in zip(self.average.buffers(), self.trained.buffers(), strict=True):
            kept.copy_(new)

"""What the updates of all families share."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from ganvae.recipe import Recipe
from ganvae.training.hardware import usable_precision


class Update(Protocol):
    """What the loop asks of a family."""

    recipe: Recipe
    optimisers: list[Optimizer]
    # Networks with weights of their own besides the model's, by name.
    besides: dict[str, nn.Module]

    def __call__(self, images: Tensor, step: int) -> dict[str, Tensor]:
        """One step on images (N, C, H, W) in the recipe's range; scalars by curve name.

        `step` counts from 0.
        """
        ...


def adam(module: nn.Module, recipe: Recipe, lr: float | None = None) -> Adam:
    """The optimiser of one network.

    Args:
        lr: its learning rate, if it is not the recipe's.
    """
    lr = recipe.lr if lr is None else lr
    # Named as PyTorch's schedulers do: what a step's own rate is a share of.
    group = {"params": module.parameters(), "initial_lr": lr}
    # One kernel for all parameters: on CPU, too, the plain loop over them costs more.
    return Adam([group], lr, recipe.adam_betas, fused=True)


def autocast(recipe: Recipe, device: torch.device) -> torch.autocast:
    """Within, the forward pass is computed in the precision of the recipe."""
    enabled = usable_precision(recipe, device) == "bfloat16"
    return torch.autocast(device.type, torch.bfloat16, enabled)

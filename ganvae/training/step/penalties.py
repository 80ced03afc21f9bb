"""What keeps a discriminator from being steep at the images it sees: R1 and R2.

Mescheder et al., "Which training methods for GANs do actually converge?", ICML 2018: R1 is the mean
squared norm of D's gradient at real images, R2 that at generated ones. Huang et al., "The GAN is
dead; long live the GAN!", NeurIPS 2024, need both. Karras et al., "Analyzing and improving the
image quality of StyleGAN", CVPR 2020, compute such a penalty in every k-th step alone, k times as
strong, at a fraction of the cost.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganvae.recipe import Recipe


def is_due(recipe: Recipe, step: int) -> bool:
    """Whether a step, counted from 0, is one of those that compute the penalties."""
    return bool(recipe.gradient_penalty) and step % recipe.penalty_every == 0


def weight(recipe: Recipe) -> float:
    """What R1 + R2 count in such a step: half of gamma, as many times as steps are left out."""
    return recipe.gradient_penalty / 2 * recipe.penalty_every


def scores_and_steepness(discriminator: nn.Module, images: Tensor) -> tuple[Tensor, Tensor]:
    """D's scores of images (N, C, H, W), (N,), and the mean squared norm of its gradient there.

    In float32 whatever the recipe's precision: what the weights learn from is the gradient of a
    gradient, and bfloat16 would round twice on the way. That holds for the backward pass, too: the
    graph of it is made here, and its convolutions are cast where autocast is on.
    """
    seen = images.detach().float().requires_grad_()
    with torch.autocast(images.device.type, enabled=False):
        scores = discriminator(seen)
        # Each score depends on its own image, so one sum has the gradients of all.
        (gradient,) = torch.autograd.grad(scores.sum(), seen, create_graph=True)
    return scores, gradient.square().sum((1, 2, 3)).mean()

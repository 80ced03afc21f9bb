"""From a picture to the z that a GAN would draw it from.

A VAE has an encoder for that. A GAN has none: its z is searched by following the gradient of the
pixels' error, from several starts, as the error has many valleys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.models import GAN

# Starts are the best of so many random points: drawing them costs far less than a step from each.
_CANDIDATES_PER_START = 8
_RATE = 0.1
# Farther out than nearly all z that a normal prior gives: the generator never saw such.
_NORMAL_LIMIT = 3.0
# All starts go so far; then the better half of them goes on.
_FIRST_SHARE = 0.4


@dataclass(frozen=True)
class Inversion:
    """What was found.

    Attributes:
        z: float32 (1, latent), within the prior's range.
        error: mean squared error of the pixels, which go from 0 to 1.
    """

    z: Tensor
    error: float


def invert(gan: GAN, image: Tensor, seed: int = 0, starts: int = 8, steps: int = 100) -> Inversion:
    """The z whose picture is nearest to an image; the same answer for the same arguments.

    Args:
        image: (C, H, W) or (1, C, H, W) in [0, 1], of the model's shape.
        seed: what the starts are drawn from.
        starts: points that are moved side by side.
        steps: of Adam, from each start that stays in the race.

    Raises:
        UserError: the image has another shape or type, or starts or steps are below 1.
    """
    if starts < 1 or steps < 1:
        raise UserError("A search needs at least 1 start and 1 step.")
    target = image[None] if image.ndim == 3 else image
    gan.check_images(target)
    if len(target) != 1:
        raise UserError(f"One image is inverted at a time, not {len(target)}.")
    z = _starts(gan, target, seed, starts)
    first = max(1, round(_FIRST_SHARE * steps))
    z, errors = _descend(gan, target, z, first)
    if steps > first:
        better = errors.argsort()[: max(1, starts // 2)]
        z, errors = _descend(gan, target, z[better], steps - first)
    best = int(errors.argmin())
    return Inversion(z[best : best + 1], float(errors[best]))


def _starts(gan: GAN, target: Tensor, seed: int, starts: int) -> Tensor:
    recipe = gan.recipe
    drawn = sample_z(seed, recipe.latent, starts * _CANDIDATES_PER_START, recipe.prior)
    candidates = torch.from_numpy(drawn).to(target.device)
    errors = _errors(gan.generate(candidates), target)
    return candidates[errors.argsort()[:starts]]


def _descend(gan: GAN, target: Tensor, start: Tensor, steps: int) -> tuple[Tensor, Tensor]:
    """The best z on the way down from each start, and its error."""
    limit = _NORMAL_LIMIT if gan.recipe.prior == "normal" else 1.0
    was_training = gan.generator.training
    gan.generator.eval()
    try:
        z = start.clamp(-limit, limit).requires_grad_()
        optimiser = torch.optim.Adam([z], lr=_RATE)
        best, lowest = z.detach().clone(), torch.full((len(z),), torch.inf, device=z.device)
        for step in range(steps + 1):
            with torch.enable_grad():
                errors = _errors((gan.generator(z) + 1) / 2, target)
                (gradient,) = torch.autograd.grad(errors.sum(), z)
            found = errors.detach()
            better = found < lowest
            best[better], lowest[better] = z.detach()[better], found[better]
            if step == steps:
                break
            z.grad = gradient
            optimiser.step()
            with torch.no_grad():
                z.clamp_(-limit, limit)
    finally:
        gan.generator.train(was_training)
    return best, lowest


def _errors(images: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each image, (N,)."""
    return (images - target).square().flatten(1).mean(dim=1)


@dataclass(frozen=True)
class Progress:
    step: int
    steps: int
    z: Tensor
    error: float


@dataclass(frozen=True)
class Effort:
    starts: int
    steps: int


def effort_for(recipe: object) -> Effort:
    return Effort(8, 100)


def search(
    gan: GAN, image: Tensor, seed: int = 0, effort: Effort | None = None
) -> Iterator[Progress]:
    effort = effort or effort_for(gan.recipe)
    target = image[None] if image.ndim == 3 else image
    z = _starts(gan, target, seed, effort.starts)
    best = torch.inf
    for step in range(0, effort.steps + 1, 10):
        z, errors = _descend(gan, target, z, 10 if step else 1)
        at = int(errors.argmin())
        best = min(best, float(errors[at]))
        yield Progress(step, effort.steps, z[at : at + 1], best)

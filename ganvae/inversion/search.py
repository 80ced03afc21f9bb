"""From a picture to the z that a GAN would draw it from.

A VAE has an encoder for that. A GAN has none: its z is searched by following the gradient of the
pixels' error, from several starts, as the error has many valleys. Which way of searching is the
best within the time is measured in docs/measured.md.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganvae.errors import UserError
from ganvae.inversion.descent import Descent
from ganvae.latents import sample_z
from ganvae.models import GAN
from ganvae.recipe import Recipe

# Starts are the best of so many random points: drawing them costs far less than a step from each.
_CANDIDATES_PER_START = 32
# Candidates are drawn in parts, so that large pictures of all of them need not lie in memory.
_PART = 64
# Farther out than nearly all z that a normal prior gives: the generator never saw such.
_NORMAL_LIMIT = 3.0
# What |z|² costs beside the mean squared error, as a Gaussian prior has it. Without this z runs
# away to places that the generator was never trained on, for an error hardly lower; with it z is
# about as long as a sample's, for digits and for faces.
_PULL = 5e-6
# Of the steps, so many are done when the worse half of the starts is given up, and then once more.
_HALVINGS = (0.1, 0.25)
# Pixels up to which a picture counts as small, like a digit.
_SMALL = 64 * 64
# Steps between two reports: a tenth of a second or two.
_SMALL_REPORT, _LARGE_REPORT = 20, 6


@dataclass(frozen=True)
class Inversion:
    """What was found.

    Attributes:
        z: float32 (1, latent), within the prior's range.
        error: mean squared error of the pixels, which go from 0 to 1.
    """

    z: Tensor
    error: float


@dataclass(frozen=True)
class Progress:
    """What is known at a moment of a search.

    Attributes:
        step: steps done so far.
        steps: in all.
        z: float32 (1, latent): the best so far, over all starts and steps.
        error: its mean squared error of the pixels in [0, 1]; never above the one before.
    """

    step: int
    steps: int
    z: Tensor
    error: float


@dataclass(frozen=True)
class Effort:
    """How long a search goes on.

    Attributes:
        starts: points that are moved side by side at first; most are given up on the way.
        steps: evaluations of each start that stays in the race.
    """

    starts: int
    steps: int


# Measured: more of either brings little more, and these stay well within 2 and 15 seconds on two
# cores, for a digit and for a face.
_SMALL_EFFORT, _LARGE_EFFORT = Effort(8, 300), Effort(8, 240)


def effort_for(recipe: Recipe) -> Effort:
    """What is enough for a recipe's pictures; how long it takes is in docs/measured.md."""
    return _SMALL_EFFORT if _is_small(recipe) else _LARGE_EFFORT


def search(
    gan: GAN, image: Tensor, seed: int = 0, effort: Effort | None = None
) -> Iterator[Progress]:
    """Search the z whose picture is nearest to an image; the same answers for the same arguments.

    Nothing is computed before the first answer is asked for, and whoever asks for no more has
    cancelled the rest. The model is not changed: the search has a copy of its generator.

    Args:
        image: (C, H, W) or (1, C, H, W) in [0, 1], of the model's shape.
        seed: what the starts are drawn from.
        effort: `effort_for` the recipe by default.

    Returns:
        What is known after a fixed number of steps, again and again: at first the best of the
        starts, at last the result.

    Raises:
        UserError: the image has another shape or type or holds a number that is not finite, the
            effort has no start or no step, or (on the way) the model draws nothing finite.
    """
    effort = effort or effort_for(gan.recipe)
    if effort.starts < 1 or effort.steps < 1:
        raise UserError("A search needs at least 1 start and 1 step.")
    target = image[None] if image.ndim == 3 else image
    gan.check_images(target)
    if len(target) != 1:
        raise UserError(f"One image is inverted at a time, not {len(target)}.")
    if not torch.isfinite(target).all():
        raise UserError("An image must hold finite numbers only, no NaN and no infinity.")
    return _search(gan, target, seed, effort)


def invert(
    gan: GAN, image: Tensor, seed: int = 0, starts: int | None = None, steps: int | None = None
) -> Inversion:
    """The z whose picture is nearest to an image: `search` to its end.

    Args:
        starts, steps: of the Effort, as `effort_for` says by default.

    Raises:
        UserError: see `search`.
    """
    usual = effort_for(gan.recipe)
    effort = Effort(
        usual.starts if starts is None else starts, usual.steps if steps is None else steps
    )
    *_, last = search(gan, image, seed, effort)
    return Inversion(last.z, last.error)


def _search(gan: GAN, target: Tensor, seed: int, effort: Effort) -> Iterator[Progress]:
    recipe = gan.recipe
    normal = recipe.prior == "normal"
    # A uniform prior has no centre to be pulled to.
    error = _Error(gan.generator, target, _PULL if normal else 0.0)
    limit = _NORMAL_LIMIT if normal else 1.0
    drawn = sample_z(seed, recipe.latent, effort.starts * _CANDIDATES_PER_START, recipe.prior)
    start = error.best_of(torch.from_numpy(drawn).to(target.device), effort.starts)
    descent = Descent(error.with_gradient, start, limit)
    halvings = {math.ceil(share * effort.steps) for share in _HALVINGS}
    report = _SMALL_REPORT if _is_small(recipe) else _LARGE_REPORT
    best: Progress | None = None
    for step in range(effort.steps + 1):
        if step:
            descent.step()
        if step in halvings:
            better = error.without_pull(descent).argsort(stable=True)
            descent.keep(better[: max(1, len(better) // 2)])
        if step % report == 0 or step == effort.steps:
            best = _better(best, step, effort.steps, descent, error.without_pull(descent))
            yield best


def _better(
    best: Progress | None, step: int, steps: int, descent: Descent, errors: Tensor
) -> Progress:
    """The best of all starts now, or the former best where none of them is better."""
    first = int(errors.argmin())
    lowest = float(errors[first])
    if best is not None and best.error <= lowest:
        return Progress(step, steps, best.z, best.error)
    if not math.isfinite(lowest):
        raise UserError("This model draws no pictures that could be compared with an image.")
    return Progress(step, steps, descent.points[first : first + 1].clone(), lowest)


class _Error:
    """How far the pictures of z are from one image."""

    def __init__(self, generator: nn.Module, target: Tensor, pull: float) -> None:
        # A copy: the model is everybody's, and its mode and its gradients are not ours to set.
        self._generator = copy.deepcopy(generator).eval().requires_grad_(False)
        # Convolutions of few pictures are quicker with the channels of a pixel side by side.
        for weight in self._generator.parameters():
            if weight.ndim == 4:
                weight.data = weight.data.contiguous(memory_format=torch.channels_last)
        self._target, self._pull = target, pull

    def _of(self, z: Tensor) -> Tensor:
        """Mean squared error of each picture, (N,); infinity where it is no number."""
        images = (self._generator(z) + 1) / 2
        errors = (images - self._target).square().flatten(1).mean(dim=1)
        return errors.nan_to_num(nan=math.inf)

    def best_of(self, candidates: Tensor, count: int) -> Tensor:
        with torch.no_grad():
            errors = torch.cat([self._of(part) for part in candidates.split(_PART)])
        return candidates[errors.argsort(stable=True)[:count]]

    def with_gradient(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """What is minimised, (N,), and its gradient (N, latent): the error and the prior's pull."""
        with torch.enable_grad():
            variable = z.detach().requires_grad_()
            values = self._of(variable) + self._pull * z.square().sum(1)
            (gradient,) = torch.autograd.grad(values.sum(), variable)
        return values.detach(), gradient + 2 * self._pull * z

    def without_pull(self, descent: Descent) -> Tensor:
        """The error alone of the points that a descent is at, (N,)."""
        return (descent.values - self._pull * descent.points.square().sum(1)).clamp(min=0)


def _is_small(recipe: Recipe) -> bool:
    return math.prod(recipe.image_shape) <= _SMALL

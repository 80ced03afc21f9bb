"""Points and paths in latent space: seeds, priors, walks, interpolation, ordered axes.

All arrays are numpy float32. A seed means the same z everywhere: one generator keyed by
(seed, latent size), so two models of the same latent size and prior start from the same z.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ganvae.errors import UserError
from ganvae.models import GAN, GenerativeModel, evaluation
from ganvae.recipe import MAX_SEED, Family, Prior
from ganvae.untrusted import is_count

Array = NDArray[np.float32]

# Study A's perturbation test. GAN: dimensions (start, stop, stride) that begin 1 lower or higher,
# and those that then move. VAE: so large a share of the dimensions, even ones up, odd ones down.
_GAN_LOWERED, _GAN_RAISED = range(0, 97, 4), range(1, 97, 5)
_GAN_RISING, _GAN_FALLING = range(0, 49, 4), range(1, 47, 5)
_VAE_SHARE = 0.4
_FIRST_OFFSET, _LAST_OFFSET = 0.1, 2.1
PERTURBATION_FRAMES = 21
# Layers whose outputs move in proportion to their inputs; batch norm does, once trained.
_LINEAR = (nn.Linear, nn.ConvTranspose2d, nn.Unflatten, nn.BatchNorm1d, nn.BatchNorm2d)


def prior_std(prior: Prior) -> float:
    """Standard deviation of one dimension of the prior: 1, or 1/sqrt(3) for U(-1, 1)."""
    return 1.0 if prior == "normal" else 1 / math.sqrt(3)


def sample_z(
    seed: int, latent: int, count: int, prior: Prior = "normal", temperature: float = 1.0
) -> Array:
    """The first `count` rows (count, latent) of the seed's endless table of z.

    Row i is the same however many rows are asked for. The temperature multiplies every number: 0
    is the centre of the latent space, 1 the prior itself, above 1 wilder than in training.

    Raises:
        UserError: the seed is not 0 to 2**32 - 1, or the count is below 1.
    """
    if not is_count(seed, 0, MAX_SEED):
        raise UserError(f"The seed must be a whole number from 0 to {MAX_SEED}, not {seed!r}.")
    if count < 1:
        raise UserError(f"At least 1 image must be asked for, not {count}.")
    generator = np.random.default_rng([seed, latent])
    if prior == "normal":
        z = generator.standard_normal((count, latent), dtype=np.float32)
    else:
        z = generator.random((count, latent), dtype=np.float32) * 2 - 1
    return z * np.float32(temperature)


def perturbation_walk(z: Array, family: Family, frames: int = PERTURBATION_FRAMES) -> Array:
    """Study A's perturbation test from one z (latent,): the z of each frame, (frames, latent).

    With 21 frames each frame moves by .1, exactly as in the study; with more, the same path is
    cut finer. For other latent sizes than A's, a VAE moves its first max(2, round(.4 latent))
    dimensions and a GAN those of A's dimensions that it has.
    """
    latent = z.shape[0]
    start, direction = z.astype(np.float64), np.zeros(latent)
    if family == "vae":
        moved = min(latent, max(2, round(_VAE_SHARE * latent)))
        direction[0:moved:2], direction[1:moved:2] = 1, -1
        start = start - direction
    else:
        for dimensions, target, change in (
            (_GAN_LOWERED, start, -1),
            (_GAN_RAISED, start, 1),
            (_GAN_RISING, direction, 1),
            (_GAN_FALLING, direction, -1),
        ):
            for dimension in dimensions:
                if dimension < latent:
                    target[dimension] += change
    offsets = np.linspace(_FIRST_OFFSET, _LAST_OFFSET, frames)
    return (start + offsets[:, None] * direction).astype(np.float32)


def straight_path(first: Array, last: Array, frames: int) -> Array:
    """Linear interpolation, ends included: (frames, latent)."""
    share = np.linspace(0, 1, frames)[:, None]
    return ((1 - share) * first + share * last).astype(np.float32)


def spherical_path(first: Array, last: Array, frames: int) -> Array:
    """Spherical interpolation (Shoemake 1985), ends included: (frames, latent).

    The direction turns at a steady pace while the length goes evenly from one to the other, so the
    path keeps the distance from the centre that samples of a Gaussian have.
    """
    lengths = np.linalg.norm(first), np.linalg.norm(last)
    if min(lengths) < 1e-8:
        return straight_path(first, last, frames)
    a, b = first / lengths[0], last / lengths[1]
    angle = math.acos(float(np.clip(a @ b, -1, 1)))
    # Nearly the same direction has no turn to speak of; nearly opposite ones have no unique turn.
    if math.sin(angle) < 1e-6:
        return straight_path(first, last, frames)
    share = np.linspace(0, 1, frames)[:, None]
    direction = (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / math.sin(angle)
    return (direction * ((1 - share) * lengths[0] + share * lengths[1])).astype(np.float32)


def closed_loop(first: Array, second: Array, frames: int) -> Array:
    """A full circle around the centre through `first`, towards `second`: (frames, latent).

    The last frame is one step before the first, so that playing it over and over is seamless. In
    one dimension there is no circle: the loop then goes there and back.
    """
    length = np.linalg.norm(first)
    across = second - first * (first @ second) / max(length**2, 1e-12)
    width = np.linalg.norm(across)
    turn = np.linspace(0, 2 * math.pi, frames, endpoint=False)[:, None]
    if width < 1e-6 * max(1.0, float(length)):
        return (first + (second - first) * (1 - np.cos(turn)) / 2).astype(np.float32)
    return (np.cos(turn) * first + np.sin(turn) * across * (length / width)).astype(np.float32)


@dataclass(frozen=True)
class Axes:
    """Directions of a latent space, those that change pictures most first.

    Attributes:
        directions: (latent, latent), orthonormal rows.
        strengths: (latent,), falling: KL in nats (VAE) or singular values (GAN).
        labels: what a slider on each axis is called.
    """

    directions: Array
    strengths: Array
    labels: list[str]


def find_axes(model: GenerativeModel, kl_per_dimension: Sequence[float] | None = None) -> Axes:
    """The axes that matter most, ordered.

    A VAE's are its own dimensions by their KL (nats, mean over data): a dimension that the encoder
    does not use stays at the prior and changes nothing. A GAN's are the principal directions of
    all that the generator does before its first activation (closed-form factorisation, Shen and
    Zhou 2021), batch norm included.

    Raises:
        UserError: the KL has not one number for each dimension.
    """
    latent = model.recipe.latent
    if isinstance(model, GAN):
        matrix = _linear_part(model.generator, latent)
        if len(matrix) > latent:
            # The same principal directions from far fewer rows: seconds become milliseconds.
            matrix = torch.linalg.qr(matrix, mode="r").R
        _, strengths, directions = torch.linalg.svd(matrix)
        # The sign of a singular vector is arbitrary: make its largest entry positive.
        largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
        directions = directions * largest.sign()
        missing = latent - len(strengths)
        values = np.pad(strengths.numpy(), (0, missing))
        labels = [f"direction {index + 1}" for index in range(latent)]
        return Axes(directions.float().numpy(), values.astype(np.float32), labels)
    kl = np.zeros(latent) if kl_per_dimension is None else np.asarray(kl_per_dimension)
    if kl.shape != (latent,):
        raise UserError(f"{model.recipe.name} has {latent} latent dimensions, not {len(kl)}.")
    order = np.argsort(-kl, kind="stable")
    return Axes(
        np.eye(latent, dtype=np.float32)[order],
        kl[order].astype(np.float32),
        [f"z{index + 1}" for index in order],
    )


def _linear_part(generator: nn.Module, latent: int) -> torch.Tensor:
    """What the generator does to z before its first activation, as a matrix (outputs, latent)."""
    layers = [layer for layer in generator.modules() if not list(layer.children())]
    moved = torch.cat((torch.eye(latent), torch.zeros(1, latent)))
    with evaluation(generator):
        for layer in itertools.takewhile(lambda layer: isinstance(layer, _LINEAR), layers):
            moved = layer(moved)
    # Biases and the means of batch norm move every z alike: only differences count.
    return (moved[:-1] - moved[-1]).flatten(1).T.double()

"""Finding directions with a meaning in a trained model, and measuring whether they have it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganvae.data.sets import CELEBA
from ganvae.directions.candidate import Candidate
from ganvae.directions.climb import climb
from ganvae.directions.digits import digit_candidates
from ganvae.directions.faces import face_candidates
from ganvae.directions.format import (
    STEPS,
    Direction,
    LeftOut,
    grows,
    moved,
    remove_directions,
    write_directions,
)
from ganvae.latents import Array, sample_z
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.meanings import Meaning
from ganvae.metrics.scoring import generate
from ganvae.metrics.subject import Subject
from ganvae.models import GAN, VAE

# What is measured is what the mean of these samples does.
SAMPLES = 256
MEASURE_SEED = 31_000
# Where a measure stops growing before three standard deviations, the slider goes two thirds as far,
# or one third.
STRIDES = (1.0, 2 / 3, 1 / 3)
# So far the mean over half of the samples may fall at a step, as a share of its whole way.
SLACK = 0.03
# Less than a tenth of what samples differ by anyway is nothing to see.
LEAST_EFFECT = 0.1


def find_directions(subject: Subject) -> None:
    """Write the directions of a model of MNIST's digits or CelebA's faces into its folder.

    Each must pass its own measurement; what does not is left out, and said. Other models have no
    directions, and what an earlier training left is taken away.
    """
    candidates = _candidates(subject)
    if candidates is None:
        remove_directions(subject.folder)
        return
    found, left_out = measured(subject.model, candidates)
    write_directions(subject.folder, found, left_out, SAMPLES, MEASURE_SEED)
    for one in left_out:
        print(f"{subject.model.recipe.name} has no direction {one.label!r}: {one.why}")


def _candidates(subject: Subject) -> list[Candidate] | None:
    model = subject.model
    if subject.labels is not None and isinstance(subject.network, DigitClassifier):
        labels = subject.labels["train"]
        return digit_candidates(model, subject.images.train, labels, subject.network)
    if model.recipe.dataset == CELEBA:
        return face_candidates(subject.folder, model)
    return None


def measured(
    model: VAE | GAN, candidates: list[Candidate]
) -> tuple[list[Direction], list[LeftOut]]:
    """Those of the candidates whose measure grows along them, and why the others are left out."""
    found, left_out = [], []
    recipe = model.recipe
    z = sample_z(MEASURE_SEED, recipe.latent, SAMPLES, recipe.prior)
    still = torch.cat(list(generate(model, z)))
    for candidate in candidates:
        meaning, why = candidate.meaning, candidate.why
        quantity = meaning.of(still)
        # A search through what no sample shows would be long and in vain.
        if not why and quantity.max() - quantity.min() <= meaning.least:
            why = f"samples do not differ in it: {meaning.measured}"
        best = None if why else _best(model, candidate, z, still)
        if best is not None:
            found.append(best)
        else:
            what = f"it does not grow, or too little, along the slider: {meaning.measured}"
            left_out.append(LeftOut(meaning.label, why or what))
    return found, left_out


def _best(model: VAE | GAN, candidate: Candidate, z: Array, still: Tensor) -> Direction | None:
    """The direction of the largest effect that passes; None if none does.

    What the candidate has is tried first; then the same after a climb; then all of it with a
    shorter stride.
    """
    vectors = list(candidate.vectors)
    for stride in STRIDES:
        best = _largest(model, candidate.meaning, vectors, stride, z, still)
        if best is None and vectors and candidate.climbs and stride == STRIDES[0]:
            climbed = climb(model, candidate.meaning, vectors[0])
            best = _largest(model, candidate.meaning, [climbed], stride, z, still)
            vectors.append(climbed)
        if best is not None:
            return best
    return None


def _largest(
    model: VAE | GAN,
    meaning: Meaning,
    vectors: list[Array],
    stride: float,
    z: Array,
    still: Tensor,
) -> Direction | None:
    passed = []
    for vector in vectors:
        step = (stride * vector).astype(np.float32)
        quantities = _along(model, meaning, step, z, still)
        one = _told(meaning, step, quantities)
        far = one.values[-1] - one.values[0] >= meaning.least and one.effect >= LEAST_EFFECT
        if far and grows(one.values) and _holds(quantities):
            passed.append(one)
    return max(passed, key=lambda one: one.effect, default=None)


def _along(model: VAE | GAN, meaning: Meaning, vector: Array, z: Array, still: Tensor) -> Tensor:
    """What is measured in each sample at each step, float64 (steps, N).

    Args:
        still: the images of z, where they are not moved.
    """
    at = (moved(z, vector, step, model.recipe) for step in STEPS)
    images = (
        torch.cat(list(generate(model, there))) if step else still
        for step, there in zip(STEPS, at, strict=True)
    )
    return torch.stack([meaning.of(each).double() for each in images])


def _told(meaning: Meaning, vector: Array, quantities: Tensor) -> Direction:
    """A direction with its measurement, whether it passes or not."""
    values = quantities.mean(dim=1).tolist()
    spread = quantities[STEPS.index(0)].std().item()
    way = values[STEPS.index(2)] - values[STEPS.index(-2)]
    effect = way / spread if spread > 0 else 0.0
    return Direction(meaning.key, meaning.label, vector, meaning.measured, tuple(values), effect)


def _holds(quantities: Tensor) -> bool:
    """Whether what grows over all samples does so over either half: else it was luck."""
    halves = quantities[:, ::2], quantities[:, 1::2]
    return all(grows(half.mean(dim=1).tolist(), SLACK) for half in halves)

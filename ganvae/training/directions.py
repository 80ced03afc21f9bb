"""Finding directions with a meaning in a trained model, and measuring whether they have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganvae import directions
from ganvae.data.sets import CELEBA
from ganvae.directions import STEPS, Direction, LeftOut, grows, moved, write_directions
from ganvae.latents import Array, sample_z
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.meanings import Meaning
from ganvae.metrics.scoring import generate
from ganvae.models import GAN, VAE
from ganvae.training.candidates import Candidate
from ganvae.training.digit_directions import digit_candidates
from ganvae.training.face_directions import face_candidates

if TYPE_CHECKING:
    from ganvae.training.inside import Subject

# What is measured is what the mean of these samples does.
SAMPLES = 256
MEASURE_SEED = 31_000
# Less than a tenth of what samples differ by anyway is nothing to see.
LEAST_EFFECT = 0.1


def find_directions(subject: Subject) -> None:
    """Write the directions of a model of MNIST's digits or CelebA's faces into its folder.

    Each must pass its own measurement; what does not is left out, and said. Other models have no
    directions, and what an earlier training left is taken away.
    """
    candidates = _candidates(subject)
    if candidates is None:
        for name in (directions.DIRECTIONS, directions.VECTORS):
            (subject.folder / name).unlink(missing_ok=True)
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
    model: VAE | GAN, candidates: list[Candidate], samples: int = SAMPLES, seed: int = MEASURE_SEED
) -> tuple[list[Direction], list[LeftOut]]:
    """Those of the candidates whose measure grows along them, and why the others are left out."""
    found, left_out = [], []
    recipe = model.recipe
    z = sample_z(seed, recipe.latent, samples, recipe.prior)
    still = torch.cat(list(generate(model, z)))
    for candidate in candidates:
        meaning = candidate.meaning
        tried = [_measure(model, meaning, vector, z, still) for vector in candidate.vectors]
        passed = [one for one in tried if grows(one.values) and one.effect >= LEAST_EFFECT]
        if passed:
            found.append(max(passed, key=lambda one: one.effect))
        else:
            why = candidate.why or f"{meaning.measured}, does not grow along the whole slider"
            left_out.append(LeftOut(meaning.label, why))
    return found, left_out


def _measure(
    model: VAE | GAN, meaning: Meaning, vector: Array, z: Array, still: Tensor
) -> Direction:
    """A direction with its measurement, whether it passes or not.

    Args:
        still: the images of z, where they are not moved.
    """
    values, spread = [], 1.0
    for step in STEPS:
        if step == 0:
            quantity = meaning.of(still)
            spread = quantity.double().std().item()
        else:
            quantity = meaning.of(
                torch.cat(list(generate(model, moved(z, vector, step, model.recipe))))
            )
        values.append(quantity.double().mean().item())
    way = values[STEPS.index(2)] - values[STEPS.index(-2)]
    effect = way / spread if spread > 0 else 0.0
    return Direction(
        meaning.key, meaning.label, vector, meaning.measured, tuple(values), effect
    )

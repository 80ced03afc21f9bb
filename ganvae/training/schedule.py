"""What depends on how far a run is: the learning rate, and when something is done beside it."""

from __future__ import annotations

import numpy as np

from ganvae.recipe import Recipe

# More rows than the 200 a curve needs at least, more test points than 25, so that rounding never
# leaves too few.
TRAIN_ROWS = 250
TEST_ROWS = 25
SCORES = 12
SNAPSHOTS = 40
# The first score comes after this share of the run: earlier, samples are noise to any measure.
_FIRST_SCORE = 1 / 1000


def evenly(total: int, count: int) -> frozenset[int]:
    """About `count` steps, evenly spaced, the last one `total`."""
    return frozenset(int(step) for step in np.linspace(0, total, count + 1).round()[1:] if step > 0)


def snapshot_steps(total: int) -> frozenset[int]:
    """About 40 log-spaced steps from 0 to `total`, both included."""
    spaced = np.geomspace(1, total, SNAPSHOTS - 1).round()
    return frozenset({0, *(int(step) for step in spaced)})


def score_steps(total: int) -> frozenset[int]:
    """12 log-spaced steps (fewer in a very short run), the last one `total`."""
    first = max(1.0, total * _FIRST_SCORE)
    return frozenset(int(step) for step in np.geomspace(first, total, SCORES).round())


def augmentation_probability(recipe: Recipe, step: int) -> float:
    """How likely each change of the augmentation is in a step, counted from 0."""
    start = recipe.augmentation_start
    if not recipe.augmentation:
        return 0.0
    if start is None:
        return recipe.augmentation_limit
    assert recipe.steps is not None
    return recipe.augmentation_limit * max(0.0, (step / recipe.steps - start) / (1 - start))


def share_of_rate(recipe: Recipe, step: int, total: int) -> float:
    """How much of its learning rate a step has, counted from 0, of a run of `total` steps.

    All of it until the cooldown begins; it falls in a line from there: the step after the last
    would have none.
    """
    if not recipe.cooldown:
        return 1.0
    return min(1.0, (1 - step / total) / recipe.cooldown)

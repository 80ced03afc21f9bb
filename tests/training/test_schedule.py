from __future__ import annotations

from itertools import pairwise

import pytest

from ganvae.recipe.shipped import RECIPES
from ganvae.training import schedule


def test_evenly() -> None:
    assert sorted(schedule.evenly(1000, 4)) == [250, 500, 750, 1000]
    assert sorted(schedule.evenly(25_000, 250)) == list(range(100, 25_001, 100))
    # A run of fewer steps than rows has a row a step.
    assert sorted(schedule.evenly(3, 250)) == [1, 2, 3]


@pytest.mark.parametrize("total", [1, 2, 7, 40, 1000, 25_000, 93_800])
def test_every_schedule_ends_with_the_run(total: int) -> None:
    for steps in (
        schedule.evenly(total, schedule.TRAIN_ROWS),
        schedule.evenly(total, schedule.TEST_ROWS),
        schedule.snapshot_steps(total),
        schedule.score_steps(total),
    ):
        assert max(steps) == total
        assert min(steps) >= 0
    assert min(schedule.snapshot_steps(total)) == 0
    assert min(schedule.score_steps(total)) >= 1


@pytest.mark.parametrize("total", [25_000, 93_800])
def test_a_real_run_has_enough_points(total: int) -> None:
    assert len(schedule.evenly(total, schedule.TRAIN_ROWS)) >= 200
    assert len(schedule.evenly(total, schedule.TEST_ROWS)) == 25
    assert 30 <= len(schedule.snapshot_steps(total)) <= 41
    assert len(schedule.score_steps(total)) == 12


def test_snapshots_are_log_spaced() -> None:
    steps = sorted(schedule.snapshot_steps(25_000))
    assert steps[:5] == [0, 1, 2, 3, 4]
    ratios = [later / earlier for earlier, later in pairwise(steps[20:])]
    assert max(ratios) == pytest.approx(min(ratios), rel=0.01)


def test_scores_are_log_spaced_from_a_thousandth() -> None:
    steps = sorted(schedule.score_steps(25_000))
    assert steps[0] == 25
    ratios = [later / earlier for earlier, later in pairwise(steps)]
    assert max(ratios) == pytest.approx(min(ratios), rel=0.05)


def test_the_learning_rate_falls_to_nothing_over_the_cooldown() -> None:
    recipe = RECIPES["vae-10"].replace(cooldown=0.25)
    shares = [schedule.share_of_rate(recipe, step, 8) for step in range(8)]
    assert shares == pytest.approx([1.0] * 7 + [0.5])
    assert schedule.share_of_rate(recipe.replace(cooldown=1), 2, 8) == pytest.approx(0.75)
    assert schedule.share_of_rate(recipe.replace(cooldown=0), 7, 8) == 1

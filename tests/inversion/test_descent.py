"""L-BFGS from many starts side by side."""

from __future__ import annotations

import torch
from torch import Tensor

from ganvae.inversion.descent import Descent


def rosenbrock(points: Tensor) -> tuple[Tensor, Tensor]:
    """The curved valley whose lowest point is (1, 1)."""
    x, y = points.T
    values = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    across = -2 * (1 - x) - 400 * x * (y - x**2)
    return values, torch.stack((across, 200 * (y - x**2)), dim=1)


STARTS = torch.tensor([[-1.2, 1.0], [2.0, -2.0], [0.0, 0.0]])


def walked(starts: Tensor, steps: int, limit: float = 3.0) -> Descent:
    descent = Descent(rosenbrock, starts, limit)
    for _ in range(steps):
        before = descent.values.clone()
        descent.step()
        assert (descent.values <= before).all()
    return descent


def test_every_start_reaches_the_lowest_point() -> None:
    descent = walked(STARTS, 120)
    assert torch.allclose(descent.points, torch.ones(3, 2), atol=1e-2)
    assert (descent.values < 1e-4).all()


def test_the_values_are_those_of_the_points() -> None:
    descent = walked(STARTS, 17)
    assert torch.allclose(rosenbrock(descent.points)[0], descent.values)


def test_starts_do_not_touch_each_other() -> None:
    together = walked(STARTS, 40)
    for row in range(len(STARTS)):
        alone = walked(STARTS[row : row + 1], 40)
        assert torch.allclose(alone.points[0], together.points[row], atol=1e-5)


def test_those_kept_go_on_as_before() -> None:
    descent, other = walked(STARTS, 15), walked(STARTS, 15)
    descent.keep(torch.tensor([2, 0]))
    for _ in range(10):
        descent.step()
        other.step()
    assert torch.allclose(descent.points, other.points[[2, 0]], atol=1e-5)


def test_nobody_leaves_the_box_and_its_wall_is_reached() -> None:
    # The lowest point lies outside; that of the box is on its wall at x = 0.5.
    descent = walked(STARTS, 100, limit=0.5)
    assert (descent.points.abs() <= 0.5).all()
    assert torch.allclose(descent.points, torch.tensor([[0.5, 0.25]]).expand(3, 2), atol=1e-2)


def test_what_is_no_number_is_never_accepted() -> None:
    def broken(points: Tensor) -> tuple[Tensor, Tensor]:
        values, gradients = rosenbrock(points)
        return torch.where(points[:, 0] > -1, torch.nan, values), gradients

    descent = Descent(broken, torch.tensor([[-1.2, 1.0]]), 3.0)
    for _ in range(40):
        descent.step()
    assert torch.isfinite(descent.values).all()
    assert (descent.points[:, 0] <= -1).all()


def test_the_lowest_point_itself_is_not_left() -> None:
    descent = walked(torch.ones(1, 2), 5)
    assert (descent.points == 1).all()

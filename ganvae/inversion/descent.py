"""L-BFGS (Nocedal 1980; Liu and Nocedal 1989) from many starts side by side, inside a box.

PyTorch's own optimiser takes all its numbers for one problem: starts that have nothing to do with
each other would share a step length and a memory. Here each start has its own, and all of them are
still evaluated in one batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

# From points (N, D) to values (N,) and gradients (N, D), without a graph.
Evaluate = Callable[[Tensor], tuple[Tensor, Tensor]]

# Pairs of steps and changes of the gradient that are remembered.
_MEMORY = 10
# A step must bring so much of what the gradient promises (Armijo); otherwise it is cut.
_SUFFICIENT, _CUT = 1e-4, 0.3
# A start that needs shorter steps than this has a bad memory and loses it.
_SHORTEST = 1e-4
# The first step is so long in each dimension, on average.
_FIRST_STEP = 0.1


class Descent:
    """Points on their way down, each by itself; one evaluation of all of them a step.

    A step that does not bring enough leaves its point where it is and is tried shorter the next
    time, while the others go on: no start waits for another's line search.

    Attributes:
        points: (N, D), the best of each start so far.
        values: (N,), theirs; they never rise.

    Args:
        evaluate: see `Evaluate`; a value that is not finite is never accepted.
        start: (N, D).
        limit: no coordinate leaves [-limit, limit]; steps are projected onto this box.
    """

    def __init__(self, evaluate: Evaluate, start: Tensor, limit: float) -> None:
        self._evaluate, self._limit = evaluate, limit
        self.points = start.clamp(-limit, limit)
        self.values, self._gradients = evaluate(self.points)
        count, size = start.shape
        self._moves = start.new_zeros(count, _MEMORY, size)
        self._changes = start.new_zeros(count, _MEMORY, size)
        self._weights = start.new_zeros(count, _MEMORY)
        length = _FIRST_STEP * math.sqrt(size)
        self._scale = length / self._gradients.norm(dim=1).clamp(min=1e-12)
        self._step = torch.ones_like(self._scale)
        self._direction = -self._scale[:, None] * self._gradients

    def keep(self, which: Tensor) -> None:
        """Go on with these starts only: indices (M,)."""
        self.points, self.values = self.points[which], self.values[which]
        self._gradients, self._direction = self._gradients[which], self._direction[which]
        self._moves, self._changes = self._moves[which], self._changes[which]
        self._weights, self._scale = self._weights[which], self._scale[which]
        self._step = self._step[which]

    def step(self) -> None:
        """Try one move of every start."""
        tried = self.points + self._step[:, None] * self._direction
        tried = tried.clamp(-self._limit, self._limit)
        values, gradients = self._evaluate(tried)
        moves, changes = tried - self.points, gradients - self._gradients
        promised = (self._gradients * moves).sum(1)
        fine = (values <= self.values + _SUFFICIENT * promised) & torch.isfinite(values)
        fine &= torch.isfinite(gradients).all(1)
        self._remember(fine, moves, changes)
        self.points = torch.where(fine[:, None], tried, self.points)
        self.values = torch.where(fine, values, self.values)
        self._gradients = torch.where(fine[:, None], gradients, self._gradients)
        lost = ~fine & (self._step < _SHORTEST)
        self._moves[lost], self._changes[lost], self._weights[lost] = 0, 0, 0
        turn = fine | lost
        self._direction = torch.where(turn[:, None], self._downhill(), self._direction)
        self._step = torch.where(turn, torch.ones_like(self._step), self._step * _CUT)

    def _remember(self, fine: Tensor, moves: Tensor, changes: Tensor) -> None:
        curvature, length = (moves * changes).sum(1), changes.square().sum(1)
        # Only where the ground curves upwards does a pair say how far to go.
        new = fine & (curvature > 1e-10 * length)
        if not new.any():
            return
        for memory, latest in (
            (self._moves, moves),
            (self._changes, changes),
            (self._weights, 1 / curvature),
        ):
            memory[new] = torch.cat((memory[new][:, 1:], latest[new][:, None]), dim=1)
        self._scale = torch.where(new, curvature / length, self._scale)

    def _downhill(self) -> Tensor:
        """The two loops of L-BFGS, for all starts at once: directions (N, D)."""
        at_wall = ((self.points >= self._limit) & (self._gradients < 0)) | (
            (self.points <= -self._limit) & (self._gradients > 0)
        )
        free = (~at_wall).to(self.points.dtype)
        q = self._gradients * free
        shares: list[Tensor] = []
        for i in reversed(range(_MEMORY)):
            share = self._weights[:, i] * (self._moves[:, i] * q).sum(1)
            q = q - share[:, None] * self._changes[:, i]
            shares.append(share)
        q = q * self._scale[:, None]
        for i in range(_MEMORY):
            back = self._weights[:, i] * (self._changes[:, i] * q).sum(1)
            q = q + (shares.pop() - back)[:, None] * self._moves[:, i]
        direction = -q * free
        uphill = (direction * self._gradients).sum(1) >= 0
        plain = -self._gradients * free * self._scale[:, None]
        return torch.where(uphill[:, None], plain, direction)

"""Shuffled batches out of one uint8 tensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ganvae.data.pixels import to_float
from ganvae.recipe import Recipe


@dataclass(frozen=True)
class Batches:
    """Shuffled batches of a data set, the same for a seed wherever a run starts.

    Attributes:
        images: uint8 (N, C, H, W), on the device where batches are wanted.
        batch_size: images a batch; the last one of an epoch may be smaller, none is dropped.
        seed: decides the order of every epoch.
        image_range: what 0 and 255 become.
        mirror: mirror each image left to right half of the time.
        rank, world: this process among those that share every batch: each gets as many images of
            it; where they don't come out even, the epoch's first images fill it up.
    """

    images: Tensor
    batch_size: int
    seed: int
    image_range: tuple[float, float]
    mirror: bool = False
    rank: int = 0
    world: int = 1

    @classmethod
    def of(cls, recipe: Recipe, images: Tensor, rank: int = 0, world: int = 1) -> Batches:
        """The batches that a recipe is trained on, or a process's share of them."""
        return cls(
            images,
            recipe.batch_size,
            recipe.seed,
            recipe.image_range,
            recipe.mirror,
            rank,
            world,
        )

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.images) // self.batch_size)

    def epoch_order(self, epoch: int) -> Tensor:
        """The order (N,) in which an epoch goes through the images."""
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.images))
        return torch.from_numpy(order).to(self.images.device)

    def batch(self, order: Tensor, step: int) -> Tensor:
        """Batch of the given step, float32 (n, C, H, W) in `image_range`, of an epoch's order."""
        first = step % self.steps_per_epoch * self.batch_size
        places = order[first : first + self.batch_size]
        if self.world > 1:
            missing = -len(places) % self.world
            places = torch.cat([places, order[:missing]])
        share = slice(
            self.rank * len(places) // self.world, (self.rank + 1) * len(places) // self.world
        )
        images = to_float(self.images[places[share]], self.image_range)
        if not self.mirror:
            return images
        # Its own generator for each step, so that a run that goes on mirrors the same images.
        coins = np.random.default_rng([self.seed, step, 1]).random(len(places)) < 0.5
        mirrored = torch.from_numpy(coins[share]).to(images.device)
        return torch.where(mirrored[:, None, None, None], images.flip(-1), images)

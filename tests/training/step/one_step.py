"""One step of a recipe in this process's share of a batch; the gradients go to a file.

python -m tests.training.step.one_step RECIPE.json GRADIENTS.safetensors
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from ganvae.data import Batches
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.training.processes import join
from ganvae.training.step import Update, make_update


def images_for(recipe: Recipe) -> torch.Tensor:
    """As many random images (N, C, H, W), uint8, as make one and a half batches."""
    generator = torch.Generator().manual_seed(5)
    shape = (recipe.batch_size * 3 // 2, *recipe.image_shape)
    return torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)


def gradients(update: Update) -> dict[str, torch.Tensor]:
    """Those of all networks after a step, as plain tensors by name."""
    named = update.model.named_parameters()  # type: ignore[attr-defined]
    return {name: p.grad.clone().contiguous() for name, p in named if p.grad is not None}


def main(recipe_file: str, target: str) -> None:
    torch.set_num_threads(1)
    recipe = Recipe.from_dict(json.loads(Path(recipe_file).read_text()))
    processes = join("cpu")
    torch.manual_seed(recipe.seed)
    update = make_update(build(recipe), processes)
    batches = Batches.of(recipe, images_for(recipe), processes.rank, processes.world)
    order = batches.epoch_order(0)
    # The second batch of the epoch is half as large and odd: it is filled up.
    update(batches.batch(order, 1), 1)
    found = gradients(update)
    found["random"] = torch.get_rng_state()
    save_file(found, f"{target}.{processes.rank}")
    processes.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

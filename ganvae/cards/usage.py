"""How to use a model, as code."""

from __future__ import annotations

from ganvae.recipe import Recipe


def usage(recipe: Recipe) -> str:
    """The section with code that loads the model and draws with it."""
    prior = "torch.randn(8, {0})" if recipe.prior == "normal" else "torch.rand(8, {0}) * 2 - 1"
    shape = ", ".join(map(str, (8, *recipe.image_shape)))
    return "\n".join(
        [
            "## How to use",
            "",
            "```python",
            "import torch, ganvae",
            f'model = ganvae.load("{recipe.name}")',
            f"images = model.generate({prior.format(recipe.latent)})  # ({shape}) in [0, 1]",
            "```",
            "",
        ]
    )

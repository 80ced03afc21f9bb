"""How to use a model, as code that runs as it is printed."""

from __future__ import annotations

from ganvae.cards.address import REPOSITORY
from ganvae.recipe import Recipe

_OF_FAMILY = {
    "vae": "mean, log_variance = model.encode(images)  # both (8, {latent})",
    "gan": "realness = model.realness(images)  # (8,), what its discriminator says",
}


def usage(recipe: Recipe, source: str | None = None, code: str | None = None) -> str:
    """The section with code that installs the project, loads the model and draws with it.

    Args:
        source: the Hub's repository that holds the model, USER/REPO; None if it is in the clone.
        code: the project's public git address; `address.REPOSITORY` by default.
    """
    normal = recipe.prior == "normal"
    prior = (
        f"torch.randn(8, {recipe.latent})" if normal else f"torch.rand(8, {recipe.latent}) * 2 - 1"
    )
    shape = ", ".join(map(str, (8, *recipe.image_shape)))
    arguments = f'"{recipe.name}"' + (f', source="{source}"' if source else "")
    return "\n".join(
        [
            "## How to use",
            "",
            *install(source is None, code),
            "",
            "```python",
            "import torch, ganvae",
            "",
            f"model = ganvae.load({arguments})",
            f"images = model.generate({prior})  # ({shape}) in [0, 1]",
            _OF_FAMILY[recipe.family].format(latent=recipe.latent),
            "```",
            "",
        ]
    )


def install(needs_clone: bool, code: str | None = None) -> list[str]:
    """The lines that say how to get the code.

    Args:
        needs_clone: the model lies in the clone, so a bare installation would not have it.
        code: the project's public git address; `address.REPOSITORY` by default.
    """
    code = code or REPOSITORY
    if code is None:
        return ["In a clone of the project:", "", "```sh", "pip install .", "```"]
    if needs_clone:
        return [
            "The model is in the project's repository:",
            "",
            "```sh",
            f"git clone {code} ganvae",
            "cd ganvae",
            "pip install .",
            "```",
        ]
    return ["```sh", f"pip install git+{code}", "```"]

"""python scripts/face_directions.py NAME: a sheet of what a model of faces changes most.

Each row is one direction from 3 standard deviations one way to 3 the other, of a few faces one
below the other; what has a name is told in ganvae/directions/names.py. Writes NAME.png into the
working directory.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from ganvae import DEFAULT_WEIGHTS, checkpoint, latents, render  # noqa: E402
from ganvae.directions.faces import principal_directions  # noqa: E402
from ganvae.directions.format import STEPS, moved  # noqa: E402

_FACES = 3
_SEED = 42
_MARGIN = 30


def sheet(name: str) -> Image.Image:
    """Rows of pictures, the number of their direction on their left."""
    model = checkpoint.load(DEFAULT_WEIGHTS / name)
    recipe = model.recipe
    z = latents.sample_z(_SEED, recipe.latent, _FACES, recipe.prior)
    vectors = principal_directions(model)
    height, width = recipe.image_shape[1:]
    row = _FACES * height + 6
    page = Image.new("RGB", (_MARGIN + len(STEPS) * width, len(vectors) * row), "white")
    write = ImageDraw.Draw(page)
    for number, vector in enumerate(vectors):
        write.text((4, number * row + row // 2), str(number + 1), fill="black")
        for column, step in enumerate(STEPS):
            images = model.generate(torch.from_numpy(moved(z, vector, step, recipe)))
            pixels = np.concatenate(list(render.to_pixels(images)), axis=0)
            page.paste(Image.fromarray(pixels), (_MARGIN + column * width, number * row))
    return page


def main(arguments: list[str]) -> int:
    """Write the sheet of the model that is named; the exit status."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    sheet(arguments[0]).save(f"{arguments[0]}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Directions of a model of faces: those that change its pictures most, named after looking.

No photograph has a label here, so nothing is looked for: the model itself says what it changes
most, and somebody says what that is. `python scripts/face_directions.py NAME` draws a sheet to
look at.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from ganvae import checkpoint, files
from ganvae.directions.candidate import Candidate
from ganvae.directions.names import MEANINGS, NAMES
from ganvae.latents import Array, sample_z
from ganvae.metrics.scoring import generate
from ganvae.models import GAN, VAE

# Other z than those that directions are measured with.
_SEED = 32_000
_PICTURES = 4096
# Pictures are compared in so few pixels: what is named is large, and noise averages out.
_SIDE = 16
COMPONENTS = 16


def face_candidates(folder: Path, model: VAE | GAN) -> list[Candidate]:
    """The named components of a model whose folder holds the very weights that were looked at.

    Of other weights nobody has named any: what the same numbers do there is anyone's guess.
    """
    names = NAMES.get(files.sha256(folder / checkpoint.WEIGHTS), ())
    if not names:
        print(
            f"{model.recipe.name}: nobody has named the directions of these weights; to see them: "
            f"python scripts/face_directions.py {model.recipe.name}"
        )
        return []
    vectors = principal_directions(model)
    return [
        Candidate(MEANINGS[name.key], (name.sign * vectors[name.component - 1],)) for name in names
    ]


def principal_directions(model: VAE | GAN, count: int = COMPONENTS) -> Array:
    """The directions that change a model's pictures most, in order: orthonormal (count, latent).

    The pictures of many z, shrunk to 16 pixels a side, are regressed on z; the directions are the
    principal ones of that linear map. It is the idea of GANSpace (Härkönen et al. 2020) with
    pictures in place of an inner layer, and it fits both families. Principal components of where a
    VAE's encoder puts images would not do: all dimensions that it uses vary by about 1, so that
    their order and mixture are left to chance.
    """
    recipe = model.recipe
    z = sample_z(_SEED, recipe.latent, _PICTURES, recipe.prior)
    small = [F.adaptive_avg_pool2d(images, _SIDE).flatten(1) for images in generate(model, z)]
    pictures = torch.cat(small).double().numpy()
    centred = z.astype(np.float64) - z.mean(axis=0)
    response, *_ = np.linalg.lstsq(centred, pictures - pictures.mean(axis=0), rcond=None)
    directions = np.linalg.svd(response, full_matrices=False)[0].T[:count]
    # The sign of a singular vector is arbitrary: make its largest entry positive.
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(directions)), largest])
    return (directions * signs[:, None]).astype(np.float32)

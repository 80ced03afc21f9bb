"""A VAE's prior fitted after training: a mixture of Gaussians over where its encoder puts images.

An encoder fills N(0, I) unevenly, and a decoder has never seen what lies in the gaps: sampling
where the training images are gives better pictures without training again (Ghosh et al., "From
variational to deterministic autoencoders", ICLR 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ganvae import files
from ganvae.errors import UserError
from ganvae.latents import Array, sample_z
from ganvae.recipe import MAX_COMPONENTS, Recipe
from ganvae.triangles import pack, unpack

FITTED_PRIOR = "fitted_prior.safetensors"
# Keeps the choice of components apart from the table of z that has the same seed.
_CHOICE = 1
# The factors' lower halves; files of before have them whole, as `factors`.
_TRIANGLES = "triangles"


@dataclass(frozen=True)
class FittedPrior:
    """A mixture of Gaussians in latent space.

    Attributes:
        shares: float32 (components,), positive, summing to 1.
        means: float32 (components, latent).
        factors: float32 (components, latent, latent), lower Cholesky factors of the covariances.
    """

    shares: Array
    means: Array
    factors: Array

    def sample(self, seed: int, count: int, temperature: float = 1.0) -> Array:
        """The first `count` rows (count, latent) of the seed's table of z.

        Row i is the same however many rows are asked for. The noise is that of `sample_z`, and the
        temperature multiplies it: 0 gives the mean of each row's component.

        Raises:
            UserError: see `sample_z`.
        """
        latent = self.means.shape[1]
        noise = sample_z(seed, latent, count, "normal", temperature)
        draws = np.random.default_rng([seed, latent, _CHOICE]).random(count)
        # The last share takes what rounding leaves below 1.
        chosen = np.searchsorted(np.cumsum(self.shares)[:-1], draws, side="right")
        z = np.empty_like(noise)
        for component in np.unique(chosen):
            rows = chosen == component
            z[rows] = self.means[component] + noise[rows] @ self.factors[component].T
        return z

    def write(self, folder: Path) -> None:
        """Write the arrays into a model's folder, whole."""
        arrays = {"shares": self.shares, "means": self.means, _TRIANGLES: pack(self.factors)}
        content = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        files.write_bytes(folder / FITTED_PRIOR, save(content))


def read_fitted_prior(folder: Path, recipe: Recipe) -> FittedPrior | None:
    """The fitted prior in a model's folder; None if it has none.

    Raises:
        UserError: the file is not whole, or its arrays don't fit the recipe.
    """
    path = folder / FITTED_PRIOR
    if not path.is_file():
        return None
    try:
        # The header first: nothing is read of a file that does not fit.
        with safe_open(path, framework="np") as stored:
            names = list(stored.keys())
            found = {name: tuple(stored.get_slice(name).get_shape()) for name in names}
            components, latent = (found.get("shares") or (0,))[0], recipe.latent
            expected = {"shares": (components,), "means": (components, latent)}
            shapes = {
                _TRIANGLES: (components, latent * (latent + 1) // 2),
                "factors": (components, latent, latent),
            }
            kinds = [kind for kind, shape in shapes.items() if found == expected | {kind: shape}]
            if not kinds or not 1 <= components <= MAX_COMPONENTS:
                raise UserError(f"{path} is not a mixture in {latent} dimensions.")
            arrays = {name: stored.get_tensor(name) for name in found}
    except UserError:
        raise
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise UserError(f"{path} is cut short or not a safetensors file.") from error
    for name, array in arrays.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise UserError(f"{path} holds numbers that are not finite float32, in {name}.")
    factors = unpack(arrays[_TRIANGLES]) if _TRIANGLES in arrays else arrays["factors"]
    return FittedPrior(arrays["shares"], arrays["means"], factors)

"""A model's latent space as a cloud of points in three dimensions.

    map.safetensors   projection, offset, classes or colours, and the points of a VAE
    map.json          what the directions are, how many points there are, the seed of a GAN's

The projection is linear, so that any z has its place on the map and not only the points it was
made of; t-SNE (van der Maaten and Hinton 2008) or UMAP (McInnes et al. 2018) would give none to a
new z, and distances on their maps mean little.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ganvae import files
from ganvae.checkpoint import read_json
from ganvae.errors import UserError
from ganvae.latents import Array, sample_z
from ganvae.recipe import MAX_SEED, Recipe
from ganvae.untrusted import is_count, is_number

MAP, MAP_FACTS = "map.safetensors", "map.json"
MAX_POINTS = 10_000
CLASSES = 10
DIMENSIONS = 3
_STEPS = 255

Bytes = NDArray[np.uint8]
# True coordinates, Fisher's discriminant directions, principal components of the points, or the
# directions of z to which pictures respond most.
Kind = Literal["coordinates", "discriminant", "principal", "response"]


@dataclass(frozen=True)
class Points:
    """Points in latent space in 8 bits a dimension.

    Attributes:
        steps: uint8 (N, latent).
        lowest, scale: float32 (latent,); z is `lowest + scale * steps`, all of it in float32.
    """

    steps: Bytes
    lowest: Array
    scale: Array

    def z(self) -> Array:
        """The points (N, latent)."""
        return self.lowest + self.scale * self.steps.astype(np.float32)


def quantised(z: Array) -> Points:
    """Points near z (N, latent), at most half of 1/255 of each dimension's range away."""
    lowest, highest = z.min(axis=0), z.max(axis=0)
    scale = ((highest - lowest) / np.float32(_STEPS)).astype(np.float32)
    steps = (z - lowest) / np.where(scale > 0, scale, np.float32(1))
    return Points(steps.round().clip(0, _STEPS).astype(np.uint8), lowest, scale)


@dataclass(frozen=True)
class LatentMap:
    """A cloud of points.

    Attributes:
        kind: what the three directions are.
        share: how much of what they were chosen for they hold, 0 to 1: of the variance between
            classes, of the points, or of the pictures' linear response.
        projection, offset: float32 (3, latent) and (3,): z lies at `projection @ z + offset`.
        points: where the cloud's points are.
        classes: uint8 (N,), 0 to 9; None where the data has no classes of digits.
        colours: uint8 (N, 3), the mean colour of each point's picture; None where classes are.
        seed: of a GAN's samples, which are those of `sample_z`; None for a VAE's test images.
    """

    kind: Kind
    share: float
    projection: Array
    offset: Array
    points: Points
    classes: Bytes | None
    colours: Bytes | None
    seed: int | None

    def write(self, folder: Path) -> None:
        """Write both files into a model's folder, each whole."""
        arrays: dict[str, Any] = {"projection": self.projection, "offset": self.offset}
        if self.classes is not None:
            arrays["classes"] = self.classes
        if self.colours is not None:
            arrays["colours"] = self.colours
        if self.seed is None:
            arrays["points"] = self.points.steps
            arrays["lowest"], arrays["scale"] = self.points.lowest, self.points.scale
        content = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        files.write_bytes(folder / MAP, save(content))
        facts = {"kind": self.kind, "share": self.share, "count": len(self.points.steps)}
        files.write_json(folder / MAP_FACTS, facts | {"seed": self.seed})


def sampled_points(recipe: Recipe, seed: int, count: int) -> Points:
    """The points of a GAN's map: samples from its prior."""
    return quantised(sample_z(seed, recipe.latent, count, recipe.prior))


def read_latent_map(folder: Path, recipe: Recipe) -> LatentMap | None:
    """The map in a model's folder; None if it has none.

    Raises:
        UserError: the files are not whole, or don't fit the recipe.
    """
    if not (folder / MAP).is_file() or not (folder / MAP_FACTS).is_file():
        return None
    kind, share, count, seed = _facts(folder / MAP_FACTS, recipe)
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "projection": ("F32", (DIMENSIONS, recipe.latent)),
        "offset": ("F32", (DIMENSIONS,)),
    }
    if seed is None:
        shapes["points"] = ("U8", (count, recipe.latent))
        shapes["lowest"] = shapes["scale"] = ("F32", (recipe.latent,))
    either = {"classes": ("U8", (count,)), "colours": ("U8", (count, 3))}
    arrays = _arrays(folder / MAP, shapes, either)
    for name, array in arrays.items():
        if array.dtype == np.float32 and not np.isfinite(array).all():
            raise UserError(f"{folder / MAP} holds numbers that are not finite, in {name}.")
    classes = arrays.get("classes")
    if classes is not None and classes.max() >= CLASSES:
        raise UserError(f"{folder / MAP} has classes other than 0 to {CLASSES - 1}.")
    if seed is None:
        points = Points(arrays["points"], arrays["lowest"], arrays["scale"])
    else:
        points = sampled_points(recipe, seed, count)
    return LatentMap(
        kind,
        share,
        arrays["projection"],
        arrays["offset"],
        points,
        classes,
        arrays.get("colours"),
        seed,
    )


def _facts(path: Path, recipe: Recipe) -> tuple[Kind, float, int, int | None]:
    content: Any = read_json(path)
    facts: dict[str, Any] = content if isinstance(content, dict) else {}
    kind, share = facts.get("kind"), facts.get("share")
    count, seed = facts.get("count"), facts.get("seed")
    # Only a GAN's points are samples, and only it has no encoder to give others.
    sampled = is_count(seed, 0, MAX_SEED)
    fits = sampled if recipe.family == "gan" else seed is None
    if (
        not fits
        or kind not in get_args(Kind)
        or not is_number(share, 0, 1)
        or not is_count(count, 1, MAX_POINTS)
    ):
        raise UserError(f"{path} does not describe a map of {recipe.name}.")
    return cast(Kind, kind), share, count, seed


def _arrays(
    path: Path,
    shapes: dict[str, tuple[str, tuple[int, ...]]],
    either: dict[str, tuple[str, tuple[int, ...]]],
) -> dict[str, Any]:
    """Arrays of just these types and shapes, and one of those in `either`."""
    try:
        # The header first: nothing is read of a file that does not fit.
        with safe_open(path, framework="np") as stored:
            slices = {name: stored.get_slice(name) for name in stored.keys()}  # noqa: SIM118
            found = {
                name: (part.get_dtype(), tuple(part.get_shape())) for name, part in slices.items()
            }
            if not any(found == shapes | {name: shape} for name, shape in either.items()):
                raise UserError(f"{path} is not the map that {MAP_FACTS} describes.")
            return {name: stored.get_tensor(name) for name in found}
    except UserError:
        raise
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise UserError(f"{path} is cut short or not a safetensors file.") from error

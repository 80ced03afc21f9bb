"""Directions of a latent space that have a meaning: more of a digit, a thicker stroke, darker hair.

They lie beside a model's weights: names and measurements in directions.json, the vectors in
directions.safetensors, row by row in the same order. They belong to exactly these weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.latents import Array, prior_std
from ganvae.recipe import Recipe
from ganvae.untrusted import is_number, numbers

DIRECTIONS = "directions.json"
VECTORS = "directions.safetensors"
# The places of a slider at which a direction is measured.
STEPS = (-3, -2, -1, 0, 1, 2, 3)
# A measure may stand still for so large a share of its whole way: what is near its limit does.
STANDSTILL = 0.005
MAX_DIRECTIONS = 64
# Shorter than this a slider hardly moves.
SHORTEST = 0.1
_MAX_TEXT = 120
_MAX_LABEL = 40
# No measure of a picture comes near it.
_LARGEST = 1e12
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
_VECTORS = "vectors"


@dataclass(frozen=True)
class Direction:
    """One direction, and the measurement that gives it its name.

    Attributes:
        key: what it is called in addresses; the same in every model that has this meaning.
        label: what it does to a picture, as a slider says it: "more 3", "thicker".
        vector: float32 (latent,), one step of a slider in standard deviations of the prior: of
            length 1, or shorter where the measure would stop growing before the slider's end.
        measured: the quantity that grows along it, in words, with its unit.
        values: mean of that quantity at each of `STEPS`, over the same samples moved along it.
        effect: how far it comes from step -2 to 2, in standard deviations over unmoved samples.
    """

    key: str
    label: str
    vector: Array
    measured: str
    values: tuple[float, ...]
    effect: float


@dataclass(frozen=True)
class LeftOut:
    """A direction that was looked for and did not pass its own measurement."""

    label: str
    why: str


def moved(z: Array, vector: Array, step: float, recipe: Recipe) -> Array:
    """z (N, latent) so many steps of a slider along a direction, float32."""
    return (z + step * prior_std(recipe.prior) * vector).astype(np.float32)


def grows(values: Sequence[float], standstill: float = STANDSTILL) -> bool:
    """Whether a measure grows along a direction: up at every step, or nearly still at its limits.

    Args:
        standstill: the largest fall that is nearly still, as a share of the way from the lowest to
            the highest value.
    """
    way = max(values) - min(values)
    steps = np.diff(np.asarray(values, dtype=np.float64))
    return way > 0 and values[-1] > values[0] and bool((steps >= -standstill * way).all())


def write_directions(
    folder: Path,
    directions: Sequence[Direction],
    left_out: Sequence[LeftOut],
    samples: int,
    seed: int,
) -> None:
    """Write a model's directions into its folder, those of the largest effect first.

    Args:
        samples, seed: of what they were measured.
    """
    ordered = sorted(directions, key=lambda one: -one.effect)
    if ordered:
        vectors = np.stack([one.vector for one in ordered]).astype(np.float32)
        files.write_bytes(folder / VECTORS, save({_VECTORS: np.ascontiguousarray(vectors)}))
    else:
        (folder / VECTORS).unlink(missing_ok=True)
    described = {
        "weights": files.sha256(folder / checkpoint.WEIGHTS),
        "samples": samples,
        "seed": seed,
        "steps": list(STEPS),
        "directions": [
            {
                "key": one.key,
                "label": one.label,
                "measured": one.measured,
                "effect": round(one.effect, 4),
                "values": [round(value, 6) for value in one.values],
            }
            for one in ordered
        ],
        "left_out": [{"label": one.label, "why": one.why} for one in left_out],
    }
    files.write_json(folder / DIRECTIONS, described)


def remove_directions(folder: Path) -> None:
    """Take away what `write_directions` left in a model's folder."""
    for name in (DIRECTIONS, VECTORS):
        (folder / name).unlink(missing_ok=True)


def read_directions(folder: Path, recipe: Recipe) -> list[Direction]:
    """The directions in a model's folder, those of the largest effect first; none if it has none.

    Raises:
        UserError: a file is not whole or not valid, the vectors don't fit the recipe, or they were
            found in other weights than those that are there now.
    """
    path = folder / DIRECTIONS
    if not path.is_file():
        return []
    described = checkpoint.read_json(path)
    entries = described.get("directions") if isinstance(described, dict) else None
    if not isinstance(entries, list) or len(entries) > MAX_DIRECTIONS:
        raise UserError(f"{path} holds no list of at most {MAX_DIRECTIONS} directions.")
    if described.get("steps") != list(STEPS):
        raise UserError(f"{path} was measured at other steps than {', '.join(map(str, STEPS))}.")
    weights = folder / checkpoint.WEIGHTS
    if not weights.is_file() or files.sha256(weights) != described.get("weights"):
        raise UserError(
            f"{path} was found in other weights than those beside it: "
            f"python train.py --inspect {folder.name}"
        )
    if not entries:
        return []
    vectors = _read_vectors(folder / VECTORS, len(entries), recipe)
    found = [_read(path, it, vector) for it, vector in zip(entries, vectors, strict=True)]
    if len({one.key for one in found}) < len(found):
        raise UserError(f"{path} has two directions of one key.")
    return sorted(found, key=lambda one: -one.effect)


def _read(path: Path, entry: Any, vector: Array) -> Direction:
    if not isinstance(entry, dict):
        raise UserError(f"{path} has a direction that is not an object.")
    key, values, effect = (entry.get(name) for name in ("key", "values", "effect"))
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise UserError(f"{path} has a direction whose key is not a short word in lower case.")
    for name, most in (("label", _MAX_LABEL), ("measured", _MAX_TEXT)):
        text = entry.get(name)
        if not isinstance(text, str) or not 1 <= len(text) <= most or not text.isprintable():
            raise UserError(f"{path}: the {name} of {key} is not a text of 1 to {most} letters.")
    effects = numbers(values, len(STEPS), -_LARGEST, _LARGEST)
    if effects is None:
        raise UserError(f"{path}: the values of {key} are not {len(STEPS)} finite numbers.")
    if not is_number(effect, -_LARGEST, _LARGEST):
        raise UserError(f"{path}: the effect of {key} is not a finite number.")
    return Direction(key, entry["label"], vector, entry["measured"], tuple(effects), float(effect))


def _read_vectors(path: Path, count: int, recipe: Recipe) -> Array:
    try:
        # The header first: nothing is read of a file that does not fit.
        with safe_open(path, framework="np") as stored:
            names = list(stored.keys())
            found = {name: tuple(stored.get_slice(name).get_shape()) for name in names}
            if found != {_VECTORS: (count, recipe.latent)}:
                raise UserError(f"{path} has not {count} vectors of {recipe.latent} dimensions.")
            vectors = stored.get_tensor(_VECTORS)
    except UserError:
        raise
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise UserError(f"{path} is missing, cut short or not a safetensors file.") from error
    if vectors.dtype != np.float32 or not np.isfinite(vectors).all():
        raise UserError(f"{path} holds numbers that are not finite float32.")
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    if lengths.min() < SHORTEST or lengths.max() > 1 + 1e-3:
        raise UserError(f"{path} has a vector whose length is not from {SHORTEST} to 1.")
    return vectors

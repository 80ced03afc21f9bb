"""A model's folder in `weights/`: read with checks, written whole or not at all.

    weights/NAME/
      model.safetensors   all networks of the model
      config.json         {"recipe": ..., "versions": ..., "command": ..., ...}
      metrics.json        what was measured of it
      fitted_prior.safetensors   of a VAE: where its encoder puts the training images
      decoder.onnx        what draws pictures, for the visitor's browser (see export/)
      discriminator.onnx  of a GAN: what judges them
      export.json         from which weights the ONNX files were made
      history.csv         the curves of its training
      snapshots/          sheets of samples over the training, index.json lists them
      README.md           the model card

Files may come from anywhere: nothing is unpickled and every shape is checked against the recipe
before anything is allocated.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ganvae import files
from ganvae.errors import UserError
from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
METRICS = "metrics.json"
HISTORY = "history.csv"
SNAPSHOTS = "snapshots"
SNAPSHOT_INDEX = "index.json"
CARD = "README.md"
# A JSON file of ours is a few kilobytes; one of this size is not ours.
_MAX_JSON_BYTES = 8 * 2**20


@dataclass(frozen=True)
class Entry:
    """One folder with a config.json: a model, or the sentence that says why it is none."""

    name: str
    folder: Path
    recipe: Recipe | None
    problem: str | None


def scan(weights: Path) -> list[Entry]:
    """Every folder of `weights` that has a config.json, by name; bad ones say what is wrong.

    Raises:
        UserError: there is no such folder.
    """
    if not weights.is_dir():
        raise UserError(f"There is no weights folder {str(weights)!r}; give one with --weights.")
    entries = []
    for config in sorted(weights.glob(f"*/{CONFIG}")):
        folder = config.parent
        if folder.name.startswith("."):
            continue
        try:
            entries.append(Entry(folder.name, folder, read_recipe(folder), None))
        except UserError as error:
            entries.append(Entry(folder.name, folder, None, str(error)))
    return entries


def read_json(path: Path) -> Any:
    """The value in a JSON file.

    Raises:
        UserError: the file is missing, too large or not JSON.
    """
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise UserError(f"{path} is too large to be a file of ours.")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}.") from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path} is not valid JSON.") from error


def read_recipe(folder: Path) -> Recipe:
    """The recipe in a model folder's config.json.

    Raises:
        UserError: there is none, or it is not valid; the sentence names the file.
    """
    path = folder / CONFIG
    config = read_json(path)
    if not isinstance(config, dict) or "recipe" not in config:
        raise UserError(f"{path} holds no recipe.")
    try:
        return Recipe.from_dict(config["recipe"])
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def read_metrics(folder: Path) -> dict[str, Any]:
    """The measurements of a model; empty where there are none or they can't be read."""
    try:
        metrics = read_json(folder / METRICS)
    except UserError:
        return {}
    return metrics if isinstance(metrics, dict) else {}


def read_history(folder: Path) -> dict[str, list[float | None]]:
    """The columns of a model's history.csv, None where a row has no value; empty if there is none.

    Raises:
        UserError: the file is there but holds something else than numbers.
    """
    path = folder / HISTORY
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return {
            column: [float(row[column]) if row[column] else None for row in rows]
            for column in (rows[0] if rows else {})
        }
    except (ValueError, TypeError, KeyError, csv.Error, OSError) as error:
        raise UserError(f"{path} is not a table of numbers.") from error


def load(folder: Path) -> VAE | GAN:
    """The model in a folder, in evaluation mode.

    Raises:
        UserError: a file is missing, cut short, of another format, of other shapes than the
            recipe's, or holds numbers that are not finite.
    """
    recipe = read_recipe(folder)
    path = folder / WEIGHTS
    with torch.device("meta"):
        model = build(recipe)
    model.load_state_dict(read_tensors(path, model), assign=True)
    # An integer buffer of batch norm is the only one that needs no gradient flag.
    return model.eval().requires_grad_(False)


def read_tensors(path: Path, model: nn.Module) -> dict[str, Tensor]:
    """The tensors of a safetensors file for a module, which may be on the meta device.

    Raises:
        UserError: the file is missing, cut short, of another format, has other names or shapes
            than the module, or holds numbers that are not finite.
    """
    expected = model.state_dict()
    if not path.is_file():
        raise UserError(f"{path} is missing.")
    try:
        with safe_open(path, framework="pt") as stored:
            names = set(stored.keys())
            if names != set(expected):
                odd = sorted(names ^ set(expected))[0]
                raise UserError(f"{path} does not fit: {odd!r} is missing or unknown.")
            for name, tensor in expected.items():
                shape = tuple(stored.get_slice(name).get_shape())
                if shape != tuple(tensor.shape):
                    raise UserError(
                        f"{path} does not fit: {name} has shape {shape} where "
                        f"{tuple(tensor.shape)} is right."
                    )
            tensors = {
                name: stored.get_tensor(name).to(tensor.dtype) for name, tensor in expected.items()
            }
    except SafetensorError as error:
        raise UserError(f"{path} is cut short or not a safetensors file.") from error
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}.") from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise UserError(f"{path} holds numbers that are not finite, in {name}.")
    return tensors


def round_to_storage(model: VAE | GAN) -> None:
    """Round a model's weights to what its recipe stores, so that what is measured ships."""
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.copy_(tensor.to(_stored_type(model.recipe, tensor)))


def save_weights(folder: Path, model: VAE | GAN) -> None:
    """Write model.safetensors into a folder, in the precision that the recipe stores."""
    tensors = {
        name: tensor.detach().cpu().to(_stored_type(model.recipe, tensor)).contiguous()
        for name, tensor in model.state_dict().items()
    }
    files.write_bytes(folder / WEIGHTS, save(tensors))


def _stored_type(recipe: Recipe, tensor: Tensor) -> torch.dtype:
    # Biases and batch statistics are few, and a small variance would lose its digits.
    return torch.float16 if recipe.storage == "float16" and tensor.ndim > 1 else tensor.dtype

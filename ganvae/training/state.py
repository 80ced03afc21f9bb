"""A run in progress on disk: everything it takes to go on, in one file, whole or not at all.

safetensors holds the tensors (weights, optimisers, random state); its metadata holds the rest as
JSON. Nothing is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from ganvae import files
from ganvae.errors import UserError
from ganvae.recipe import Recipe

STATE = "state.safetensors"


def save_state(
    folder: Path,
    model: nn.Module,
    optimisers: list[Optimizer],
    details: dict[str, Any],
    besides: Mapping[str, nn.Module] | None = None,
) -> None:
    """Write the state of a run into its folder.

    Args:
        besides: networks with weights of their own besides the model's, by name.
        details: what is not a tensor: step, recipe, history, …; plain JSON values.
    """
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for name, network in (besides or {}).items():
        tensors |= {f"{name}.{key}": tensor for key, tensor in network.state_dict().items()}
    for number, optimiser in enumerate(optimisers):
        for index, state in optimiser.state_dict()["state"].items():
            for key, value in state.items():
                tensors[f"optimiser.{number}.{index}.{key}"] = value
    tensors["random"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random_cuda"] = torch.cuda.get_rng_state()
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"details": json.dumps(details)}
    files.write_bytes(folder / STATE, save(contiguous, metadata))


def read_details(folder: Path) -> dict[str, Any]:
    """The plain part of a run's state.

    Raises:
        UserError: there is no state, or it is not whole.
    """
    return _read(folder)[1]


def restore_state(
    folder: Path,
    model: nn.Module,
    optimisers: list[Optimizer],
    besides: Mapping[str, nn.Module] | None = None,
) -> None:
    """Put weights, optimisers and random state back as `save_state` found them."""
    tensors, _ = _read(folder)
    for prefix, network in {"model": model, **(besides or {})}.items():
        start = f"{prefix}."
        network.load_state_dict(
            {
                name[len(start) :]: tensor
                for name, tensor in tensors.items()
                if name.startswith(start)
            }
        )
    for number, optimiser in enumerate(optimisers):
        state: dict[int, dict[str, Tensor]] = {}
        start = f"optimiser.{number}."
        for name, tensor in tensors.items():
            if name.startswith(start):
                index, key = name[len(start) :].split(".")
                state.setdefault(int(index), {})[key] = tensor
        _lay_out(state, optimiser)
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": state, "param_groups": groups})
    torch.set_rng_state(tensors["random"])
    if torch.cuda.is_available() and "random_cuda" in tensors:
        torch.cuda.set_rng_state(tensors["random_cuda"])


def _lay_out(state: dict[int, dict[str, Tensor]], optimiser: Optimizer) -> None:
    """Give stored moments the strides of their parameters: the fused step takes them as equal."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    for index, values in state.items():
        like = parameters[index]
        for key, value in values.items():
            if value.shape == like.shape:
                values[key] = torch.empty_like(like, dtype=value.dtype).copy_(value)


def check_same_settings(stored: Any, recipe: Recipe) -> None:
    """Refuse to go on under other settings than a run began with.

    Raises:
        UserError: names the first setting that differs and both values.
    """
    # Read back as a Recipe, so that a setting that is newer than the run has its default.
    former = json.loads(json.dumps(Recipe.from_dict(stored).to_dict()))
    wanted = json.loads(json.dumps(recipe.to_dict()))
    for setting, value in wanted.items():
        if former[setting] != value:
            raise UserError(
                f"This run began with {setting} = {former[setting]!r}, but {value!r} was "
                f"asked for; resume it as it began, or give the new one a name with --name."
            )


def _read(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    path = folder / STATE
    if not path.is_file():
        raise UserError(f"There is no run to resume in {str(folder)!r}.")
    try:
        with safe_open(path, framework="pt") as stored:
            details = json.loads((stored.metadata() or {})["details"])
            if not isinstance(details, dict) or type(details["step"]) is not int:
                raise ValueError("no details of a run")
            return {name: stored.get_tensor(name) for name in stored.keys()}, details  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, RecursionError, OSError) as error:
        raise UserError(f"{path} is not the whole state of a run; start it over.") from error

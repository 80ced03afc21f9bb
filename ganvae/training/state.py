"""A run in progress on disk: everything it takes to go on, in one file, whole or not at all.

safetensors holds the tensors (weights, optimisers, random state); its metadata holds the rest, the
`Details`, as JSON. Nothing is pickled.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from ganvae.untrusted import is_count, is_number, is_numeric

STATE = "state.safetensors"


@dataclass(frozen=True)
class Details:
    """What of a run's state is no tensor: how far it is, and what it has told so far.

    Attributes:
        recipe: as `Recipe.to_dict` gave it when the run began.
        threads: of the CPU.
        step: steps taken so far.
        images: images seen so far.
        seconds: spent in training so far.
        rows: of the history.
        sums: of the curves since the last row, and `steps`, how many steps these are of.
        moments: the index of the snapshots.
        fingerprint: of the images; None before they are read, and in states from when runs of
            digits had none.
    """

    recipe: dict[str, Any]
    threads: int
    step: int = 0
    images: int = 0
    seconds: float = 0.0
    rows: list[dict[str, float]] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    moments: list[dict[str, Any]] = field(default_factory=list)
    fingerprint: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, by the attributes' names."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Any) -> Details:
        """The details that `to_dict` gave, or a former version of it; keys it doesn't know are
        left out.

        Raises:
            ValueError: they are none.
        """
        known = {attribute.name for attribute in dataclasses.fields(cls)}
        if not isinstance(values, dict) or not known - {"fingerprint"} <= set(values):
            raise ValueError("no details of a run")
        details = cls(**{name: value for name, value in values.items() if name in known})
        if not _is_sound(details):
            raise ValueError("details of a run that make no sense")
        return details


def _is_sound(details: Details) -> bool:
    """Whether each attribute is of its type; figures of the curves need not be finite."""
    return (
        isinstance(details.recipe, dict)
        and is_count(details.threads, 1)
        and all(map(is_count, (details.step, details.images)))
        and is_number(details.seconds, 0)
        and _is_table(details.rows)
        and all("step" in row for row in details.rows)
        and _is_table([details.sums])
        and isinstance(details.moments, list)
        and all(isinstance(moment, dict) for moment in details.moments)
        and (details.fingerprint is None or isinstance(details.fingerprint, str))
    )


def _is_table(rows: Any) -> bool:
    return isinstance(rows, list) and all(
        isinstance(row, dict) and all(map(is_numeric, row.values())) for row in rows
    )


def save_state(
    folder: Path,
    model: nn.Module,
    optimisers: list[Optimizer],
    details: Details,
    besides: Mapping[str, nn.Module] | None = None,
) -> None:
    """Write the state of a run into its folder.

    Args:
        besides: networks with weights of their own besides the model's, by name.
        details: what is not a tensor.
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
    metadata = {"details": json.dumps(details.to_dict())}
    files.write_bytes(folder / STATE, save(contiguous, metadata))


def read_details(folder: Path) -> Details:
    """What of a run's state is no tensor.

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


def _read(folder: Path) -> tuple[dict[str, Tensor], Details]:
    path = folder / STATE
    if not path.is_file():
        raise UserError(f"There is no run to resume in {str(folder)!r}.")
    try:
        with safe_open(path, framework="pt") as stored:
            details = Details.from_dict(json.loads((stored.metadata() or {})["details"]))
            return {name: stored.get_tensor(name) for name in stored.keys()}, details  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, RecursionError, OSError) as error:
        raise UserError(f"{path} is not the whole state of a run; start it over.") from error

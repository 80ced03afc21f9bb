"""What can end a run early, said in a sentence that names what is left and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from ganvae.errors import UserError
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.training import state
from ganvae.training.hardware import arrange
from ganvae.training.history import History
from ganvae.training.processes import is_lost
from ganvae.training.step import make_update

# A loss may well rise: a generator's does while its discriminator learns. Not a hundredfold.
_BLOW_UP = 100.0
# What PyTorch's allocator for CPUs says, and what oneDNN does where it gets none for a convolution.
_NO_MEMORY = (
    "can't allocate memory",
    "could not create a primitive",
    "could not create a memory object",
)


class DivergenceError(UserError):
    """A loss or a weight has left the numbers that a training can come back from."""


def check_finite(values: Mapping[str, float], step: int) -> None:
    """Raise DivergenceError if one of a step's numbers is not finite."""
    bad = [name for name, value in values.items() if not math.isfinite(value)]
    if bad:
        shown = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
        raise DivergenceError(
            f"Training diverged at step {step}: {bad[0]} is {values[bad[0]]} ({shown})"
        )


def check_growth(means: Mapping[str, float], history: History, step: int) -> None:
    """Raise DivergenceError if a loss has risen by a hundred times its lowest mean so far (or 1).

    The lowest counts without its sign: a likelihood of continuous pixels may be below 0.
    """
    for name in (name for name in means if "loss" in name):
        former = [row[name] for row in history.rows if name in row]
        if not former:
            continue
        lowest = min(former)
        if means[name] > lowest + _BLOW_UP * max(1.0, abs(lowest)):
            raise DivergenceError(
                f"Training diverged before step {step}: {name} is {means[name]:.4g} after having "
                f"been {lowest:.4g}"
            )


def check_weights(model: nn.Module, step: int) -> None:
    """Raise DivergenceError if a weight is not finite: no checkpoint shall hold it."""
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise DivergenceError(
                f"Training diverged before step {step}: {name} has weights that are nan"
            )


@contextmanager
def explained(folder: Path, recipe: Recipe, device: torch.device) -> Iterator[None]:
    """Turn what ends the training in `folder` into a UserError that says how to go on."""
    try:
        yield
    except DivergenceError as error:
        raise UserError(
            f"{error}; {_kept(folder)}. Try a lower --lr or --precision float32."
        ) from error
    except OSError as error:
        raise UserError(
            f"Writing failed ({error.strerror or error}); {_kept(folder)}: make room, then go on "
            f"with --resume."
        ) from error
    except (RuntimeError, MemoryError) as error:
        if is_lost(error):
            raise UserError(
                f"Another process of this training is lost; {_kept(folder)}: go on with --resume."
            ) from error
        if not is_out_of_memory(error):
            raise
        # Without its frames the tensors that filled the memory can go.
        error.__traceback__ = None
        fits = largest_batch(recipe, device)
        advice = f"--batch-size {fits} fits" if fits else "not even a batch of 2 fits"
    else:
        return
    raise UserError(
        f"Out of memory with batches of {recipe.batch_size} images on {device}, {advice}; "
        f"{_kept(folder)}."
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of PyTorch's means that memory ran out, of a GPU or of the machine."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)


def largest_batch(recipe: Recipe, device: torch.device) -> int | None:
    """The largest half, quarter, ... of the recipe's batch that a step can be done with."""
    size = recipe.batch_size // 2
    while size >= 2:
        if _fits(recipe, size, device):
            return size
        size //= 2
    return None


def _fits(recipe: Recipe, size: int, device: torch.device) -> bool:
    if device.type == "cuda":
        torch.cuda.empty_cache()
    try:
        model = build(recipe).to(device)
        arrange(model)
        update = make_update(model)
        for step in range(2):  # the optimiser's memory comes with the first, all of it is in use
            update(torch.zeros((size, *recipe.image_shape), device=device), step)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        return False
    return True


def _kept(folder: Path) -> str:
    """Which state of the run can be gone back to."""
    if not (folder / state.STATE).is_file():
        return "no state of this run was saved yet"
    return f"the state of step {state.read_details(folder).step} is whole in {folder}"

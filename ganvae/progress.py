"""How far a training in progress is: `progress.json` in its run's folder, for whoever watches."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.untrusted import is_number

PROGRESS = "progress.json"
State = Literal["training", "stopped", "scoring", "finished", "failed"]
_STATES = ("training", "stopped", "scoring", "finished", "failed")


@dataclass(frozen=True)
class Progress:
    """A training at one moment.

    Attributes:
        recipe: what is trained.
        state: `training`; `stopped` where it can be gone on with; `scoring` after the last step;
            `finished`; `failed`.
        step, total: optimiser steps done, and of the whole run.
        images: training images seen.
        seconds: spent in training so far.
        speed: images a second of late.
        losses: the latest step's numbers, by curve name.
        time: when this was written, seconds since 1970.
    """

    recipe: Recipe
    state: State
    step: int
    total: int
    images: int
    seconds: float
    speed: float
    losses: dict[str, float]
    time: float

    def write(self, folder: Path) -> None:
        """Write it into a run's folder, whole."""
        files.write_json(folder / PROGRESS, dataclasses.asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Progress:
        """What a run's folder says.

        Raises:
            UserError: it says nothing, or nothing that makes sense.
        """
        path = folder / PROGRESS
        if not path.is_file():
            raise UserError(
                f"There is no training to watch in {str(folder)!r} yet: give the folder of a run, "
                f"like runs/vae-100, once its first step is done."
            )
        values = checkpoint.read_json(path)
        try:
            numbers = {
                name: _number(values[name])
                for name in ("step", "total", "images", "seconds", "speed", "time")
            }
            losses = {str(name): _number(value) for name, value in values["losses"].items()}
            known = values["state"] in _STATES
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise UserError(f"{path} does not say how far a training is.") from error
        if not known:
            raise UserError(f"{path} does not say how far a training is.")
        return cls(
            recipe=Recipe.from_dict(values.get("recipe")),
            state=values["state"],
            step=int(numbers["step"]),
            total=int(numbers["total"]),
            images=int(numbers["images"]),
            seconds=numbers["seconds"],
            speed=numbers["speed"],
            losses=losses,
            time=numbers["time"],
        )


def _number(value: Any) -> float:
    if not is_number(value):
        raise ValueError("not a number")
    return value

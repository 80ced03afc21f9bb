"""How a training, a scoring or any other work on trained models is carried out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.recipe.shipped import FAMILIES

# In place of a name: every trained model.
ALL = "all"


@dataclass(frozen=True)
class Settings:
    """How a run is carried out; nothing here changes what the finished model is meant to be.

    Attributes:
        weights: where finished models go, and where the digit classifier lies.
        output: where this run's result goes, if elsewhere than `weights`.
        runs: where the run lives until it is finished.
        data_dir: where the data lies; None for `GANVAE_DATA` or the project's `data/`.
        images_folder: the user's own images, for a recipe whose data set is none of the known.
        device: `cpu`, `cuda`, …; None picks a GPU if there is one.
        threads: CPU threads; None for one a core. Sums may differ in the last bit between
            numbers of threads, so a resumed run keeps the number it began with.
        resume: go on with the run in `runs`.
        restart: throw away the run in `runs`.
        tensorboard: also write the curves for TensorBoard, into the run's folder.
        command: what was typed, for config.json and the card.
        look: find what the page shows of the model's inside; see training/inside.py.
    """

    weights: Path
    runs: Path
    command: str
    output: Path | None = None
    data_dir: Path | None = None
    images_folder: Path | None = None
    device: str | None = None
    threads: int | None = None
    resume: bool = False
    restart: bool = False
    tensorboard: bool = False
    look: bool = True

    def result_of(self, name: str) -> Path:
        """The folder of a finished model: where this run puts its own, else in `weights`."""
        if self.output is not None and (self.output / name / checkpoint.CONFIG).is_file():
            return self.output / name
        return self.weights / name

    @property
    def _places(self) -> str:
        places = [folder for folder in (self.output, self.weights) if folder is not None]
        return " or ".join(map(str, places))

    def trained(self, asked: str) -> list[str]:
        """Names of the trained models that one name, a family or `all` asks for.

        Raises:
            UserError: there is none.
        """
        if asked != ALL:
            name = FAMILIES.get(asked, asked)
            if not (self.result_of(name) / checkpoint.CONFIG).is_file():
                raise UserError(f"There is no trained model {name!r} in {self._places}.")
            return [name]
        folder = self.output or self.weights
        names = [entry.name for entry in checkpoint.scan(folder) if entry.recipe is not None]
        if not names:
            raise UserError(f"There is no trained model in {folder}.")
        return names

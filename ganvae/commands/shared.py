"""Options that several commands take, and what they amount to."""

from __future__ import annotations

import contextlib
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganvae import files
from ganvae.commands.grouped import all_of, option
from ganvae.commands.resolve import find_dataset
from ganvae.errors import UserError
from ganvae.folders import DEFAULT_RUNS, DEFAULT_WEIGHTS

if TYPE_CHECKING:
    from ganvae.training.settings import Settings


@dataclass(frozen=True)
class Typed:
    """What was typed, for the card of what comes of it.

    Attributes:
        program: how this program is called, like `python train.py`.
        arguments: all that followed.
    """

    program: str
    arguments: tuple[str, ...]

    def command(self) -> str:
        """What to type for the same again, from the beginning."""
        kept = [one for one in self.arguments if one not in ("--resume", "--restart")]
        return f"{self.program} {shlex.join(kept)}"


def _threads(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and not 1 <= value <= 1024:
        raise UserError(f"--threads must be from 1 to 1024, not {value}.")
    return value


weights_option = option(
    "--weights",
    type=click.Path(path_type=Path),
    default=DEFAULT_WEIGHTS,
    group="output",
    help="Folder of finished models.  [default: weights/]",
)
data_dir_option = option(
    "--data-dir",
    type=click.Path(path_type=Path),
    group="data",
    help="Folder that has the data.  [default: GANVAE_DATA, else data/, downloaded]",
)
dry_run_option = option(
    "--dry-run", is_flag=True, group="output", help="Say what would be done, and stop."
)
# All that works on models, or makes them, takes these.
work_options = all_of(
    data_dir_option,
    weights_option,
    option(
        "--output",
        type=click.Path(path_type=Path),
        group="output",
        help="Where results go, and are looked for first, in place of --weights.",
    ),
    option(
        "--runs",
        type=click.Path(path_type=Path),
        default=DEFAULT_RUNS,
        group="output",
        help="Folder of runs in progress.  [default: runs/]",
    ),
    option("--device", group="how long", help="cpu, cuda, …  [default: a GPU if there is one]"),
    option(
        "--threads",
        type=int,
        callback=_threads,
        group="how long",
        help="CPU threads, 1 to 1024.  [default: one a core]",
    ),
)
dataset_option = option(
    "--dataset",
    metavar="FOLDER",
    group="data",
    help="The folder of images that the model was trained on, where that is one's own.",
)
training_options = all_of(
    option("--resume", is_flag=True, group="how long", help="Go on with the run in --runs."),
    option(
        "--restart",
        is_flag=True,
        group="how long",
        help="Throw away the run in --runs and begin again.",
    ),
    option(
        "--tensorboard",
        is_flag=True,
        group="output",
        help="Also write the curves for TensorBoard.",
    ),
)


def settings_of(options: dict[str, Any], typed: Typed) -> Settings:
    """How the work is carried out that a command's options ask for.

    Raises:
        UserError: they contradict each other, or --dataset names nothing.
    """
    # Imported here: torch takes seconds that --help and --dry-run don't need.
    from ganvae.training.settings import Settings

    # A training that was killed while it put its result there left the former one hidden.
    recovered(options["weights"])
    dataset = options.get("dataset")
    return Settings(
        weights=options["weights"],
        runs=options["runs"],
        output=options["output"],
        data_dir=options["data_dir"],
        images_folder=find_dataset(dataset)[1] if dataset is not None else None,
        device=options["device"],
        threads=options["threads"],
        resume=options.get("resume", False),
        restart=options.get("restart", False),
        tensorboard=options.get("tensorboard", False),
        command=typed.command(),
    )


def recovered(weights: Path) -> Path:
    """A weights folder, with what a killed training left hidden in it put back."""
    with contextlib.suppress(OSError):
        files.recover_folders(weights)
    return weights


def check_restart(options: dict[str, Any]) -> None:
    """Refuse two opposite wishes.

    Raises:
        UserError: both --resume and --restart are given.
    """
    if options["resume"] and options["restart"]:
        raise UserError("Give --resume or --restart, not both.")

"""train.py split: a folder of images parted into training and test images."""

from __future__ import annotations

from pathlib import Path

import click

from ganvae.commands.grouped import GroupedCommand
from ganvae.commands.resolve import find_dataset
from ganvae.commands.shared import data_dir_option
from ganvae.data.sets import CELEBA
from ganvae.errors import UserError


@click.command("split", cls=GroupedCommand, short_help="Part a folder into train/ and test/.")
@click.argument("dataset", metavar="FOLDER|celeba")
@click.argument("target", type=click.Path(path_type=Path))
@data_dir_option
def split(dataset: str, target: Path, data_dir: Path | None) -> None:
    """Copy a folder's images into TARGET/train and TARGET/test (80/20)."""
    from ganvae.data.folder import write_split
    from ganvae.data.sets import celeba_folder

    name, folder = find_dataset(dataset)
    if folder is None:
        if name != CELEBA:
            raise UserError(f"{name} comes split already; only a folder of images can be split.")
        folder = celeba_folder(data_dir)
    counts = write_split(folder, target)
    print(f"{counts['train']} images are in {target / 'train'},", end=" ")
    print(f"{counts['test']} in {target / 'test'}; {folder} is as it was.")

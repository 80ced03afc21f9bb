"""The beginning of a run: from step 0, or from the state that a former one left."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

from ganvae.data import Images
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.training import state
from ganvae.training.processes import Processes
from ganvae.training.settings import Settings


def begin(folder: Path, recipe: Recipe, settings: Settings, processes: Processes) -> state.Details:
    """The details of the stored state, or those of step 0 in a folder that is empty now.

    Raises:
        UserError: a stored state is broken or began otherwise, or it is there and `settings` say
            neither `resume` nor `restart`.
    """
    there = (folder / state.STATE).is_file()
    if there and settings.resume:
        stored = state.read_details(folder)
        state.check_same_settings(stored.recipe, recipe)
        if settings.threads not in (None, stored.threads):
            raise UserError(
                f"This run began with threads = {stored.threads}, but {settings.threads} was "
                f"asked for; resume it as it began, or give the new one a name with --name."
            )
        return stored
    if there and not settings.restart:
        step = state.read_details(folder).step
        raise UserError(
            f"{folder} holds a run of {recipe.name} that stopped at step {step}: go on with "
            f"--resume, or throw it away with --restart."
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cores = max((os.cpu_count() or 1) // processes.on_this_machine, 1)
    return state.Details(recipe.to_dict(), settings.threads or cores)


def of_same_images(begun: state.Details, images: Images) -> state.Details:
    """The details with the fingerprint of the images that the run is trained on.

    Raises:
        UserError: it began with other images.
    """
    # Runs of digits that began before their images had a fingerprint hold none.
    if begun.fingerprint not in (None, images.fingerprint):
        raise UserError(
            "The images have changed since this run began; put them back as they were, or begin "
            "again with --restart."
        )
    return dataclasses.replace(begun, fingerprint=images.fingerprint)

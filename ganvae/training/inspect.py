"""`--inspect`: look into finished models again; see inside.py."""

from __future__ import annotations

import sys

import torch

from ganvae import cards, checkpoint, digests
from ganvae.data.sets import load_sets
from ganvae.errors import UserError
from ganvae.metrics.features import feature_network
from ganvae.metrics.reference import FOLDER as REFERENCES
from ganvae.metrics.subject import Subject
from ganvae.training.hardware import reuse_memory
from ganvae.training.inside import digit_labels, look_inside
from ganvae.training.settings import ALL, Settings


def inspect(asked: str, settings: Settings) -> list[str]:
    """Look into one model, or `all` in the weights folder; returns the names of those done.

    A model of `all` whose data is not at hand is named and left as it was.

    Raises:
        UserError: there is no such model, or what is needed is missing.
    """
    names = settings.trained(asked)
    torch.set_num_threads(settings.threads or torch.get_num_threads())
    reuse_memory()
    done = []
    for name in names:
        folder = settings.result_of(name)
        try:
            model = checkpoint.load(folder)
            recipe = model.recipe
            subject = Subject(
                folder,
                settings.weights,
                model,
                load_sets(recipe, settings.data_dir, settings.images_folder),
                digit_labels(recipe.dataset, settings.data_dir),
                feature_network(recipe.dataset, settings.weights),
                settings.data_dir,
            )
            look_inside(subject)
            cards.update_card(folder)
            digests.refresh(folder.parent, folder.name, REFERENCES)
        except UserError as error:
            if asked != ALL:
                raise
            print(f"{name} is not looked into: {error}", file=sys.stderr)
        else:
            done.append(name)
    return done

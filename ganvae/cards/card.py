"""The whole card, section after section."""

from __future__ import annotations

from pathlib import Path

from ganvae import checkpoint
from ganvae.cards.comparison import COMPARISON, comparison
from ganvae.cards.measured import measured
from ganvae.cards.metadata import front_matter, is_celeba
from ganvae.cards.notes import CELEBA_TERMS
from ganvae.cards.summary import summary
from ganvae.cards.training import training_section
from ganvae.cards.usage import usage


def write_card(folder: Path) -> str:
    """The text of the card for a model's folder.

    Raises:
        UserError: the folder holds no valid config.json.
    """
    recipe = checkpoint.read_recipe(folder)
    config, metrics = (
        checkpoint.read_json(folder / checkpoint.CONFIG),
        checkpoint.read_metrics(folder),
    )
    parts = [
        front_matter(recipe, metrics),
        summary(recipe, metrics),
        usage(recipe),
        measured(recipe, metrics),
        training_section(recipe, config, metrics),
    ]
    if is_celeba(recipe):
        parts.append(CELEBA_TERMS)
    if (folder / COMPARISON).is_file():
        parts.append(comparison(checkpoint.read_json(folder / COMPARISON)))
    return "\n".join(parts)

"""The whole card, section after section, and its way into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from ganvae import checkpoint, files
from ganvae.cards import merge
from ganvae.cards.classifier import write_classifier_card
from ganvae.cards.comparison import COMPARISON, comparison
from ganvae.cards.measured import measured
from ganvae.cards.metadata import front_matter, is_celeba
from ganvae.cards.notes import CELEBA_TERMS
from ganvae.cards.settings import settings_section
from ganvae.cards.summary import summary
from ganvae.cards.training import training_section
from ganvae.cards.usage import usage
from ganvae.errors import UserError
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.snapshots.format import read_index


def write_card(folder: Path, source: str | None = None, code: str | None = None) -> str:
    """The text of the card for a model's folder, front matter first, ours between its markers.

    Args:
        source: the Hub's repository that holds the model, USER/REPO; None if it is in the clone.
        code: the project's public git address, if it is known.

    Raises:
        UserError: the folder holds no valid config.json.
    """
    recipe = checkpoint.read_recipe(folder)
    config, metrics = (
        checkpoint.read_json(folder / checkpoint.CONFIG),
        checkpoint.read_metrics(folder),
    )
    parts = [
        summary(recipe, _last_sheet(folder)),
        usage(recipe, source, code),
        measured(recipe, metrics),
        training_section(recipe, config, metrics),
        settings_section(recipe),
    ]
    if is_celeba(recipe):
        parts.append(CELEBA_TERMS)
    if (folder / COMPARISON).is_file():
        parts.append(comparison(checkpoint.read_json(folder / COMPARISON)))
    return f"{front_matter(recipe, metrics)}\n{merge.section(chr(10).join(parts))}"


def _last_sheet(folder: Path) -> str | None:
    """The path of a model's last sheet of samples from its folder; None if it has none."""
    index = read_index(folder)
    name = index.moments[-1].sheets.get("samples") if index else None
    return f"{checkpoint.SNAPSHOTS}/{name}" if name else None


def update_card(folder: Path, former: Path | None = None) -> None:
    """Write a folder's card; what a person wrote into the one that was there stays.

    A card that can't be merged is left as it is, and a sentence says so: a training of hours must
    not fail over a text.

    Args:
        folder: of a model, or of the digit classifier.
        former: the folder whose card is the one that was there; `folder` itself by default.

    Raises:
        UserError: the folder is no model's.
    """
    ours = write_classifier_card(folder) if folder.name == CLASSIFIER else write_card(folder)
    text = ours
    card = (former or folder) / checkpoint.CARD
    if card.is_file():
        try:
            text = merge.merge_card(ours, card.read_text(encoding="utf-8"))
        except (UserError, UnicodeDecodeError) as error:
            reason = error if isinstance(error, UserError) else "It is not UTF-8 text."
            print(f"{card} stays as it is: {reason}", file=sys.stderr)
            files.write_bytes(folder / checkpoint.CARD, card.read_bytes())
            return
    files.write_text(folder / checkpoint.CARD, text)


def cards_in(weights: Path) -> list[str]:
    """The folders of `weights` that have a card of ours: every model, and the classifier.

    Raises:
        UserError: there is no such folder, or no model in it.
    """
    names = [entry.name for entry in checkpoint.scan(weights)]
    if (weights / CLASSIFIER / checkpoint.METRICS).is_file():
        names.append(CLASSIFIER)
    if not names:
        raise UserError(f"There is no model in {weights}.")
    return names

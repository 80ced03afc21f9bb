"""python -m ganvae.cards NAME | all: write the cards of models in `weights/` again.

What a person wrote outside the markers of a card stays. `--compare FOLDER [FOLDER ...]` also
records how other trained folders measured, and puts the table on the card; `--seeds FOLDER
[FOLDER ...]` records runs of the same recipe from other seeds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganvae import DEFAULT_WEIGHTS, checkpoint, digests
from ganvae.cards import compare, record_seeds, update_card
from ganvae.errors import UserError
from ganvae.metrics.classifier import NAME as CLASSIFIER

ALL = "all"


def main(arguments: list[str]) -> int:
    """Write the cards of the models named; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ganvae.cards")
    parser.add_argument("names", nargs="+", metavar="NAME", help=f"models, or {ALL!r}")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="the models' folder")
    parser.add_argument("--compare", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--seeds", type=Path, nargs="+", default=[], metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        every = options.names == [ALL]
        if every and (options.compare or options.seeds):
            raise UserError("--compare and --seeds are about one model: name it.")
        for name in cards_in(options.weights) if every else options.names:
            folder = options.weights / name
            if options.compare:
                compare(folder, options.compare)
            if options.seeds:
                record_seeds(folder, options.seeds)
            update_card(folder)
            digests.refresh(options.weights, name)
    except UserError as error:
        print(f"ganvae.cards: {error}", file=sys.stderr)
        return 2
    return 0


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

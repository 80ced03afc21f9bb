"""python -m ganvae.cards NAME: write the card of a model in `weights/` again.

`--compare FOLDER [FOLDER ...]` also records how other trained folders measured, and puts the table
on the card; `--seeds FOLDER [FOLDER ...]` records runs of the same recipe from other seeds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganvae import DEFAULT_WEIGHTS, checkpoint, files
from ganvae.cards import compare, record_seeds, write_card
from ganvae.errors import UserError


def main(arguments: list[str]) -> int:
    """Write the cards of the models named; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ganvae.cards")
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--compare", type=Path, nargs="+", default=[], metavar="FOLDER")
    parser.add_argument("--seeds", type=Path, nargs="+", default=[], metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        for name in options.names:
            folder = options.weights / name
            if options.compare:
                compare(folder, options.compare)
            if options.seeds:
                record_seeds(folder, options.seeds)
            files.write_text(folder / checkpoint.CARD, write_card(folder))
    except UserError as error:
        print(f"ganvae.cards: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

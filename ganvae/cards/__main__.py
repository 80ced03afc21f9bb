"""python -m ganvae.cards NAME | all: the same as `train.py cards`.

Here `--compare` and `--seeds` take several folders at once.
"""

from __future__ import annotations

import sys

from ganvae.commands import cli


def one_by_one(arguments: list[str]) -> list[str]:
    """`--seeds A B` as `--seeds A --seeds B`."""
    spelled: list[str] = []
    option = None
    for one in arguments:
        if one.startswith("-"):
            option = one if one in ("--compare", "--seeds") else None
            spelled.append(one)
        elif option and spelled[-1] != option:
            spelled += [option, one]
        else:
            spelled.append(one)
    return spelled


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    return cli.main(one_by_one(arguments), "ganvae.cards", "cards")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

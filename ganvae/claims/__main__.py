"""python -m ganvae.claims: the same as `train.py claims`."""

from __future__ import annotations

import sys

from ganvae.commands import cli


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    return cli.main(arguments, "ganvae.claims", "claims")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

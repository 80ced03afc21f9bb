"""python -m ganvae.bridges: the same as `train.py bridges`."""

from __future__ import annotations

import sys

from ganvae.commands import cli


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    return cli.main(arguments, "ganvae.bridges", "bridges")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

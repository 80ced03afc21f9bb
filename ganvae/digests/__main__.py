"""python -m ganvae.digests: the same as `train.py digests`."""

from __future__ import annotations

import sys

from ganvae.commands import cli


def main(arguments: list[str]) -> int:
    """Run the command; the exit status."""
    return cli.main(arguments, "ganvae.digests", "digests")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

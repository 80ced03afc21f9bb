"""python -m ganvae.claims: judge the studies' claims from files and write weights/claims.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganvae import DEFAULT_WEIGHTS, digests
from ganvae.claims import judge
from ganvae.errors import UserError

DEFAULT_RESULTS = DEFAULT_WEIGHTS.parent / "benchmarks" / "results"


def main(arguments: list[str]) -> int:
    """Judge and write; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ganvae.claims", description=__doc__)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="the models' folder")
    parser.add_argument(
        "--results", type=Path, default=DEFAULT_RESULTS, help="the benchmarks' results"
    )
    options = parser.parse_args(arguments)
    try:
        claims, left_out = judge.judge(options.weights, options.results)
        path = judge.write(options.weights, claims)
        digests.refresh(options.weights, path.name)
    except UserError as error:
        print(f"ganvae.claims: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = error.strerror or error
        print(f"ganvae.claims: {options.weights} can't be written: {reason}.", file=sys.stderr)
        return 2
    for line in left_out:
        print(line, file=sys.stderr)
    for claim in claims:
        print(f"{claim.verdict:10}  {claim.claim}")
    print(f"{path}: {len(claims)} claims")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""python -m ganvae.bridges: measure how far the stops of bridges drifted apart."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganvae import DEFAULT_WEIGHTS, digests
from ganvae.bridges import drift
from ganvae.bridges.measure import measure
from ganvae.errors import UserError


def main(arguments: list[str]) -> int:
    """Measure and write `bridges.json`; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ganvae.bridges", description=__doc__)
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="the models' folder")
    options = parser.parse_args(arguments)
    try:
        measured = measure(options.weights)
        path = drift.write(options.weights, measured)
        digests.refresh(options.weights, path.name)
    except UserError as error:
        print(f"ganvae.bridges: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        reason = error.strerror or error
        print(f"ganvae.bridges: {options.weights} can't be written: {reason}.", file=sys.stderr)
        return 2
    for bridge in measured:
        for step in bridge.steps:
            print(
                f"{step.first} to {step.second}: {step.same:.2f} at the same z, "
                f"{step.different:.2f} at different z ({step.ratio:.0%})"
            )
    print(f"{path}: {len(measured)} bridges")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""train.py cards, claims, bridges and digests: files that follow from other files, written anew."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ganvae import checkpoint
from ganvae import digests as listed
from ganvae.commands.grouped import GroupedCommand, option
from ganvae.commands.shared import weights_option
from ganvae.errors import UserError
from ganvae.folders import DEFAULT_RESULTS
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.training.settings import ALL

_Folder = click.Path(path_type=Path)


@click.command("cards", cls=GroupedCommand, short_help="Write models' cards again.")
@click.argument("names", metavar="MODEL…|all", nargs=-1, required=True)
@weights_option
@option(
    "--compare",
    type=_Folder,
    multiple=True,
    metavar="FOLDER",
    group="output",
    help="Record how another trained folder measured, and put the table on the card; can be given "
    "several times.",
)
@option(
    "--seeds",
    type=_Folder,
    multiple=True,
    metavar="FOLDER",
    group="output",
    help="Record a run of the same recipe from another seed; can be given several times.",
)
def cards(
    names: tuple[str, ...], weights: Path, compare: tuple[Path, ...], seeds: tuple[Path, ...]
) -> None:
    """Write the cards of models again. What a person wrote outside a card's markers stays."""
    from ganvae.cards import cards_in, record_seeds, update_card
    from ganvae.cards import compare as compare_with

    every = names == (ALL,)
    if ALL in names and not every:
        raise UserError(f"{ALL} goes alone.")
    if (every or len(names) > 1) and (compare or seeds):
        raise UserError("--compare and --seeds are about one model: name it alone.")
    for name in () if every else names:
        if name != CLASSIFIER and not (weights / name / checkpoint.CONFIG).is_file():
            raise UserError(f"There is no trained model {name!r} in {weights}.")
    for name in cards_in(weights) if every else names:
        folder = weights / name
        if compare:
            compare_with(folder, list(compare))
        if seeds:
            record_seeds(folder, list(seeds))
        update_card(folder)
        listed.refresh(weights, name)


@click.command("claims", cls=GroupedCommand, short_help="Judge the studies' claims again.")
@weights_option
@option(
    "--results",
    type=_Folder,
    default=DEFAULT_RESULTS,
    group="data",
    help="What the benchmarks wrote.  [default: benchmarks/results/]",
)
def claims(weights: Path, results: Path) -> None:
    """Judge the studies' claims from files, and write weights/claims.json."""
    from ganvae.claims import judge

    judged, left_out = judge.judge(weights, results)
    path = judge.write(weights, judged)
    listed.refresh(weights, path.name)
    for line in left_out:
        print(line, file=sys.stderr)
    for claim in judged:
        print(f"{claim.verdict:10}  {claim.claim}")
    print(f"{path}: {len(judged)} claims")


@click.command("bridges", cls=GroupedCommand, short_help="Measure bridges again.")
@weights_option
def bridges(weights: Path) -> None:
    """Measure how far the stops of bridges drifted apart, and write weights/bridges.json."""
    from ganvae.bridges import drift
    from ganvae.bridges.measure import measure

    measured = measure(weights)
    path = drift.write(weights, measured)
    listed.refresh(weights, path.name)
    for bridge in measured:
        for step in bridge.steps:
            print(
                f"{step.first} to {step.second}: {step.same:.2f} at the same z, "
                f"{step.different:.2f} at different z ({step.ratio:.0%})"
            )
    print(f"{path}: {len(measured)} bridges")


@click.command("digests", cls=GroupedCommand, short_help="List the SHA-256 of every file again.")
@weights_option
def digests(weights: Path) -> None:
    """List the SHA-256 of every file of a weights folder, in weights/digests.json."""
    before = listed.read(weights) if (weights / listed.DIGESTS).is_file() else {}
    now = listed.write(weights)
    changed = {path for path in {*before, *now} if before.get(path) != now.get(path)}
    print(f"{weights / listed.DIGESTS}: {len(now)} files, {len(changed)} changed in the list")

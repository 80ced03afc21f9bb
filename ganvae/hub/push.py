"""Models to a repository of the Hub: what changed, in one commit."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ganvae import checkpoint
from ganvae.cards import write_card
from ganvae.cards.address import code_address
from ganvae.cards.classifier import write_classifier_card
from ganvae.cards.merge import merge_card
from ganvae.errors import UserError
from ganvae.folders import DEFAULT_WEIGHTS
from ganvae.hub import contents
from ganvae.hub.order import Order
from ganvae.hub.remote import (
    MAIN,
    Changes,
    Place,
    Remote,
    check_rights,
    commit,
    is_same,
    only_changed,
    read_file,
    read_remote,
)
from ganvae.hub.repo_card import Listed, last_sheet, repo_card
from ganvae.metrics.classifier import NAME as CLASSIFIER


def place_of(order: Order) -> Place:
    """Where an order goes."""
    return Place(order.repo, order.kind, order.branch or MAIN)


def check(order: Order) -> None:
    """Ask the Hub, before hours are spent, whether the push will be allowed.

    Raises:
        UserError: it would not be.
    """
    if not order.dry_run:
        check_rights(place_of(order))


def push_models(order: Order, weights: Path, folders: Sequence[Path] | None = None) -> None:
    """Push models, what they share and the cards; prints what it did.

    Args:
        weights: the folder that holds what models share, and the models if `folders` is None.
        folders: of the models to push; None for all in `weights`.

    Raises:
        UserError: a model is not whole, or the Hub refused; the repository is as it was then.
    """
    if folders is None:
        folders, problems = contents.whole_models(weights)
        for problem in problems:
            print(problem, file=sys.stderr)
    else:
        for folder in folders:
            contents.whole_model(folder)
    check(order)
    place = place_of(order)
    remote = read_remote(place)
    code = code_address(DEFAULT_WEIGHTS.parent)
    outgoing = _outgoing(place, remote, weights, folders, code)
    gone = [
        path
        for path in remote.files
        # A sheet or an export of an earlier training belongs to no model any more.
        if any(contents.is_of_model(path, folder.name) for folder in folders)
        and path not in outgoing
    ]
    if folders:
        there = (set(remote.files) - set(gone)) | set(outgoing)
        with _listed(place, remote, folders, there) as models:
            ours = repo_card(place.repo, models, code)
        outgoing[checkpoint.CARD] = _merged(place, remote, checkpoint.CARD, ours)
    changes = Changes(only_changed(outgoing, remote), tuple(sorted(gone)))
    send(order, remote, changes, message(changes, remote))


def send(order: Order, remote: Remote, changes: Changes, summary: str) -> None:
    """Commit the changes, or with a dry run list them; prints what it did.

    Raises:
        UserError: the Hub refused.
    """
    place = place_of(order)
    if not changes:
        print(f"{place.repo} is up to date: nothing to push.")
        return
    if order.dry_run:
        print(listing(place, remote, changes, order.private))
        return
    commit(place, remote, changes, summary, order.private)
    print(f"{place.link}: {summary} ({_size(changes)})")


def listing(place: Place, remote: Remote, changes: Changes, private: bool) -> str:
    """What would travel, a file a line with its size."""
    lines = []
    if remote.head is None:
        lines.append(f"{place.repo} would be made{', private' if private else ''}.")
    elif not remote.has_branch:
        lines.append(f"The branch {place.branch} of {place.repo} would be made.")
    lines += [
        f"{'update' if path in remote.files else 'add':6} {_megabytes(len(content)):>10}  {path}"
        for path, content in sorted(changes.added.items())
    ]
    lines += [f"delete {'':10}  {path}" for path in changes.deleted]
    return "\n".join([*lines, f"{_size(changes)}; nothing was touched."])


def message(changes: Changes, remote: Remote) -> str:
    """A commit's message: which models are new, which changed, and what else."""
    touched = {*changes.added, *changes.deleted}
    configs = {path.partition("/")[0] for path in changes.added if path.endswith("/config.json")}
    new = sorted(name for name in configs if f"{name}/config.json" not in remote.files)
    models = {path.partition("/")[0] for path in touched if _is_models(path, remote, new)}
    cards = {path for path in touched if path.endswith(checkpoint.CARD)}
    updated = sorted(
        name
        for name in models - set(new)
        if any(path.startswith(f"{name}/") and path not in cards for path in touched)
    )
    shared = {path.partition("/")[0].removesuffix(".json") for path in touched - cards} - models
    parts = [
        *([f"add {', '.join(new)}"] if new else []),
        *([f"update {', '.join([*updated, *sorted(shared)])}"] if updated or shared else []),
    ]
    text = "; ".join(parts or ["update cards"])
    return text[0].upper() + text[1:]


def _is_models(path: str, remote: Remote, new: Sequence[str]) -> bool:
    name = path.partition("/")[0]
    return name in new or f"{name}/{checkpoint.CONFIG}" in remote.files


def _outgoing(
    place: Place, remote: Remote, weights: Path, folders: Sequence[Path], code: str | None
) -> dict[str, bytes | Path]:
    """All that the repository is to hold of these models, changed or not, but its own card."""
    outgoing: dict[str, bytes | Path] = dict(contents.shared_files(weights))
    if f"{CLASSIFIER}/{checkpoint.METRICS}" in outgoing:
        path = f"{CLASSIFIER}/{checkpoint.CARD}"
        outgoing[path] = _merged(
            place, remote, path, write_classifier_card(weights / CLASSIFIER), weights / path
        )
    for folder in folders:
        for path, file in contents.model_files(folder).items():
            outgoing[f"{folder.name}/{path}"] = file
        path = f"{folder.name}/{checkpoint.CARD}"
        ours = write_card(folder, source=place.repo, code=code)
        outgoing[path] = _merged(place, remote, path, ours, folder / checkpoint.CARD)
    return outgoing


def _merged(place: Place, remote: Remote, path: str, ours: str, local: Path | None = None) -> bytes:
    """A card with what a person wrote into the one on the Hub, or else into the one here.

    One that can't be merged stays as it is: it must not keep a model from its repository.
    """
    if is_same(ours.encode(), remote.files.get(path)):
        return ours.encode()
    if path in remote.files:
        existing = read_file(place, remote, path)
    elif local is not None and local.is_file():
        existing = local.read_bytes()
    else:
        return ours.encode()
    try:
        return merge_card(ours, existing.decode("utf-8")).encode()
    except (UserError, UnicodeDecodeError) as error:
        reason = error if isinstance(error, UserError) else "It is not UTF-8 text."
        print(f"{path} of {place.repo} stays as it is: {reason}", file=sys.stderr)
        return existing


@contextmanager
def _listed(
    place: Place, remote: Remote, folders: Sequence[Path], there: set[str]
) -> Iterator[list[Listed]]:
    """Every model that the repository will hold: those pushed, and those there before.

    Args:
        there: the paths that it will hold.
    """
    pushed = {folder.name for folder in folders}
    before = sorted(
        name
        for path in remote.files
        if (name := path.partition("/")[0]) not in pushed
        and path == f"{name}/{checkpoint.CONFIG}"
        # Nothing that would lead out of a folder.
        and re.fullmatch(r"\w[\w.-]*", name)
        and f"{name}/{checkpoint.WEIGHTS}" in remote.files
    )
    with TemporaryDirectory() as temporary:
        models = [Listed(one.name, one, last_sheet(there, one.name)) for one in folders]
        for name in before:
            folder = Path(temporary) / name
            folder.mkdir()
            for file in (checkpoint.CONFIG, checkpoint.METRICS):
                if f"{name}/{file}" in remote.files:
                    (folder / file).write_bytes(read_file(place, remote, f"{name}/{file}"))
            try:
                checkpoint.read_recipe(folder)
            except UserError as error:
                reason = str(error).replace(f"{folder}/", f"{name}/")
                print(f"{name} is not on {place.repo}'s card: {reason}", file=sys.stderr)
                shutil.rmtree(folder)
            else:
                models.append(Listed(name, folder, last_sheet(there, name)))
        yield models


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.2f} MB" if count >= 10_000 else f"{count:,} bytes"


def _size(changes: Changes) -> str:
    count = len(changes.added)
    total = _megabytes(sum(map(len, changes.added.values())))
    return f"{count} {'file' if count == 1 else 'files'}, {total}"

"""The page to a Space of the Hub: what it runs on, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.hub import contents
from ganvae.hub.order import Order
from ganvae.hub.push import check, place_of, send
from ganvae.hub.remote import Changes, only_changed, read_remote

_TOP = (
    *("app.py", "requirements.txt", "constraints.txt", "pyproject.toml"),
    *(checkpoint.CARD, "LICENSE"),
)
_CODE = "ganvae"
_SUFFIXES = (".py", ".html", ".css", ".js", ".json", ".svg", ".png")
_WEIGHTS = "weights"
_PICTURE = re.compile(r"docs/[\w.-]+\.png")


def push_space(order: Order, root: Path, weights: Path) -> None:
    """Push the page with the models of a weights folder; prints what it did.

    Args:
        root: of the project.
        weights: the models that the Space shows; they lie in its `weights/`.

    Raises:
        UserError: something that the page needs is missing, or the Hub refused; the Space is as
            it was then.
    """
    outgoing = space_files(root, weights)
    check(order)
    remote = read_remote(place_of(order))
    gone = tuple(sorted(path for path in remote.files if path not in outgoing and _is_ours(path)))
    changes = Changes(only_changed(outgoing, remote), gone)
    send(order, remote, changes, "Add the page" if remote.head is None else "Update the page")


def space_files(root: Path, weights: Path) -> dict[str, bytes | Path]:
    """All that a Space needs, by its path there.

    Raises:
        UserError: a file is missing, or there is no whole model.
    """
    found: dict[str, bytes | Path] = {}
    for name in _TOP:
        if not (root / name).is_file():
            raise UserError(
                f"{root / name} is missing: push the Space from a clone of the project."
            )
        found[name] = contents.check_inside(root / name, root)
    for path in sorted((root / _CODE).rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and _is_code(name):
            found[name] = contents.check_inside(path, root)
    for name in _PICTURE.findall((root / checkpoint.CARD).read_text(encoding="utf-8")):
        if (root / name).is_file():
            found[name] = contents.check_inside(root / name, root)
    for name, path in contents.shared_files(weights).items():
        found[f"{_WEIGHTS}/{name}"] = path
    folders, _ = contents.whole_models(weights)
    for folder in folders:
        for name, path in contents.model_files(folder).items():
            found[f"{_WEIGHTS}/{folder.name}/{name}"] = path
    return found


def _is_code(path: str) -> bool:
    parts = path.split("/")
    hidden = any(part.startswith((".", "__pycache__")) for part in parts)
    return parts[0] == _CODE and path.endswith(_SUFFIXES) and not hidden


def _is_ours(path: str) -> bool:
    """Whether a path of a Space is a file that a push puts there, so that it may take it away."""
    if path.startswith(f"{_WEIGHTS}/"):
        return contents.is_of_weights(path.removeprefix(f"{_WEIGHTS}/"))
    return _is_code(path) or _PICTURE.fullmatch(path) is not None

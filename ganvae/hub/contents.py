"""Which files of a weights folder travel: only kinds of files of ours, each with its place."""

from __future__ import annotations

import re
from pathlib import Path

from ganvae import checkpoint
from ganvae.cards import write_card
from ganvae.errors import UserError
from ganvae.hub import names
from ganvae.metrics.classifier import NAME as CLASSIFIER

_OF_MODEL = re.compile(
    rf"{names.MODEL}|comparison\.json|"
    r"snapshots/(index\.json|(samples|reconstructions)-\d+\.(webp|jpg|png))"
)
_OF_CLASSIFIER = re.compile(rf"{names.CLASSIFIER}|metrics\.json")
# Those who score models need more of a reference than the page does.
_SHARED = re.compile(rf"{names.SHARED}|reference/{names.PART}/[^/]+\.(json|safetensors|npz|npy)")


def model_files(folder: Path) -> dict[str, Path]:
    """The files of a model's folder that travel, by their path within it; its card is not one.

    Raises:
        UserError: one is a link that leads out of the weights folder, or the folder is.
    """
    # Not the model's own folder: that may be a link itself.
    return _matching(folder, _OF_MODEL, folder.parent)


def shared_files(weights: Path) -> dict[str, Path]:
    """What all models share: claims, sweeps, references, the digit classifier, where present.

    Raises:
        UserError: a file is a link that leads out of the weights folder.
    """
    found = _matching(weights, _SHARED, weights)
    inside = _matching(weights / CLASSIFIER, _OF_CLASSIFIER, weights)
    return found | {f"{CLASSIFIER}/{path}": file for path, file in inside.items()}


def is_of_model(path: str, name: str) -> bool:
    """Whether a path in a repository is one that a model's folder may have."""
    folder, _, rest = path.partition("/")
    return folder == name and _OF_MODEL.fullmatch(rest) is not None


def is_of_weights(path: str) -> bool:
    """Whether a path, seen from a weights folder, is a file of ours, cards among them."""
    folder, _, rest = path.partition("/")
    return bool(
        _SHARED.fullmatch(path)
        or (rest and _OF_MODEL.fullmatch(rest))
        or (rest and rest == checkpoint.CARD)
        or (folder == CLASSIFIER and _OF_CLASSIFIER.fullmatch(rest))
    )


def whole_model(folder: Path) -> None:
    """Check that a folder holds a model that loads and has a card: what is broken must not travel.

    Raises:
        UserError: it does not; the sentence says why.
    """
    checkpoint.load(folder)
    try:
        write_card(folder)
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{folder / checkpoint.METRICS} lacks what its card says.") from error


def whole_models(weights: Path) -> tuple[list[Path], list[str]]:
    """The folders of all models in `weights` that load, and a sentence for each that does not.

    Raises:
        UserError: there is no such folder, or no model in it.
    """
    folders, problems = [], []
    for entry in checkpoint.scan(weights):
        try:
            whole_model(entry.folder)
        except UserError as error:
            problems.append(f"{entry.name} stays here: {error}")
        else:
            folders.append(entry.folder)
    if not folders:
        raise UserError(f"There is no whole model in {weights} to push; train one with --model.")
    return folders, problems


def check_inside(path: Path, root: Path) -> Path:
    """The path of a file that is to travel, which must really lie below `root`.

    Raises:
        UserError: a link leads elsewhere: what is there was never meant to be given away.
    """
    if not path.resolve().is_relative_to(root.resolve()):
        raise UserError(f"{path} is a link that leads out of {root}: only what is in it travels.")
    return path


def _matching(folder: Path, pattern: re.Pattern[str], root: Path) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: check_inside(path, root)
        for name, path in paths.items()
        if pattern.fullmatch(name) and path.is_file()
    }

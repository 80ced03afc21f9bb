"""Where models come from: a folder, a repository of the Hub, or those that ship."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ganvae.errors import UserError

_REPO = re.compile(
    r"(?P<repo>[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95})"
    r"(@(?P<revision>[A-Za-z0-9][A-Za-z0-9._/-]{0,199}))?"
)
_SHIPPED = "Weights: those that ship with the project."


@dataclass(frozen=True)
class Source:
    """A folder of models and where it comes from.

    Attributes:
        note: a sentence or two for the foot of the page.
        repo, revision, commit, date: of a repository of the Hub; None of a folder.
    """

    folder: Path
    note: str
    repo: str | None = None
    revision: str | None = None
    commit: str | None = None
    date: str | None = None


def parse_repo(text: str) -> tuple[str, str] | None:
    """(USER/REPO, revision) if the text looks like `USER/REPO` or `USER/REPO@revision`."""
    match = _REPO.fullmatch(text.strip())
    if match is None or ".." in text or "--" in match["repo"]:
        return None
    if match["repo"].endswith(".git"):  # an address to clone from; the Hub's names never do
        return None
    return match["repo"], match["revision"] or "main"


def find_weights(text: str, shipped: Path) -> Source:
    """The models that a text names, or the nearest there are.

    A folder that exists wins. Of a repository whose newest state can't be had, the copy of the
    last time is taken, and without one the models that ship; the note says so and why.

    Args:
        text: a folder, or USER/REPO with or without @ and a branch, tag or commit.
        shipped: the folder of models that ship.

    Raises:
        UserError: the text is neither, or nothing that it can fall back to is there.
    """
    if _is_folder(text):
        own = Path(text).resolve() == shipped.resolve()
        return Source(Path(text), _SHIPPED if own else "Weights: a folder of this server.")
    asked = parse_repo(text)
    if asked is None:
        raise UserError(
            f"There is no weights folder {text!r}; give one with --weights, or a repository of the "
            "Hub as USER/REPO."
        )
    try:
        return newest(*asked)
    except UserError as error:
        return _instead(*asked, why=str(error), shipped=shipped)


def _is_folder(text: str) -> bool:
    try:
        return bool(text.strip()) and Path(text).is_dir()
    except (OSError, ValueError):  # longer than a name can be, or with a zero byte
        return False


def renewed(text: str, shipped: Path) -> tuple[Path, str]:
    """The newest state of what a text names, and its note: unlike `find_weights`, or an error.

    Raises:
        UserError: it can't be had.
    """
    asked = parse_repo(text)
    source = newest(*asked) if asked and not _is_folder(text) else find_weights(text, shipped)
    return source.folder, source.note


def newest(repo: str, revision: str) -> Source:
    """What a repository holds now.

    Raises:
        UserError: the Hub can't be reached or refuses, or a file is not what it should be.
    """
    # Seconds that a page of a folder need not wait.
    from ganvae.hub.pull import pull

    pulled = pull(repo, revision)
    return Source(
        pulled.folder,
        f"Weights: {_told(repo, revision, pulled.commit, pulled.date)}.",
        repo,
        revision,
        pulled.commit,
        pulled.date,
    )


def find_model(text: str, name: str) -> Path:
    """The folder of one model of a repository; only its files are downloaded.

    Args:
        text: USER/REPO with or without @ and a branch, tag or commit.

    Raises:
        UserError: the text or the name makes no sense, or the model can't be had, not even from
            the copy of the last time.
    """
    from ganvae.hub.pull import last_good, pull

    asked = parse_repo(text)
    if asked is None:
        raise UserError(f"{text!r} is no repository of the Hub: write USER/REPO or USER/REPO@REV.")
    try:
        return pull(*asked, model=name).folder / name
    except UserError:
        kept = last_good(*asked, model=name)
        if kept is None:
            raise
        return kept.folder / name


def _instead(repo: str, revision: str, why: str, shipped: Path) -> Source:
    from ganvae.hub.pull import last_good

    kept = last_good(repo, revision)
    if kept is not None:
        told = _told(repo, revision, kept.commit, kept.date)
        note = f"Weights: {told}, the copy of the last time. {why}"
        return Source(kept.folder, note, repo, revision, kept.commit, kept.date)
    if not shipped.is_dir():
        raise UserError(why)
    return Source(shipped, f"{_SHIPPED} {_named(repo, revision)} was asked for. {why}")


def _named(repo: str, revision: str) -> str:
    return repo if revision == "main" else f"{repo}@{revision}"


def _told(repo: str, revision: str, commit: str, date: str) -> str:
    named = repo if revision in ("main", commit) else f"{repo}@{revision}"
    return f"{named}, commit {commit[:8]}" + (f" of {date}" if date else "")

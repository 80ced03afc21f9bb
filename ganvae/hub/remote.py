"""A repository on the Hub as it is now, and the one commit that changes it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token
from huggingface_hub.errors import (
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile

from ganvae.errors import UserError
from ganvae.hub.mistakes import in_words

MAIN = "main"


def client() -> HfApi:
    """The Hub's client; the token and the endpoint come from the Hub's usual places."""
    return HfApi()


@dataclass(frozen=True)
class Place:
    """Where a push goes: USER/NAME, "model" or "space", and the branch."""

    repo: str
    kind: str
    branch: str = MAIN

    @property
    def link(self) -> str:
        """The address of its page."""
        prefix = "spaces/" if self.kind == "space" else ""
        suffix = "" if self.branch == MAIN else f"/tree/{self.branch}"
        return f"{client().endpoint}/{prefix}{self.repo}{suffix}"


@dataclass(frozen=True)
class Remote:
    """What a branch holds.

    Attributes:
        head: the commit, None where there is no repository yet.
        has_branch: False if the branch is yet to be made.
        files: by path, the SHA-256 of a large file or the git blob id of another.
    """

    head: str | None = None
    has_branch: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    """What travels: contents by path, and paths that go."""

    added: Mapping[str, bytes]
    deleted: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.deleted)


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn whatever the client raises within into one sentence that begins with `what`."""
    try:
        yield
    except Exception as error:  # The client, its HTTP and Xet libraries share no base class.
        raise in_words(error, what) from error


def check_rights(place: Place) -> None:
    """Ask the Hub whether the token here may write there.

    Raises:
        UserError: there is no token, the Hub does not know it, or it may not write there.
    """
    api, what = client(), f"{place.repo} can't be written"
    token = get_token()
    if token is None:
        raise UserError(
            "A push needs a token of the Hub that may write: log in with `hf auth login`, or set "
            "HF_TOKEN."
        )
    with explained(what):
        who = api.whoami(token)
        if who.get("auth", {}).get("accessToken", {}).get("role") == "read":
            raise UserError(
                f"{what}: the token may only read; make one that may write at "
                f"{api.endpoint}/settings/tokens."
            )
        try:
            api.auth_check(place.repo, repo_type=place.kind, write=True)
        except GatedRepoError:
            raise
        except RepositoryNotFoundError:
            _check_owner(place, who)


def _check_owner(place: Place, who: Mapping[str, object]) -> None:
    """Whether somebody may make a repository of that name."""
    groups = who.get("orgs")
    listed = groups if isinstance(groups, list) else []
    owners = [str(who.get("name")), *(str(one.get("name")) for one in listed)]
    if place.repo.split("/")[0].lower() not in [owner.lower() for owner in owners]:
        raise UserError(
            f"{place.repo} is not on the Hub, or not yours, and a new one must begin with "
            f"{' or '.join(f'{owner}/' for owner in owners)}."
        )


def read_remote(place: Place) -> Remote:
    """What the repository holds now; an empty one where there is none yet.

    Raises:
        UserError: the Hub can't be asked, or does not show it.
    """
    api = client()
    with explained(f"{place.repo} can't be read"):
        try:
            head, has_branch = _head(api, place, place.branch), True
        except RevisionNotFoundError:
            # A branch that is yet to be made begins where main is.
            head, has_branch = _head(api, place, MAIN), False
        except GatedRepoError:
            raise
        except RepositoryNotFoundError:
            return Remote()
        files = {
            one.path: one.lfs.sha256 if one.lfs else one.blob_id
            for one in api.list_repo_tree(
                place.repo, recursive=True, revision=head, repo_type=place.kind
            )
            if isinstance(one, RepoFile)
        }
    return Remote(head, has_branch, files)


def _head(api: HfApi, place: Place, branch: str) -> str:
    head = api.repo_info(place.repo, repo_type=place.kind, revision=branch).sha
    if head is None:
        raise UserError(f"{place.repo} has no commit to build upon.")
    return head


def read_file(place: Place, remote: Remote, path: str) -> bytes:
    """The content of a small file that the repository holds.

    Raises:
        UserError: it can't be fetched.
    """
    with explained(f"{path} of {place.repo} can't be read"), TemporaryDirectory() as folder:
        fetched = client().hf_hub_download(
            place.repo, path, repo_type=place.kind, revision=remote.head, local_dir=folder
        )
        return Path(fetched).read_bytes()


def is_same(content: bytes, known: str | None) -> bool:
    """Whether a content is what the repository holds under the id `known`."""
    if known is None:
        return False
    if len(known) == 64:
        return hashlib.sha256(content).hexdigest() == known
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return blob.hexdigest() == known


def only_changed(outgoing: Mapping[str, bytes | Path], remote: Remote) -> dict[str, bytes]:
    """Those of the files that the repository lacks or holds otherwise, read.

    Raises:
        UserError: a file can't be read.
    """
    changed = {}
    for path, source in outgoing.items():
        with explained(f"{path} can't be read"):
            content = source if isinstance(source, bytes) else source.read_bytes()
        if not is_same(content, remote.files.get(path)):
            changed[path] = content
    return changed


def commit(place: Place, remote: Remote, changes: Changes, message: str, private: bool) -> str:
    """Make the changes in one commit upon what was read; the address of the commit.

    Raises:
        UserError: it did not come about. The repository then is as it was, or new and empty.
    """
    api = client()
    with explained(f"{place.repo} can't be written"):
        if remote.head is None:
            api.create_repo(
                place.repo,
                repo_type=place.kind,
                private=private or None,
                space_sdk="gradio" if place.kind == "space" else None,
                exist_ok=True,
            )
            head = _head(api, place, MAIN)
        else:
            head = remote.head
        if place.branch != MAIN and not remote.has_branch:
            api.create_branch(
                place.repo, branch=place.branch, revision=head, repo_type=place.kind, exist_ok=True
            )
        done = api.create_commit(
            place.repo,
            [
                *(CommitOperationDelete(path) for path in changes.deleted),
                *(CommitOperationAdd(path, content) for path, content in changes.added.items()),
            ],
            commit_message=message,
            repo_type=place.kind,
            revision=place.branch,
            # Whoever pushed since then is not overwritten: the Hub refuses.
            parent_commit=head,
        )
    return str(done.commit_url)

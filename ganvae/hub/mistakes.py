"""What goes wrong between here and the Hub, each in one clear sentence."""

from __future__ import annotations

import os
import re

from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ganvae.errors import UserError

# The client's own way of speaking HTTP has changed its library more than once.
_HTTP_LIBRARIES = ("httpx", "httpx2", "httpcore", "httpcore2", "requests", "urllib3")
_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"
_OF_STATUS = {
    400: "the Hub refused the request",
    401: f"the Hub does not know the token, or none was given; {_LOG_IN}",
    403: "the token has no right to do that; a push takes one that may write, and a USER of yours",
    404: "there is no such repository on the Hub, or the token may not see it",
    408: "the Hub took too long to answer; try again",
    409: "somebody else changed it at the same time; try again",
    412: "somebody else changed it at the same time; try again",
    413: "the Hub refused it as too large",
    429: "the Hub asks for fewer requests; try again in a few minutes",
}


def in_words(error: Exception, what: str) -> UserError:
    """An error of the Hub's client as one sentence.

    Args:
        error: what huggingface_hub raised: an answer of the Hub, a lost connection, or the disk.
        what: what was being done, the beginning of the sentence: "USER/REPO can't be read".
    """
    if isinstance(error, UserError):
        return error
    return UserError(f"{what}: {_reason(error)}.")


def _reason(error: Exception) -> str:
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE forbids the network, and not all of it is here already"
    if isinstance(error, LocalTokenNotFoundError):
        return f"there is no token of the Hub here; {_LOG_IN}"
    if isinstance(error, GatedRepoError):
        return "its owner gives access one by one; ask for it on the repository's page"
    if isinstance(error, RevisionNotFoundError):
        return "it has no such branch, tag or commit"
    if isinstance(error, HfHubHTTPError):
        return _answered(error)
    chain = _chain(error)
    answer = next((one for one in chain if isinstance(one, HfHubHTTPError)), None)
    if answer is not None:
        return _answered(answer)
    if any(map(_is_timeout, chain)):
        return "the Hub did not answer in time; try again"
    if any(map(_is_connection, chain)):
        return "the connection to the Hub failed; check the network and try again"
    if isinstance(error, EntryNotFoundError):
        return "it has no such file"
    if isinstance(error, HFValidationError):
        return _plain(error)
    disk = next((one for one in chain if isinstance(one, OSError) and one.errno), None)
    if disk is not None:
        where = f"{disk.filename}: " if isinstance(disk.filename, (str, os.PathLike)) else ""
        return f"{where}{disk.strerror or disk}"
    return _plain(error)


def _answered(error: HfHubHTTPError) -> str:
    status = error.response.status_code if error.response is not None else 0
    if isinstance(error, EntryNotFoundError):
        return "it has no such file"
    # A repository that nobody may see answers 401 to one without a token.
    if isinstance(error, RepositoryNotFoundError):
        return _OF_STATUS[404]
    if status >= 500:
        return f"the Hub has a fault of its own ({status}); try again later"
    # Of what it refuses for reasons of its own, the Hub says more than a status.
    own = status == 400 or status not in _OF_STATUS
    said = _plain(error.server_message) if own and error.server_message else ""
    return _OF_STATUS.get(status, f"the Hub answered {status}") + (f" ({said})" if said else "")


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what it came from."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or one.__context__
    return found


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or (_of_http(error) and "Timeout" in _names(error))


def _is_connection(error: BaseException) -> bool:
    return isinstance(error, ConnectionError) or _of_http(error)


def _of_http(error: BaseException) -> bool:
    """Whether a library for HTTP raised it, rather than an answer of the Hub."""
    return any(
        kind.__module__.split(".")[0] in _HTTP_LIBRARIES and issubclass(kind, BaseException)
        for kind in type(error).__mro__
    )


def _names(error: BaseException) -> str:
    return " ".join(kind.__name__ for kind in type(error).__mro__)


def _plain(said: object) -> str:
    """The first sentence of a message, without its full stop."""
    text = re.sub(r"\s+", " ", str(said)).strip() or type(said).__name__
    return re.split(r"(?<=[a-z)'\"])\. ", text)[0].rstrip(".")[:300]

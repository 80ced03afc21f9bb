"""What the Hub's client raises, each in one sentence."""

from __future__ import annotations

import errno

import pytest
from huggingface_hub import errors, get_session
from huggingface_hub.utils import hf_raise_for_status

from ganvae.errors import UserError
from ganvae.hub.mistakes import in_words
from tests.hub.push_server import Fault, connected

WHAT = "someone/models can't be read"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "the Hub refused the request (a fault of the test)"),
        (401, "the Hub does not know the token, or none was given; log in with"),
        (402, "the Hub answered 402 (a fault of the test)"),
        (403, "the token has no right to do that"),
        (404, "there is no such repository on the Hub"),
        (409, "somebody else changed it at the same time"),
        (412, "somebody else changed it at the same time"),
        (429, "the Hub asks for fewer requests; try again in a few minutes"),
        (500, "the Hub has a fault of its own (500); try again later"),
        (503, "the Hub has a fault of its own (503); try again later"),
    ],
)
def test_what_the_hub_answers(status: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(monkeypatch) as hub:
        hub.faults.append(Fault("GET /api/models/a/b", status))
        with pytest.raises(errors.HfHubHTTPError) as caught:
            hf_raise_for_status(get_session().get(f"{hub.url}/api/models/a/b"))
    sentence = str(in_words(caught.value, WHAT))
    assert sentence.startswith(f"{WHAT}: {said}")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_lost_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with connected(monkeypatch) as hub:
        hub.faults.append(Fault("GET", "cut"))
        with pytest.raises(errors.HTTPError) as caught:
            get_session().get(f"{hub.url}/api/models/a/b")
    said = "the connection to the Hub failed; check the network and try again."
    assert str(in_words(caught.value, WHAT)) == f"{WHAT}: {said}"
    # What the client wraps is what counts.
    wrapped = RuntimeError("Error while uploading 'x' to the Hub.")
    wrapped.__cause__ = caught.value
    assert str(in_words(wrapped, WHAT)) == f"{WHAT}: {said}"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError("late"), "the Hub did not answer in time; try again."),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "the connection to the Hub failed"),
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "/x: No space left on device."),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "/x: Permission denied."),
        (errors.OfflineModeIsEnabled("off"), "HF_HUB_OFFLINE forbids the network"),
        (errors.LocalTokenNotFoundError("none"), "there is no token of the Hub here; log in"),
        (errors.LocalEntryNotFoundError("none"), "it has no such file."),
        (ValueError("Invalid metadata in README.md.\n- no"), "Invalid metadata in README.md."),
        (RuntimeError(), "RuntimeError."),
    ],
)
def test_what_else_goes_wrong(error: Exception, said: str) -> None:
    assert str(in_words(error, WHAT)).startswith(f"{WHAT}: {said}")


def test_a_sentence_stays_as_it_is() -> None:
    error = UserError("Clear already.")
    assert in_words(error, WHAT) is error

"""The one exception for mistakes that a person can mend."""

from __future__ import annotations

# The longest of ours list every model there is.
_LONGEST = 1000


class UserError(ValueError):
    """A mistake in what was asked for: its message is one clear sentence.

    The sentence says what is wrong and what would be right. The command line prints it and exits
    with status 2; the page shows it as a toast.
    """


def one_line(text: str) -> str:
    """A sentence as the command line prints it: on one line, and not of any length.

    It may repeat what was typed, which may hold line breaks or thousands of letters.
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 3]}..."

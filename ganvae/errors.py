"""The one exception for mistakes that a person can mend."""

from __future__ import annotations


class UserError(ValueError):
    """A mistake in what was asked for: its message is one clear sentence.

    The sentence says what is wrong and what would be right. The command line prints it and exits
    with status 2; the page shows it as a toast.
    """

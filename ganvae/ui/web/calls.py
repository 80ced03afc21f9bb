"""The page as Gradio's `Blocks`, strict about what a call may hold before any of it is looked at.

As Gradio has it, a call may name an address and the server fetches it, keeps it and hands it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from ganvae.errors import UserError
from ganvae.ui.web.mistakes import note_mistake

_FILE = "A call takes numbers, words and lists, no files and no addresses of files."
_ODD = "The call's values make no sense."


class StrictBlocks(gr.Blocks):
    """A page whose named endpoints take no files; a mistake is one sentence and no traceback."""

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], *rest: Any, **named: Any
    ) -> list[Any]:
        """What Gradio makes of the values of a call.

        Raises:
            gr.Error: they are too few, or one of them is a file.
        """
        try:
            check_values(inputs, len(block_fn.inputs))
            return await super().preprocess_data(block_fn, inputs, *rest, **named)
        except gr.Error:
            raise
        except Exception as error:
            note_mistake(str(block_fn.name), error)
            told = str(error) if isinstance(error, UserError) else _ODD
            raise gr.Error(told, print_exception=False) from error


def check_values(values: Sequence[Any], needed: int) -> None:
    """Check the values of a call.

    Raises:
        UserError: there are fewer than `needed`, or there is an object among them, which is what a
            file is to Gradio.
    """
    if len(values) < needed:
        raise UserError(f"The call needs {needed} values, not {len(values)}.")
    if any(isinstance(value, dict) for value in _all_in(values)):
        raise UserError(_FILE)


def _all_in(values: Sequence[Any]) -> Iterator[Any]:
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, list):
            waiting += value

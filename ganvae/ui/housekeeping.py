"""What Gradio lets grow or repeats without end, kept in bounds.

It has no option for most of this; tests/benchmarks/test_load.py notices should a name of its
change.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Self

import gradio as gr
from gradio.utils import get_upload_folder

from ganvae.ui.limits import PROGRESS_LOOK_SECONDS, QUEUE_LOOK_SECONDS


class _Files(set[str]):
    """Names of temporary files.

    Gradio's sweep goes through them in a thread of its own: a picture that is made meanwhile
    changed the set under it, which ended the sweep for good. So it goes through a copy. Then it
    takes away those it has deleted, and leaves the folder behind that each had to itself.
    """

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(super().__iter__()))

    def __isub__(self, deleted: AbstractSet[object]) -> Self:
        root = Path(get_upload_folder())
        for name in deleted:
            folder = Path(str(name)).parent
            if folder.parent == root:
                # Not where it holds something else.
                with contextlib.suppress(OSError):
                    folder.rmdir()
        return super().__isub__(deleted)


def keep_house(page: gr.Blocks) -> None:
    """Let a finished page rest while nobody asks, and delete old files however busy it is."""
    page._queue.sleep_when_free = QUEUE_LOOK_SECONDS
    page._queue.progress_update_sleep_when_free = PROGRESS_LOOK_SECONDS
    page.upload_file_set = _Files(page.upload_file_set)
    page.temp_file_sets = [page.upload_file_set]
    for block in page.blocks.values():
        block.temp_files = _Files(block.temp_files)
        page.temp_file_sets.append(block.temp_files)

"""A page of tiny models whose functions are called as the browser's calls reach them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganvae.collection import Collection
from ganvae.inversion.search import Effort
from ganvae.ui.compare import pictures
from ganvae.ui.page import Page, build
from ganvae.ui.reconstruct import server


@pytest.fixture(scope="session")
def page(tiny_weights: Path) -> Page:
    """The page as visitors get it, not served."""
    return build(Collection(tiny_weights))


@pytest.fixture
def short_searches() -> Iterator[None]:
    """Searches of one step: what they are begun with is of interest, not what they find."""
    effort = Effort(starts=1, steps=1)
    search = pictures.search
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "effort_for", lambda recipe: effort)
        patch.setattr(pictures, "search", lambda gan, image, seed: search(gan, image, seed, effort))
        yield
        # They are cut short when their turn comes, not when they are begun.
        for thread in threading.enumerate():
            if thread.name == "searches":
                thread.join()

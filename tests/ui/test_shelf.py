from __future__ import annotations

from pathlib import Path

import pytest

from ganvae.collection import Collection
from ganvae.ui.shelf import Shelf


@pytest.fixture
def collections(tiny_weights: Path) -> list[Collection]:
    return [Collection(tiny_weights) for _ in range(5)]


def test_the_version_that_is_named_or_else_the_current_one(collections: list[Collection]) -> None:
    old, new, stranger, *_ = collections
    shelf = Shelf(old)
    assert shelf.current is old
    assert shelf.pick(old.version) is old
    shelf.adopt(new)
    assert shelf.current is new
    assert shelf.pick(old.version) is old
    assert shelf.pick(new.version) is new
    for version in (None, "", stranger.version):
        assert shelf.pick(version) is new


def test_the_last_two_that_were_replaced_are_kept(collections: list[Collection]) -> None:
    shelf = Shelf(collections[0])
    for number, collection in enumerate(collections[1:], start=1):
        shelf.adopt(collection)
        for place, former in enumerate(collections[:number]):
            kept = place >= number - 2
            assert shelf.pick(former.version) is (former if kept else collection)


def test_every_collection_has_a_version_of_its_own(collections: list[Collection]) -> None:
    """Though all of them are of the same folder: its files may have changed."""
    assert len({collection.version for collection in collections}) == len(collections)


def test_one_shelf_knows_nothing_of_another(collections: list[Collection]) -> None:
    one, other = Shelf(collections[0]), Shelf(collections[0])
    one.adopt(collections[1])
    assert other.current is collections[0]

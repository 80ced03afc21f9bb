"""`app.py --watch`: a training in progress, followed from its files."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Page, expect

from ganvae import checkpoint, files
from ganvae.models import build
from ganvae.progress import Progress
from ganvae.recipe.shipped import RECIPES
from ganvae.snapshots.write import SnapshotWriter
from ganvae.training.history import History
from ganvae.ui.page import build_watch
from tests.browser.conftest import NewPage
from tests.serving import served

RECIPE = RECIPES["vae-3"].replace(name="vae-watched")


class Run:
    """A run's folder, written as a training would, step by step."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.history = folder, History("vae")
        torch.manual_seed(0)
        test = torch.zeros(32, *RECIPE.image_shape, dtype=torch.uint8)
        self.snapshots = SnapshotWriter(folder, build(RECIPE), test, [])
        self.progress = Progress(RECIPE, "training", 0, 200, 0, 0.0, 0.0, {}, time.time())

    def advance(self, step: int, loss: float) -> None:
        images = 32 * step
        self.history.add(step, images, step / 10, train_loss=loss, train_kl=loss / 10)
        files.write_text(self.folder / checkpoint.HISTORY, self.history.to_csv())
        self.snapshots.write(step, images)
        self.tell(step=step, images=images, seconds=step / 10, speed=320.0, losses={"kl": loss})

    def tell(self, **changes: object) -> None:
        self.progress = dataclasses.replace(self.progress, time=time.time(), **changes)  # type: ignore[arg-type]
        self.progress.write(self.folder)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = Run(tmp_path)
    for step, loss in ((1, 500.0), (10, 300.0), (100, 200.0)):
        run.advance(step, loss)
    return run


@pytest.fixture
def url(run: Run) -> Iterator[str]:
    with served(build_watch(run.folder)) as address:
        yield address


def fact(page: Page, name: str) -> str:
    return page.locator(f".watch-facts div:has(dt:text-is('{name}')) dd").inner_text()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_a_training_is_followed_to_its_end(
    run: Run, url: str, new_page: NewPage, size: tuple[int, int]
) -> None:
    page = new_page(*size)
    page.goto(url)
    expect(page.locator(".watch-name")).to_have_text("vae-watched")
    expect(page.locator(".watch-state")).to_have_text("training")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    caption = page.locator(".watch-sheets figcaption").first
    expect(caption).to_have_text("samples after 3.2 k images")
    assert fact(page, "step") == "100 of 200"
    assert fact(page, "images a second") == "320"
    loss = page.locator("[data-key=vae-loss]")
    expect(loss.locator(".training-values b").first).to_have_text("200")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

    run.advance(150, 123.0)
    expect(loss.locator(".training-values b").first).to_have_text("123")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "75")
    expect(caption).to_have_text("samples after 4.8 k images")
    picture = page.locator(".watch-sheets img").first
    assert picture.evaluate("image => image.naturalWidth") == 8 * 32

    run.tell(state="finished", step=200)
    expect(page.locator(".watch-state")).to_have_text("finished")
    expect(page).to_have_title("100% vae-watched: ganvae")

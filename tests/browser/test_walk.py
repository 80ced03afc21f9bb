"""The Walk tab in Chromium: every frame is the one that the core computes, and so are the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from canvases import drawn, grey, same, wait_for_explorer
from PIL import Image
from playwright.sync_api import Page

from ganvae import latents
from ganvae.collection import Collection

PICTURES = ".gx-picture"
VAE, GAN = "vae-10", "gan-100"


@pytest.fixture(scope="module")
def collection(tiny_weights: Path) -> Collection:
    return Collection(tiny_weights)


@pytest.fixture
def walk(page: Page, page_url: str) -> Any:
    """Opens the Walk tab with a query and waits until the frames are there."""

    def open_tab(query: str = "") -> Page:
        page.goto(f"{page_url}/?tab=walk&pair=digits-convolutional&vae={VAE}{query}")
        wait_for_explorer(page, "walk")
        return page

    return open_tab


def expected_frames(collection: Collection, name: str) -> np.ndarray:
    """The perturbation test of seed 42 as pictures."""
    recipe = collection.recipe(name)
    z = latents.sample_z(42, recipe.latent, 1)[0]
    return drawn(collection, name, latents.perturbation_walk(z, recipe.family))


def frame(page: Page) -> int:
    return int(page.locator(".gx").evaluate("root => root.dataset.frame"))


def scrub(page: Page, to: int) -> None:
    page.locator(".gx-scrub").evaluate(
        """(slider, to) => {
            slider.value = to;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        to,
    )


def test_scrubbing_shows_exactly_that_frame(walk: Any, collection: Collection) -> None:
    page = walk()
    expected = [expected_frames(collection, name) for name in (VAE, GAN)]
    for at in (0, 7, 20):
        scrub(page, at)
        assert page.locator(".gx-frame").text_content() == f"frame {at + 1} of 21"
        for index in (0, 1):
            assert same(grey(page, PICTURES, index), expected[index][at])


def test_play_advances_both_in_step_and_pause_holds(walk: Any, collection: Collection) -> None:
    page = walk()
    button = page.locator("[data-do=play]")
    button.click()
    page.wait_for_function("() => Number(document.querySelector('.gx').dataset.frame) >= 2")
    button.click()
    held = frame(page)
    page.wait_for_timeout(400)
    assert frame(page) == held
    for index, name in enumerate((VAE, GAN)):
        assert same(grey(page, PICTURES, index), expected_frames(collection, name)[held])


def test_space_plays_and_pauses(walk: Any) -> None:
    page = walk()
    page.locator(".gx-scrub").focus()
    page.keyboard.press("Space")
    assert page.locator("[data-do=play]").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    assert page.locator("[data-do=play]").get_attribute("aria-pressed") == "false"


def test_the_keyboard_scrubs(walk: Any) -> None:
    page = walk()
    page.locator(".gx-scrub").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert frame(page) == 2


def visited(page: Page) -> list[int]:
    """The first 50 frames that the player shows, from the first one on."""
    found: list[int] = page.evaluate(
        """() => {
            const seen = [];
            const root = document.querySelector(".gx");
            return new Promise((resolve) => {
                new MutationObserver(() => {
                    const now = Number(root.dataset.frame);
                    if (seen.at(-1) !== now) seen.push(now);
                    if (seen.length >= 50) resolve(seen);
                }).observe(root, { attributeFilter: ["data-frame"] });
                document.querySelector("[data-do=play]").click();
            });
        }"""
    )
    return found


def test_a_path_turns_round_and_a_loop_goes_on(walk: Any) -> None:
    for query, after_last in (("&walk=straight", 19), ("&walk=loop", 0)):
        page = walk(query)
        page.locator(".gx-speed").evaluate(
            "slider => { slider.value = 30; slider.dispatchEvent(new Event('input')); }"
        )
        seen = visited(page)
        # A slow machine may skip frames, but never shows them in another order.
        turn = next(i for i in range(1, len(seen)) if seen[i] < seen[i - 1])
        assert seen[:turn] == sorted(seen[:turn])
        rest = seen[turn : turn + 5]
        if after_last == 0:
            assert rest[0] <= 5
            assert rest == sorted(rest)
        else:
            assert rest[0] >= 14
            assert rest == sorted(rest, reverse=True)


def test_without_repeat_it_stops_at_the_end(walk: Any) -> None:
    page = walk()
    page.locator(".gx-repeat").uncheck()
    scrub(page, 18)
    page.locator("[data-do=play]").click()
    page.wait_for_function(
        "() => document.querySelector('[data-do=play]').ariaPressed === 'false'", timeout=10_000
    )
    assert frame(page) == 20


def test_a_link_restores_the_walk(walk: Any, collection: Collection) -> None:
    page = walk("&walk=spherical&to=7&frames=40")
    assert page.locator("[data-state=walk]").input_value() == "spherical"
    assert page.locator("[data-state=to]").input_value() == "7"
    assert page.locator(".gx-frame").text_content() == "frame 1 of 40"
    scrub(page, 39)
    z = latents.sample_z(7, 10, 1)
    assert same(grey(page, PICTURES, 0), drawn(collection, VAE, z)[0])


def test_another_kind_and_length_are_asked_for(walk: Any) -> None:
    page = walk()
    assert page.locator("[data-state=to]").is_disabled()
    page.locator("[data-state=walk]").select_option("loop")
    page.locator("[data-state=frames]").fill("33")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.gx-frame').textContent === 'frame 1 of 33'"
    )
    assert not page.locator("[data-state=to]").is_disabled()
    assert page.evaluate("() => ganvae.get().walk") == "loop"


def test_frames_out_of_range_are_refused_with_a_sentence(walk: Any) -> None:
    page = walk()
    page.locator("[data-state=frames]").fill("500")
    page.keyboard.press("Enter")
    assert "from 21 to 120" in (page.locator(".gv-toast").text_content() or "")
    assert page.locator("[data-state=frames]").input_value() == "21"


def test_the_filmstrip_shows_the_frames_and_goes_to_them(walk: Any, collection: Collection) -> None:
    page = walk()
    sheet = grey(page, ".gx-strip canvas", 1)
    expected = expected_frames(collection, GAN)
    for at in (0, 10, 20):
        assert same(sheet[:, at * 33 : at * 33 + 32], expected[at])
    box = page.locator(".gx-strip canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 10.5 / 21, box["y"] + box["height"] / 2)
    assert frame(page) == 10


@pytest.mark.parametrize(
    ("button", "file_format", "frames"), [("gif", "GIF", 21), ("webp", "WEBP", 21)]
)
def test_downloaded_animations_hold_every_frame(
    walk: Any, tmp_path: Path, button: str, file_format: str, frames: int
) -> None:
    # At this temperature no two frames of an untrained model are alike.
    page = walk("&walk=spherical&t=2")
    with page.expect_download() as waiting:
        page.locator(f"[data-export={button}]").click()
    assert waiting.value.suggested_filename == f"ganvae-spherical-vae-10-gan-100-seed-42.{button}"
    waiting.value.save_as(tmp_path / "walk")
    with Image.open(tmp_path / "walk") as movie:
        assert (movie.format, movie.n_frames) == (file_format, frames)


def test_the_downloaded_frame_is_the_one_on_the_screen(walk: Any, tmp_path: Path) -> None:
    page = walk()
    scrub(page, 13)
    shown = grey(page, PICTURES, 1)
    with page.expect_download() as waiting:
        page.locator("[data-export=frame]").click()
    waiting.value.save_as(tmp_path / "frame.png")
    with Image.open(tmp_path / "frame.png") as picture:
        assert same(np.asarray(picture)[::8, -256::8], shown)


def test_the_downloaded_strip_has_both_models(walk: Any, tmp_path: Path) -> None:
    page = walk()
    with page.expect_download() as waiting:
        page.locator("[data-export=strip]").click()
    waiting.value.save_as(tmp_path / "strip.png")
    with Image.open(tmp_path / "strip.png") as picture:
        assert picture.size == (21 * 65 - 1, 2 * 64 + 4)


def test_play_from_elsewhere_opens_and_plays(page: Page, page_url: str) -> None:
    page.goto(f"{page_url}/?pair=digits-convolutional&vae={VAE}")
    page.wait_for_function("() => window.ganvae !== undefined")
    page.wait_for_selector("[role=tab][data-tab-id=walk]")
    page.evaluate("() => ganvae.play()")
    page.wait_for_selector(".gx[data-mode=walk]", timeout=60_000)
    page.wait_for_function("() => Number(document.querySelector('.gx').dataset.frame) >= 2")


def test_on_a_phone_nothing_scrolls_sideways(walk: Any, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    walk("&walk=loop")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    left, right = (page.locator(PICTURES).nth(index).bounding_box() for index in (0, 1))
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]

"""Sliders with a meaning in Explore: both pictures are the models' own at their place."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from canvases import drawn, grey, same, wait_for_explorer
from playwright.sync_api import Page, expect

from ganvae import latents
from ganvae.collection import Collection
from ganvae.latents import Array

PICTURES = ".gx-picture"
NAMES = VAE, GAN = "vae-10", "gan-100"


@pytest.fixture(scope="module")
def collection(tiny_weights: Path) -> Collection:
    return Collection(tiny_weights)


@pytest.fixture
def explore(page: Page, page_url: str) -> Any:
    """Opens the Explore tab with a query and waits until everything is drawn."""

    def open_tab(query: str = "&by=meanings", vae: str = VAE) -> Page:
        page.goto(f"{page_url}/?tab=explore&pair=digits-convolutional&vae={vae}{query}")
        wait_for_explorer(page)
        return page

    return open_tab


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => ganvae.get()")
    return found


def place(collection: Collection, name: str, now: dict[str, Any]) -> Array:
    """The z that the state stands for: axes put in place, then moved along the directions."""
    axes, latent = collection.axes(name), collection.recipe(name).latent
    z = latents.sample_z(now["seed"], latent, now["pick"] + 1)[now["pick"]].astype(np.float64)
    for axis, value in now["sliders"].items():
        direction = axes.directions[int(axis)].astype(np.float64)
        z = z + (value - z @ direction) * direction
    vectors = {one.key: one.vector for one in collection.directions(name)}
    for key, value in now["meanings"].items():
        if key in vectors:
            z = z + value * vectors[key].astype(np.float64)
    return z.astype(np.float32)


def shows(page: Page, collection: Collection, members: tuple[str, ...] = NAMES) -> bool:
    """Whether both pictures are those of the state."""
    now = state(page)
    return all(
        same(grey(page, PICTURES, index), drawn(collection, name, place(collection, name, now))[0])
        for index, name in enumerate(members)
    )


def names(page: Page) -> list[str]:
    """What the sliders are called that are seen."""
    return page.locator(".gx-axis:not(.gx-absent) .gx-axis-name").all_text_contents()


def drag(page: Page, index: int, share: float) -> None:
    """Take a slider by its middle to a share of its way."""
    box = page.locator(".gx-axis .gx-range").nth(index).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, middle, steps=15)
    page.mouse.up()
    wait_for_explorer(page)


def test_switched_to_meanings_thicker_moves_both_pictures(
    explore: Any, collection: Collection
) -> None:
    page = explore("&x=0:0.5")
    before = [grey(page, PICTURES, index) for index in (0, 1)]
    page.get_by_role("radio", name="meanings").click()
    wait_for_explorer(page)
    # Nothing moves by the switch alone.
    assert all((grey(page, PICTURES, index) == before[index]).all() for index in (0, 1))
    assert names(page)[0] == "thicker"
    drag(page, 0, 0.85)
    now = state(page)
    assert now["steer"] == "meanings"
    assert now["sliders"] == {"0": 0.5}
    assert list(now["meanings"]) == ["width"]
    assert now["meanings"]["width"] > 1.8
    assert shows(page, collection)
    assert all((grey(page, PICTURES, index) != before[index]).any() for index in (0, 1))


def test_they_are_in_order_of_the_larger_effect_and_say_whom_they_drive(explore: Any) -> None:
    page = explore()
    digits = [f"more {digit}" for digit in (8, 7, 6, 5, 4, 3, 2, 1, 0)]
    assert names(page) == ["thicker", *digits[:7]]
    only = page.locator(".gx-only").all_text_contents()
    assert only == ["", *["only GAN"] * 5, "", "only GAN"]
    assert page.locator(".gx-pages").inner_text().endswith("1–8 of 11")
    title = page.locator(".gx-axis").first.get_attribute("title") or ""
    assert "vae-10: thicker, pixels: 1 at the left end, 7.5 at the right" in title
    assert "from -2 to +2 it changes by 3.5 times what samples differ by" in title
    assert "gan-100: thicker, pixels" in title
    page.locator("[data-do=on]").click()
    assert names(page) == [*digits[7:], "leaning right"]
    assert page.locator(".gx-axis:not(.gx-absent) .gx-only").all_text_contents()[2] == "only VAE"
    # The other kind of sliders begins with its own first page.
    page.get_by_role("radio", name="axes").click()
    assert names(page)[0] == "axis 1"


def test_a_link_restores_them(explore: Any, collection: Collection, page_url: str) -> None:
    page = explore("&by=meanings&x=1:-1&m=width:1.5,digit-3:-2.25")
    now = state(page)
    assert now["meanings"] == {"width": 1.5, "digit-3": -2.25}
    assert page.locator(".gx-value").first.text_content() == "+1.50"
    assert shows(page, collection)
    page.locator(".gx-axis .gx-range").first.focus()
    page.keyboard.press("ArrowLeft")
    wait_for_explorer(page)
    page.wait_for_url("**m=width:1.4,digit-3:-2.25*")
    link = parse_qs(urlsplit(page.evaluate("() => ganvae.link()")).query)
    assert link["by"] == ["meanings"]
    page.reload()
    wait_for_explorer(page)
    assert state(page)["meanings"] == {"width": 1.4, "digit-3": -2.25}
    assert shows(page, collection)


@pytest.mark.parametrize("query", ["m=width:4&by=names", "m=5:1,width:1", "m=width"])
def test_a_link_that_makes_no_sense_is_dropped(explore: Any, query: str) -> None:
    page = explore(f"&{query}")
    assert (state(page)["meanings"], state(page)["steer"]) == ({}, "axes")


def test_reset_and_a_double_click_put_them_back(explore: Any, collection: Collection) -> None:
    page = explore("&by=meanings&x=0:2&m=width:1.5,digit-8:2")
    page.locator(".gx-axis-head").first.dblclick()
    wait_for_explorer(page)
    assert state(page)["meanings"] == {"digit-8": 2}
    assert shows(page, collection)
    page.locator("[data-do=reset]").click()
    wait_for_explorer(page)
    assert (state(page)["meanings"], state(page)["sliders"]) == ({}, {})
    expect(page.locator("[data-do=reset]")).to_be_disabled()
    assert shows(page, collection)


@pytest.mark.parametrize("change", ["seed: 7", "pick: 3", "pair: 'digits-perceptrons'"])
def test_another_place_clears_them(explore: Any, change: str) -> None:
    page = explore("&by=meanings&m=width:1.5")
    page.evaluate(f"() => ganvae.set({{ {change} }})")
    assert state(page)["meanings"] == {}
    assert state(page)["steer"] == "meanings"


def test_models_without_meanings_have_axes_and_no_switch(explore: Any) -> None:
    page = explore("&by=meanings")
    page.evaluate("() => ganvae.set({ pair: 'digits-perceptrons' })")
    page.wait_for_selector(f"{PICTURES}[aria-label*=mlp-vae-20]")
    wait_for_explorer(page)
    expect(page.get_by_role("radio", name="meanings")).to_be_hidden()
    assert names(page)[0] == "axis 1"
    assert (page.locator(".gx-pages").text_content() or "").startswith("axes 1–8")


def test_the_keyboard_moves_the_switch(explore: Any) -> None:
    page = explore("")
    page.get_by_role("radio", name="axes").focus()
    page.keyboard.press("ArrowRight")
    assert state(page)["steer"] == "meanings"
    expect(page.get_by_role("radio", name="meanings")).to_be_focused()
    expect(page.get_by_role("radio", name="meanings")).to_have_attribute("aria-checked", "true")


def test_variations_are_around_the_moved_picture(explore: Any, collection: Collection) -> None:
    page = explore("&by=meanings&m=width:2")
    for index in (0, 1):
        sheet = grey(page, ".gx-grid canvas", index)
        middle = sheet[2 * 33 : 2 * 33 + 32, 2 * 33 : 2 * 33 + 32]
        assert (middle == grey(page, PICTURES, index)).all()
    assert shows(page, collection)


def test_the_pad_shows_where_the_point_is_with_them(explore: Any, collection: Collection) -> None:
    page = explore("&by=meanings&m=width:1", "vae-3")
    axes = collection.axes("vae-3").directions
    z = place(collection, "vae-3", state(page))
    dot = page.locator(".gx-dot").evaluate("dot => [dot.style.left, dot.style.top]")
    right, down = (float(text.removesuffix("%")) * 6 / 100 - 3 for text in dot)
    assert (right, -down) == pytest.approx((z @ axes[0], z @ axes[1]), abs=0.01)
    box = page.locator(".gx-field").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.45 * box["height"])
    wait_for_explorer(page)
    z = place(collection, "vae-3", state(page))
    assert (z @ axes[0], z @ axes[1]) == pytest.approx((0.6, 0.3), abs=0.06)
    assert state(page)["meanings"] == {"width": 1}
    assert shows(page, collection, ("vae-3", GAN))


def test_on_a_phone_names_and_numbers_stay_in_their_column(explore: Any, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    explore()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    for row in page.locator(".gx-axis:not(.gx-absent)").all():
        box, value = row.bounding_box(), row.locator(".gx-value").bounding_box()
        assert box is not None
        assert value is not None
        assert value["x"] + value["width"] <= box["x"] + box["width"] + 1

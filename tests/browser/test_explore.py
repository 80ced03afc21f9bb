"""The Explore tab in Chromium: the pictures under the hand are the models' own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from canvases import drawn, grey, same, wait_for_explorer
from playwright.sync_api import Page

from ganvae import latents
from ganvae.collection import Collection
from ganvae.latents import Array
from ganvae.metrics.sharpness import laplacian_variance
from tests.variations import variation_grid

PICTURES = ".gx-picture"
VAE, GAN = "vae-10", "gan-100"


@pytest.fixture(scope="module")
def collection(tiny_weights: Path) -> Collection:
    return Collection(tiny_weights)


@pytest.fixture
def explore(page: Page, page_url: str) -> Any:
    """Opens the Explore tab with a query and waits until everything is drawn."""

    def open_tab(query: str = "", vae: str = VAE) -> Page:
        page.goto(f"{page_url}/?tab=explore&pair=digits-convolutional&vae={vae}{query}")
        wait_for_explorer(page)
        return page

    return open_tab


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => ganvae.get()")
    return found


def place(collection: Collection, name: str, sliders: dict[str, float], pick: int = 0) -> Array:
    """The z of seed 42 with some coordinates put elsewhere, by the definition of a slider."""
    axes = collection.axes(name)
    latent = collection.recipe(name).latent
    z = latents.sample_z(42, latent, pick + 1)[pick].astype(np.float64)
    for axis, value in sliders.items():
        if int(axis) < latent:
            direction = axes.directions[int(axis)].astype(np.float64)
            z = z + (value - z @ direction) * direction
    return z.astype(np.float32)


def shows(
    page: Page, collection: Collection, pick: int = 0, names: tuple[str, ...] = (VAE, GAN)
) -> bool:
    """Whether both pictures are those of the sliders as the state has them."""
    sliders = state(page)["sliders"]
    return all(
        same(
            grey(page, PICTURES, index),
            drawn(collection, name, place(collection, name, sliders, pick))[0],
        )
        for index, name in enumerate(names)
    )


def test_opens_on_the_seeds_pictures(explore: Any, collection: Collection) -> None:
    page = explore()
    assert state(page)["sliders"] == {}
    assert shows(page, collection)


def test_a_drag_moves_both_pictures_and_the_last_position_wins(
    explore: Any, collection: Collection
) -> None:
    page = explore()
    before = [grey(page, PICTURES, index) for index in (0, 1)]
    box = page.locator(".gx-axis .gx-range").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * abs(step % 40 - 20) / 20), middle)
    page.mouse.move(box["x"] + box["width"] * 0.9, middle)
    page.mouse.up()
    wait_for_explorer(page)
    assert state(page)["sliders"]["0"] > 2
    assert shows(page, collection)
    assert all((grey(page, PICTURES, index) != before[index]).any() for index in (0, 1))


def test_the_keyboard_moves_a_slider(explore: Any, collection: Collection) -> None:
    page = explore("&x=1:0.5")
    page.locator(".gx-axis .gx-range").nth(1).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    wait_for_explorer(page)
    assert state(page)["sliders"] == {"1": 0.7}
    assert page.locator(".gx-value").nth(1).text_content() == "+0.70"
    assert shows(page, collection)


def test_a_link_restores_the_sliders_and_the_page_of_axes(
    explore: Any, collection: Collection
) -> None:
    page = explore("&x=0:1.5,9:-2.25,30:2&axes=1")
    assert state(page)["sliders"] == {"0": 1.5, "9": -2.25, "30": 2}
    assert page.locator(".gx-pages").text_content() == "axes 9–16 of 100"
    assert page.locator(".gx-value").nth(1).text_content() == "−2.25"
    assert shows(page, collection)


def test_a_place_of_ones_own_in_a_link(explore: Any, collection: Collection) -> None:
    # 1024 steps are 1: little-endian bytes 00 04 for each of ten dimensions.
    page = explore("&z=vae-10:AAQABAAEAAQABAAEAAQABAAEAAQ")
    place = np.ones((1, 10), np.float32)
    assert same(grey(page, PICTURES, 0), drawn(collection, "vae-10", place)[0])
    expected = drawn(collection, "gan-100", collection.sample_z("gan-100", 42, 1))[0]
    assert same(grey(page, PICTURES, 1), expected)
    # The next place of the seed takes its place.
    page.keyboard.press("r")
    wait_for_explorer(page)
    assert state(page)["starts"] == {}


@pytest.mark.parametrize("z", ["vae-10:AAQ", "nobody:AAQ", "vae-10", "vae-10:" + "!" * 27, ":"])
def test_a_place_that_makes_no_sense_is_dropped(explore: Any, z: str) -> None:
    assert state(explore(f"&z={z}"))["starts"] == {}


def test_axes_are_paged_and_say_whom_they_drive(explore: Any) -> None:
    page = explore()
    back, on = page.locator("[data-do=back]"), page.locator("[data-do=on]")
    assert back.is_disabled()
    on.click()
    assert state(page)["axes_page"] == 1
    names = page.locator(".gx-axis-name").all_text_contents()
    assert names == [f"axis {axis}" for axis in range(9, 17)]
    # The VAE has ten axes.
    assert page.locator(".gx-only").all_text_contents() == ["", ""] + ["only GAN"] * 6
    tooltip = page.locator(".gx-axis").first.get_attribute("title") or ""
    assert "vae-10: z" in tooltip
    assert "nats of KL" in tooltip
    assert "gan-100: direction 9, singular value" in tooltip
    for _ in range(11):
        on.click()
    assert on.is_disabled()
    assert page.locator(".gx-pages").text_content() == "axes 97–100 of 100"
    assert page.locator(".gx-axis:not(.gx-absent)").count() == 4
    back.click()
    assert page.locator(".gx-pages").text_content() == "axes 89–96 of 100"


def test_an_axis_that_only_the_gan_has_leaves_the_vae(explore: Any, collection: Collection) -> None:
    page = explore("&axes=1")
    before = [grey(page, PICTURES, index) for index in (0, 1)]
    page.locator(".gx-axis .gx-range").nth(7).focus()
    page.keyboard.press("End")
    wait_for_explorer(page)
    assert state(page)["sliders"] == {"15": 3}
    assert (grey(page, PICTURES, 0) == before[0]).all()
    assert (grey(page, PICTURES, 1) != before[1]).any()
    assert shows(page, collection)


def test_reset_and_another(explore: Any, collection: Collection) -> None:
    page = explore("&x=0:2")
    page.locator("[data-do=reset]").click()
    wait_for_explorer(page)
    assert state(page)["sliders"] == {}
    assert shows(page, collection)
    page.locator("[data-do=randomise]").click()
    page.wait_for_function("() => ganvae.get().pick === 1")
    page.wait_for_timeout(200)
    wait_for_explorer(page)
    assert shows(page, collection, pick=1)


def test_a_double_click_puts_one_axis_back(explore: Any, collection: Collection) -> None:
    page = explore("&x=0:2,1:-1")
    page.locator(".gx-axis-head").first.dblclick()
    wait_for_explorer(page)
    assert state(page)["sliders"] == {"1": -1}
    assert shows(page, collection)


def tile(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    """One of the 5x5 pictures, 32 pixels and a gap of 1 each."""
    return sheet[row * 33 : row * 33 + 32, column * 33 : column * 33 + 32]


def test_variations_are_whole_steps_around_the_picture(
    explore: Any, collection: Collection
) -> None:
    page = explore("&x=0:0.5,1:-0.5")
    page.locator("[data-axis=row]").select_option("2")
    page.locator("[data-axis=column]").select_option("0")
    wait_for_explorer(page)
    for index, name in enumerate((VAE, GAN)):
        sheet = grey(page, ".gx-grid canvas", index)
        z = place(collection, name, {"0": 0.5, "1": -0.5})
        axes = collection.axes(name).directions
        expected = drawn(collection, name, variation_grid(z, axes[2], axes[0]))
        for cell in range(25):
            assert same(tile(sheet, cell // 5, cell % 5), expected[cell]), (name, cell)
        assert (tile(sheet, 2, 2) == grey(page, PICTURES, index)).all()


def test_a_click_on_a_variation_takes_it(explore: Any, collection: Collection) -> None:
    page = explore("&x=0:0.5,1:-0.5")
    wanted = tile(grey(page, ".gx-grid canvas", 0), 0, 3)
    box = page.locator(".gx-grid canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.1 * box["height"])
    wait_for_explorer(page)
    assert state(page)["sliders"] == {"0": -1.5, "1": 0.5}
    assert same(grey(page, PICTURES, 0), wanted)
    assert shows(page, collection)


def test_the_keyboard_takes_a_variation(explore: Any) -> None:
    page = explore("&x=0:0.5,1:-0.5")
    page.locator(".gx-grid").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for_explorer(page)
    assert state(page)["sliders"] == {"0": 1.5, "1": -0.5}


def test_the_pad_moves_two_axes(explore: Any, collection: Collection) -> None:
    page = explore("&x=2:1", "vae-3")
    pad = page.locator(".gx-field")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"], steps=8)
    page.mouse.up()
    wait_for_explorer(page)
    sliders = state(page)["sliders"]
    assert sliders["0"] == pytest.approx(1.5, abs=0.06)
    assert sliders["1"] == pytest.approx(1.5, abs=0.06)
    assert sliders["2"] == 1
    assert shows(page, collection, names=("vae-3", GAN))
    pad.focus()
    page.keyboard.press("ArrowDown")
    wait_for_explorer(page)
    assert state(page)["sliders"]["1"] == pytest.approx(sliders["1"] - 0.1)


def test_the_pads_map_is_what_the_model_draws_there(explore: Any, collection: Collection) -> None:
    page = explore("&x=2:1", "vae-3")
    sheet = grey(page, ".gx-field canvas")
    assert sheet.shape == (9 * 32, 9 * 32)
    for row, column in ((0, 0), (4, 4), (2, 7)):
        middle = [(-3 + (at + 0.5) / 9 * 6) for at in (column, row)]
        z = place(collection, "vae-3", {"0": middle[0], "1": -middle[1], "2": 1})
        seen = sheet[row * 32 : row * 32 + 32, column * 32 : column * 32 + 32]
        assert same(seen, drawn(collection, "vae-3", z)[0])


def test_only_models_of_few_dimensions_have_a_pad(explore: Any) -> None:
    page = explore()
    assert not page.locator(".gx-pad").is_visible()
    page.locator(".gx .gv-option[data-value=vae-3]").click()
    page.wait_for_selector(".gx-pad", state="visible")


def test_sharpness_of_the_picture_is_the_servers_measure(
    explore: Any, collection: Collection
) -> None:
    page = explore()
    # The noise of an untrained model is far beyond the scale: compare it with something noisier.
    page.evaluate(f"() => {{ ganvae.config.models['{VAE}'].real_laplacian_variance = 5; }}")
    page.locator(".gx-axis .gx-range").first.focus()
    page.keyboard.press("Home")
    wait_for_explorer(page)
    z = place(collection, VAE, {"0": -3})
    expected = laplacian_variance(collection.generate(VAE, z[None])).item() / 5
    words = page.locator(".gx .gv-meter-value").first.text_content() or ""
    # Whole percent, of a picture whose greys are whole numbers.
    assert float(words.split("%")[0]) == pytest.approx(100 * expected, rel=0.02, abs=0.6)


def test_a_pair_with_one_member_is_explored_alone(page: Page, page_url: str) -> None:
    page.goto(f"{page_url}/?tab=explore&pair=digits-small")
    wait_for_explorer(page)
    assert page.locator(PICTURES).count() == 1
    assert page.locator(".gx-grid").count() == 1


def test_another_pair_takes_over_the_stage(explore: Any, collection: Collection) -> None:
    page = explore("&x=0:2")
    page.evaluate("() => ganvae.set({ pair: 'digits-perceptrons' })")
    page.wait_for_selector(f"{PICTURES}[aria-label*=mlp-vae-20]")
    page.wait_for_timeout(200)
    wait_for_explorer(page)
    assert shows(page, collection, names=("mlp-vae-20", "mlp-gan-100"))


def test_on_a_phone_the_panels_stay_side_by_side_and_in_view(explore: Any, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    explore("", "vae-3")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    left, right = (page.locator(PICTURES).nth(index).bounding_box() for index in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    page.locator(".gx-grids").scroll_into_view_if_needed()
    box = page.locator(PICTURES).first.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 200

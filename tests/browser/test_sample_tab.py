"""The Sample tab as a visitor finds it."""

from __future__ import annotations

import base64
import io
import itertools
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]

# Of the untrained stand-ins, those of perceptrons draw another picture for another z.
LIVELY = "?pair=digits-perceptrons&n=64"
SAMPLE = "#gv-sample"
GRIDS = f"{SAMPLE} .gv-stage canvas"
PHONE = {"width": 390, "height": 844}

# True when every grid of the Sample tab is drawn: some pixel is neither black nor transparent.
DRAWN = """
() => {
  const grids = [...document.querySelectorAll('#gv-sample .gv-stage canvas')];
  return grids.length > 0 && grids.every((grid) => {
    if (!grid.width) return false;
    const { data } = grid.getContext('2d').getImageData(0, 0, grid.width, grid.height);
    return data.some((value, index) => index % 4 !== 3 && value > 40);
  });
}
"""


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page with a pair of digits, on a computer's screen."""
    return open_page("?pair=digits-convolutional")


def ready(page: Page) -> Page:
    page.wait_for_function(DRAWN)
    return page


def grids(page: Page) -> list[np.ndarray]:
    """The pixels of every grid, from left to right."""
    urls = page.eval_on_selector_all(GRIDS, "(all) => all.map((grid) => grid.toDataURL())")
    return [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("L"))
        for url in urls
    ]


def state(page: Page) -> dict[str, object]:
    return page.evaluate("window.ganvae.get()")


def settled(page: Page, seed: int) -> Page:
    """Wait until both grids show that seed, and nothing is under way."""
    for grid in page.locator(GRIDS).all():
        expect(grid).to_have_attribute("aria-label", re.compile(rf"seed {seed}\b"))
    return page


def address(page: Page) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def test_opens_with_both_grids_drawn_and_asks_the_server_nothing(open_page: OpenPage) -> None:
    calls = []
    page = open_page("?tab=sample")
    page.on("request", lambda r: "component_server" in r.url and calls.append(r.url))
    page.reload()
    ready(page)
    assert len(grids(page)) == 2
    assert calls == []
    expect(page.locator(f"{SAMPLE} .gv-panel")).to_have_count(2)
    for panel in page.locator(f"{SAMPLE} .gv-meter-value").all():
        expect(panel).to_have_text(re.compile(r"\d+ % of real · (blur|like real|noise)"))


def test_the_same_seed_is_the_same_pixels_and_another_is_not(open_page: OpenPage) -> None:
    page = ready(open_page(LIVELY))
    first = grids(page)
    page.locator(f"{SAMPLE} .reroll").click()
    seed = state(page)["seed"]
    assert seed != 42
    other = grids(settled(page, int(str(seed))))
    field = page.locator(f"{SAMPLE} .seed")
    field.fill("42")
    field.press("Enter")
    again = grids(settled(page, 42))
    for one, two, three in zip(first, other, again, strict=True):
        assert (one == three).all()
        assert (one != two).any()


def test_a_deep_link_restores_the_view(open_page: OpenPage) -> None:
    page = settled(ready(open_page("?pair=digits-perceptrons&seed=7&t=0.5&n=9&pick=3")), 7)
    now = state(page)
    assert (now["pair"], now["seed"], now["temperature"]) == ("digits-perceptrons", 7, 0.5)
    assert (now["count"], now["pick"]) == (9, 3)
    expect(page.locator("#gv-header select")).to_have_value("digits-perceptrons")
    expect(page.locator(f"{SAMPLE} .seed")).to_have_value("7")
    expect(page.locator(f"{SAMPLE} .temperature")).to_have_value("0.5")
    expect(page.locator(f"{SAMPLE} .count-value")).to_have_text("9")
    assert "mlp-vae-20" in page.locator(f"{SAMPLE} .gv-panel").evaluate_all(
        "(all) => all.map((panel) => panel.dataset.model)"
    )


def test_nonsense_in_the_address_is_ignored(open_page: OpenPage) -> None:
    page = ready(open_page("?pair=none&seed=-1&t=9&n=1e9&tab=zig&vae=x&x=a:b&pick=1.5&frames="))
    now = state(page)
    assert (now["pair"], now["seed"], now["count"]) == ("faces", 42, 36)
    assert (now["tab"], now["temperature"], now["pick"]) == ("sample", 1, 0)


def test_the_address_follows(open_page: OpenPage) -> None:
    page = ready(open_page())
    assert address(page) == {}
    page.evaluate("window.ganvae.set({seed: 5, temperature: 0.7, sliders: {0: 1.5, 3: -0.25}})")
    page.wait_for_url("**/*seed=5*")
    assert address(page) == {"seed": "5", "t": "0.7", "x": "0:1.5,3:-0.25"}
    assert page.evaluate("window.ganvae.link()") == page.url


def test_choosing_a_pair_changes_models_and_hint(page: Page) -> None:
    ready(page)
    hint = page.locator("#gv-header .look")
    before = hint.inner_text()
    page.locator("#gv-header select").select_option("digits-perceptrons")
    expect(hint).not_to_have_text(before)
    expect(page.locator(f"{SAMPLE} .gv-panel[data-model=mlp-gan-100]")).to_be_visible()
    page.wait_for_url("**/*pair=digits-perceptrons*")
    ready(page)
    assert state(page)["count"] == 100


def test_a_click_chooses_an_image_and_the_keyboard_another(page: Page) -> None:
    ready(page)
    grid = page.locator(GRIDS).first
    box = grid.bounding_box()
    assert box
    before = grids(page)
    # Third column, second row of eight by eight.
    grid.click(position={"x": box["width"] * 2.5 / 8, "y": box["height"] * 1.5 / 8})
    assert state(page)["pick"] == 10
    expect(page.locator(f"{SAMPLE} .chosen")).to_contain_text("Image 11")
    for old, new in zip(before, grids(page), strict=True):
        assert (old != new).any()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert state(page)["pick"] == 19
    page.locator(f"{SAMPLE} .explore").click()
    assert state(page)["tab"] == "explore"
    expect(page.locator("[role=tab][data-tab-id=explore]")).to_have_attribute(
        "aria-selected", "true"
    )


def test_the_fitted_prior_changes_the_vaes_pictures_alone(open_page: OpenPage) -> None:
    page = ready(open_page(LIVELY))
    vae, gan = grids(page)
    fitted = page.locator(f"{SAMPLE} .fitted")
    fitted.check()
    expect(page.locator(f"{SAMPLE} .gv-panel").first).to_contain_text("fitted prior")
    page.wait_for_url("**/*fitted=1*")
    fitted_vae, fitted_gan = grids(page)
    assert (fitted_vae != vae).any()
    assert (fitted_gan == gan).all()
    # Redrawn pictures of the GAN are no samples of a prior.
    page.locator(f"{SAMPLE} .matched").check()
    expect(fitted).to_be_disabled()
    page.locator(f"{SAMPLE} .matched").uncheck()
    expect(page.locator(f"{SAMPLE} .gv-panel").first).to_contain_text("fitted prior")
    fitted.uncheck()
    expect(page.locator(f"{SAMPLE} .gv-panel").first).not_to_contain_text("fitted prior")
    assert (grids(page)[0] == vae).all()


def test_matched_redraws_the_gans_pictures(open_page: OpenPage) -> None:
    page = ready(open_page(LIVELY))
    vae, gan = grids(page)
    page.locator(f"{SAMPLE} .matched").check()
    expect(page.locator(GRIDS).first).to_have_attribute("aria-label", re.compile("reconstructions"))
    matched_vae, matched_gan = grids(page)
    assert (matched_vae != vae).any()
    assert (matched_gan == gan).all()
    page.wait_for_url("**/*matched=1*")
    page.locator(f"{SAMPLE} .matched").uncheck()
    expect(page.locator(GRIDS).first).not_to_have_attribute(
        "aria-label", re.compile("reconstructions")
    )
    assert (grids(page)[0] == vae).all()


def test_a_pair_that_comes_back_looks_as_it_did(page: Page) -> None:
    before = grids(ready(page))
    pair = page.locator("#gv-header select")
    pair.select_option("digits-perceptrons")
    expect(page.locator(f"{SAMPLE} .gv-panel[data-model=mlp-vae-20]")).to_be_visible()
    ready(page)
    pair.select_option("digits-convolutional")
    expect(page.locator(f"{SAMPLE} .gv-panel[data-model=gan-100]")).to_be_visible()
    settled(ready(page), 42)
    for old, new in zip(before, grids(page), strict=True):
        assert (old == new).all()


def test_a_seed_chosen_on_another_tab_is_drawn_on_return(open_page: OpenPage) -> None:
    page = ready(open_page(LIVELY))
    before = grids(page)
    page.evaluate("window.ganvae.set({ tab: 'walk' })")
    page.evaluate("window.ganvae.set({ seed: 8 })")
    page.evaluate("window.ganvae.set({ tab: 'sample' })")
    settled(page, 8)
    for old, new in zip(before, grids(page), strict=True):
        assert (old != new).any()


def test_all_vaes_side_by_side(page: Page) -> None:
    ready(page)
    count = page.evaluate("window.ganvae.pair().vaes.length")
    page.locator(f"{SAMPLE} .gv-option[data-value=all]").click()
    expect(page.locator(f"{SAMPLE} .gv-panel")).to_have_count(count + 1)
    ready(page)
    assert len(grids(page)) == count + 1
    page.locator(f"{SAMPLE} .gv-option[data-value=vae-3]").click()
    expect(page.locator(f"{SAMPLE} .gv-panel")).to_have_count(2)
    assert page.evaluate("window.ganvae.members()") == ["vae-3", "gan-100"]


def test_count_and_temperature(open_page: OpenPage) -> None:
    page = ready(open_page(LIVELY))
    page.evaluate("window.ganvae.set({count: 4, temperature: 0})")
    expect(page.locator(GRIDS).first).to_have_attribute("aria-label", re.compile("^4 samples"))
    page.wait_for_function("() => !document.querySelector('#gv-sample .gv-panel.busy')")
    for grid in grids(page):
        # All four are the centre of the latent space; the first is outlined.
        half = grid.shape[0] // 2
        above, below = grid[:half, half + 1 :], grid[-half:, half + 1 :]
        assert (above == below).mean() > 0.98


def test_download_is_a_picture_of_both_grids(page: Page) -> None:
    ready(page)
    with page.expect_download() as download:
        page.locator(f"{SAMPLE} .download").click()
    assert download.value.suggested_filename.endswith("seed-42.png")
    with Image.open(download.value.path()) as picture:
        assert picture.width > 2 * picture.height > 2000


def test_a_bad_seed_is_told_and_changes_nothing(page: Page) -> None:
    ready(page)
    field = page.locator(f"{SAMPLE} .seed")
    field.fill("-3")
    field.press("Enter")
    expect(page.locator(".gv-toast")).to_contain_text("0 to 4294967295")
    assert state(page)["seed"] == 42
    expect(field).to_have_value("42")


@pytest.mark.parametrize("pair", ["digits-convolutional", "digits-perceptrons", "digits-small"])
def test_a_phone_shows_both_side_by_side_without_sideways_scrolling(
    open_page: OpenPage, pair: str
) -> None:
    page = ready(open_page(f"?pair={pair}", **PHONE, device_scale_factor=2, has_touch=True))
    assert state(page)["count"] == 16
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    boxes = [panel.bounding_box() for panel in page.locator(f"{SAMPLE} .gv-panel").all()]
    left, right = [box for box in boxes if box]
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    assert right["x"] + right["width"] <= PHONE["width"]


def dock_boxes(page: Page) -> dict[str, dict[str, float]]:
    """Where the dock's controls are, by their class."""
    return page.eval_on_selector_all(
        f"{SAMPLE} .gv-dock > *",
        """(all) => Object.fromEntries(all.map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect();
          const name = one.querySelector("input")?.className ?? one.className.split(" ").at(-1);
          return [name, { x, width, height, middle: Math.round(y + height / 2) }];
        }))""",
    )


@pytest.mark.parametrize("height", [720, 800])
def test_the_dock_is_one_row_and_in_view(open_page: OpenPage, height: int) -> None:
    page = ready(open_page(width=1280, height=height))
    page.evaluate("window.ganvae.set({count: 100, temperature: 2, seed: 4294967295})")
    settled(page, 4294967295)
    boxes = dock_boxes(page)
    assert list(boxes) == [
        "seed",
        "count",
        "temperature",
        "matched",
        "fitted",
        "download",
        "play",
    ]
    assert len({box["middle"] for box in boxes.values()}) == 1
    places = list(boxes.values())
    for left, right in itertools.pairwise(places):
        assert left["x"] + left["width"] <= right["x"]
    dock = page.locator(f"{SAMPLE} .gv-dock").bounding_box()
    assert dock
    assert places[-1]["x"] + places[-1]["width"] <= dock["x"] + dock["width"]
    assert dock["y"] + dock["height"] <= height


def test_a_phones_dock_is_in_order_and_for_fingers(open_page: OpenPage) -> None:
    page = ready(open_page(**PHONE, has_touch=True, is_mobile=True))
    boxes = dock_boxes(page)
    rows = [boxes[name]["middle"] for name in ("seed", "count", "temperature", "matched", "play")]
    assert rows == sorted(set(rows))
    assert boxes["seed"]["middle"] == boxes["download"]["middle"]
    assert boxes["matched"]["middle"] == boxes["fitted"]["middle"]
    assert min(box["height"] for box in boxes.values()) >= 40
    dock = page.locator(f"{SAMPLE} .gv-dock").bounding_box()
    assert dock
    assert dock["y"] + dock["height"] <= PHONE["height"]


def test_r_rerolls(page: Page) -> None:
    ready(page)
    expect(page.locator(f"{SAMPLE} [data-reroll]")).to_have_attribute("aria-keyshortcuts", "R")
    page.keyboard.press("r")
    page.wait_for_function("() => window.ganvae.get().seed !== 42")


def test_arrow_keys_keep_the_focus_on_the_switch(page: Page) -> None:
    ready(page)
    page.locator(f"{SAMPLE} .gv-option[aria-checked=true]").focus()
    seen = []
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
        seen.append(page.evaluate("() => document.activeElement.dataset.value"))
    # From the last of two over the first to "all", which other panels come with.
    assert page.evaluate("window.ganvae.pair().vaes") == ["vae-3", "vae-10"]
    assert seen == ["vae-3", "all"]


def test_nothing_moves_when_the_pictures_change(page: Page) -> None:
    ready(page)
    # The header is a part of its own, which may come after the pictures.
    expect(page.locator("#gv-header .look, header.top + .look").first).not_to_be_empty()
    where = "(all) => all.map((e) => JSON.stringify(e.getBoundingClientRect()))"
    watched = f"{SAMPLE} .gv-panel, {SAMPLE} .gv-dock, {SAMPLE} .play"
    before = page.eval_on_selector_all(watched, where)
    page.evaluate("window.ganvae.set({seed: 4294967295, pick: 63})")
    settled(page, 4294967295)
    assert page.eval_on_selector_all(watched, where) == before

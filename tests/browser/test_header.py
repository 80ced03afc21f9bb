"""The top of the page, and what all tabs share."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The page as it opens on a computer's screen."""
    return open_page()


def tab(page: Page, name: str) -> None:
    expect(page.locator(f"[role=tab][data-tab-id={name}]")).to_have_attribute(
        "aria-selected", "true"
    )


def test_tabs_and_address_follow_each_other(page: Page) -> None:
    for name in ("explore", "walk", "map", "compare", "reconstruct", "training"):
        page.locator(f"[role=tab][data-tab-id={name}]").click()
        tab(page, name)
        page.wait_for_url(f"**/*tab={name}*")
        expect(page.locator(f"#gv-tab-{name}")).to_be_visible()
    page.evaluate("window.ganvae.set({tab: 'sample'})")
    tab(page, "sample")
    expect(page.locator("#gv-tab-sample")).to_be_visible()


@pytest.mark.parametrize("name", ["explore", "walk", "map", "compare", "reconstruct", "training"])
def test_a_link_opens_its_tab(open_page: OpenPage, name: str) -> None:
    page = open_page(f"?tab={name}")
    tab(page, name)
    expect(page.locator(f"#gv-tab-{name}")).to_be_visible()


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_has_all_tabs_in_a_row_that_moves(open_page: OpenPage, width: int) -> None:
    page = open_page(width=width, height=844, has_touch=True, is_mobile=True)
    buttons = page.locator(".gv-tabs [role=tab][data-tab-id]:visible")
    expect(buttons).to_have_count(7)
    boxes = buttons.evaluate_all(
        "(all) => all.map((one) => { const { top, height } = one.getBoundingClientRect();"
        " return [top, height]; })"
    )
    assert len({top for top, _ in boxes}) == 1
    assert min(height for _, height in boxes) >= 40
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    for name in ("training", "compare", "sample"):
        page.evaluate(f"() => ganvae.set({{ tab: '{name}' }})")
        tab(page, name)
        box = page.locator(f"[role=tab][data-tab-id={name}]").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_play_the_walk_opens_the_walk(page: Page) -> None:
    page.evaluate("window.addEventListener('ganvae:play', () => { window.played = true; })")
    page.get_by_role("button", name="Play the walk").click()
    tab(page, "walk")
    assert page.evaluate("window.played")


def test_dark_and_light(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    toggle = page.locator("#gv-header .theme")
    expect(toggle).to_have_attribute("aria-label", "Switch to light colours")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    toggle.click()
    expect(toggle).to_have_attribute("aria-label", "Switch to dark colours")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    # The choice outlives the visit.
    page.reload()
    expect(toggle).to_have_attribute("aria-label", "Switch to dark colours")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_share_copies_a_link_to_this_view(open_page: OpenPage, page_url: str) -> None:
    page = open_page("?seed=9", permissions=["clipboard-read", "clipboard-write"])
    share = page.locator("#gv-header .share")
    share.click()
    expect(share).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{page_url}/?seed=9"


def test_the_api_link_opens_gradios_page_over_this_view(open_page: OpenPage) -> None:
    page = open_page("?seed=9")
    link = page.locator("#gv-header .api")
    expect(link).to_have_attribute("href", re.compile("."))
    href = link.get_attribute("href")
    assert href
    assert parse_qs(urlsplit(href).query) == {"seed": ["9"], "view": ["api"]}
    link.click()
    docs = page.locator(".api-docs")
    expect(docs).to_be_visible()
    expect(docs).to_contain_text("5 API endpoints")
    assert parse_qs(urlsplit(page.url).query) == {"seed": ["9"], "view": ["api"]}


def test_a_subscriber_hears_what_changed(page: Page) -> None:
    page.wait_for_function("() => window.ganvae")
    heard = page.evaluate(
        """() => {
          const heard = [];
          const stop = window.ganvae.subscribe((state, changed) => heard.push(changed));
          window.ganvae.set({ pick: 4 });
          window.ganvae.set({ pick: 4 });
          window.ganvae.set({ pick: 400, frames: 3, walk: 'zig' });
          stop();
          window.ganvae.set({ pick: 5 });
          return heard;
        }"""
    )
    assert heard == [["pick"]]


def test_another_seed_resets_the_sliders(page: Page) -> None:
    page.wait_for_function("() => window.ganvae")
    page.evaluate("window.ganvae.set({ sliders: { 2: 1.25 } })")
    assert page.evaluate("window.ganvae.get().sliders") == {"2": 1.25}
    page.evaluate("window.ganvae.set({ seed: 43 })")
    assert page.evaluate("window.ganvae.get().sliders") == {}


def test_the_page_has_a_heading_and_named_controls(page: Page) -> None:
    expect(page.get_by_role("heading", name="ganvae")).to_be_visible()
    expect(page.get_by_label("Pair of models")).to_be_visible()
    expect(page.get_by_role("button", name="Reroll")).to_be_visible()
    expect(page.get_by_label("temperature")).to_be_visible()

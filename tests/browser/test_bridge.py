"""The Bridge tab in Chromium: every stop drawn by its own model and never blended, links, phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from ganvae import data, render
from ganvae.collection import Collection
from ganvae.models import VAE
from ganvae.recipe.pairs import BRIDGES
from tests.browser.canvases import grey, same
from tests.browser.conftest import NewPage
from tests.conftest import TINY_STOPS
from tests.serving import served

TAB = "#gv-bridge"
NAMES = [recipe.name for recipe in TINY_STOPS]
SIDE, COUNT, SEED, INDEX = 28, 25, 7, 3


@pytest.fixture(scope="module")
def collection(exported_bridge: Path) -> Collection:
    return Collection(exported_bridge)


@pytest.fixture(scope="module")
def app(collection: Collection, runtime: Path, small_data: Path) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANVAE_ORT_URL", str(runtime))
        patch.setenv("GANVAE_DATA", str(small_data))
        with served(collection) as url:
            yield url


@pytest.fixture(scope="module")
def two_pairs(
    bridge_weights: Path, face_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A page with a pair of digits, one of faces, and the bridge of each."""
    weights = tmp_path_factory.mktemp("two-pairs")
    for folder in (bridge_weights, face_weights):
        shutil.copytree(folder, weights, dirs_exist_ok=True)
    with served(Collection(weights)) as url:
        yield url


def test_a_tuned_pair_opens_with_the_fitted_prior(new_page: NewPage, app: str) -> None:
    page = new_page()
    page.goto(f"{app}/")
    fitted = page.locator("#gv-sample .fitted")
    expect(fitted).to_be_checked(timeout=30_000)
    fitted.uncheck()
    page.wait_for_url("**/*fitted=0*")
    page.reload()
    expect(page.locator("#gv-sample .fitted")).not_to_be_checked(timeout=30_000)


def test_the_time_lapse_of_a_tuned_pair_says_that_its_points_are_others(
    new_page: NewPage, app: str
) -> None:
    page = new_page()
    page.goto(f"{app}/?tab=training")
    note = page.locator(".training-note")
    expect(note).to_contain_text("same random point at every moment. Points are of N(0, I)")
    page.goto(f"{app}/?tab=training&fitted=0")
    expect(note).to_have_text("Each picture is drawn from the same random point at every moment.")


def open_bridge(page: Page, app: str, query: str) -> None:
    page.goto(f"{app}/?tab=bridge&{query}")
    page.wait_for_selector(f"{TAB} .br[data-shown][data-measured]")


def wait_for_stop(page: Page, at: int) -> None:
    page.wait_for_selector(f"{TAB} .br[data-shown$='/{NAMES[at]}']")


def original(folder: Path) -> torch.Tensor:
    return data.to_float(data.load_images("mnist", "test", folder)[INDEX : INDEX + 1])


def expected(collection: Collection, at: int, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """What the stop's own model draws: samples (COUNT, 28, 28), and the reconstruction."""
    vae = collection.model(NAMES[at])
    assert isinstance(vae, VAE)
    z = torch.from_numpy(collection.sample_z(NAMES[at], SEED, COUNT, fitted=True))
    pictures = torch.cat([vae.generate(z), vae.reconstruct(original(folder))])
    pixels = render.to_pixels(pictures)[:, :, :, 0]
    return pixels[:-1], pixels[-1]


def tiles(page: Page) -> np.ndarray:
    sheet = grey(page, f"{TAB} .br-grid")
    step = SIDE + 1
    rows = [
        sheet[row * step : row * step + SIDE, column * step : column * step + SIDE]
        for row in range(5)
        for column in range(5)
    ]
    return np.stack(rows)


def assert_drawn_by(page: Page, collection: Collection, at: int, folder: Path) -> None:
    samples, redrawn = expected(collection, at, folder)
    assert same(tiles(page), samples)
    assert same(grey(page, f"{TAB} .br-redrawn"), redrawn)


def text(page: Page, selector: str) -> str:
    return page.inner_text(f"{TAB} {selector}")


def test_every_stop_is_drawn_by_its_own_model_and_nothing_is_blended(
    page: Page, app: str, collection: Collection, small_data: Path
) -> None:
    open_bridge(page, app, f"seed={SEED}&index={INDEX}")
    # The pair at the top has no say here, and what to look for is another thing.
    hint = BRIDGES[0].hint
    expect(page.locator("#gv-header .look")).to_have_text(hint)
    expect(page.locator("#gv-header select")).to_be_disabled()
    slider = page.locator(f"{TAB} .br-range")
    slider.focus()
    for at in range(5):
        wait_for_stop(page, at)
        assert_drawn_by(page, collection, at, small_data)
        assert text(page, ".br-stop b") == f"Stop {at + 1} of 5"
        # The figures are the stop's own, and its point alone is marked.
        assert text(page, "[data-key=sharpness] b") == f"{50 + 10 * at} %"
        # That of what is drawn, which is the fitted prior's, first.
        assert text(page, "[data-key=distance] b") == f"{40 - 2.5 * at:g}"
        assert text(page, "[data-key=distance] dd").endswith(f"with N(0, I) {100 - 12.5 * at:g}")
        expect(page.locator(f"{TAB} .br-point.chosen")).to_have_attribute(
            "aria-label",
            f"Stop {at + 1}, weight {TINY_STOPS[at].adversarial:g}: sharpness "
            f"{50 + 10 * at} %, squared error {0.01 + 0.02 * (at / 4) ** 2:.3g}",
        )
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("4")
    real = render.to_pixels(original(small_data))[0, :, :, 0]
    np.testing.assert_array_equal(grey(page, f"{TAB} .br-original"), real)
    # Between two stops: first still the one, then at once the other, and no mixture of them.
    move = "(range, value) => { range.value = value; range.dispatchEvent(new Event('input')); }"
    for position, at in ((2.45, 2), (2.55, 3)):
        slider.evaluate(move, str(position))
        wait_for_stop(page, at)
        assert_drawn_by(page, collection, at, small_data)
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_value("2")
    page.get_by_role("tab", name="Sample").click()
    expect(page.locator("#gv-header .look")).not_to_have_text(hint)
    expect(page.locator("#gv-header select")).to_be_enabled()


def test_the_browser_draws_what_it_can_and_the_server_the_rest(
    page: Page, app: str, collection: Collection, small_data: Path
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_bridge(page, app, f"seed={SEED}&index={INDEX}")
    engine = page.locator(f"{TAB} .br-engine")
    expect(engine).to_have_text("drawn here")
    # The neighbour's decoder is loaded too, no other's, and draws without the server.
    page.wait_for_function(f"() => ganvae.engine.can('{NAMES[1]}')")
    assert {url.split("/")[-3] for url in asked if url.endswith("decoder.onnx")} == set(NAMES[:2])
    page.locator(f"{TAB} .br-seed").fill("8")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{TAB} .br[data-shown*='/8/']")
    before = tiles(page)
    page.locator(f"{TAB} .br-seed").fill(str(SEED))
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{TAB} .br[data-shown*='/{SEED}/']")
    assert not same(tiles(page), before)
    assert_drawn_by(page, collection, 0, small_data)
    page.locator(f"{TAB} .br-tick").nth(4).click()
    wait_for_stop(page, 4)
    expect(engine).to_have_text("server")
    assert_drawn_by(page, collection, 4, small_data)


def test_a_link_restores_the_view_also_on_a_phone(
    new_page: NewPage, app: str, collection: Collection, small_data: Path
) -> None:
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    open_bridge(page, app, "bridge=bridge-faces&at=1")
    assert text(page, ".br-stop").startswith("Stop 2 of 2")
    assert text(page, ".br-figures [data-key=realness] dd") == "not measured"
    assert page.get_attribute(f"{TAB} .br", "data-colour") == "true"
    page.locator(f"{TAB} .br-bridges [data-value=bridge-digits]").tap()
    page.locator(f"{TAB} .br-seed").fill(str(SEED))
    page.locator(f"{TAB} .br-seed").blur()
    page.locator(f"{TAB} [data-do=on]").tap()
    page.locator(f"{TAB} .br-tick").nth(2).tap()
    wait_for_stop(page, 2)
    page.wait_for_function(
        "() => ['at=2', 'seed=7', 'index=1'].every(p => location.search.includes(p))"
    )
    width = page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert width == [390, 390]
    for part in (".br-grid", ".br-redrawn", ".br-slide", ".br-dock", ".br-svg"):
        box = page.locator(f"{TAB} {part}").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    # Pictures and slider are in view together.
    box = page.locator(f"{TAB} .br-slide").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844
    shared = page.evaluate("() => new URL(ganvae.link()).search")
    again = new_page()
    open_bridge(again, app, shared.lstrip("?"))
    wait_for_stop(again, 2)
    assert text(again, ".br-number") == "2 of 40"
    assert again.input_value(f"{TAB} .br-seed") == str(SEED)
    np.testing.assert_array_equal(tiles(again)[:4], tiles_of_phone(page))


def test_the_bridge_is_that_of_the_pair_until_one_is_chosen(
    new_page: NewPage, two_pairs: str
) -> None:
    page = new_page()
    shown = page.locator(f"{TAB} .br-bridges [aria-checked=true]")
    page.goto(f"{two_pairs}/?pair=faces&tab=bridge")
    expect(shown).to_have_attribute("data-value", "bridge-faces")
    page.get_by_role("tab", name="Sample").click()
    page.locator("#gv-header select").select_option("digits-tuned")
    page.get_by_role("tab", name="Bridge").click()
    expect(shown).to_have_attribute("data-value", "bridge-digits")
    page.locator(f"{TAB} .br-bridges [data-value=bridge-faces]").click()
    page.wait_for_url("**/*bridge=bridge-faces*")
    page.reload()
    expect(shown).to_have_attribute("data-value", "bridge-faces")


def tiles_of_phone(page: Page) -> np.ndarray:
    """The first row of the four by four pictures."""
    sheet = grey(page, f"{TAB} .br-grid")
    step = SIDE + 1
    return np.stack([sheet[:SIDE, at * step : at * step + SIDE] for at in range(4)])

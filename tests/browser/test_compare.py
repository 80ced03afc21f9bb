"""The Compare tab in Chromium: the line between two pictures, the magnifier, drawing, figures."""

from __future__ import annotations

import base64
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from ganvae import data, render
from ganvae.collection import Collection
from ganvae.models import VAE
from ganvae.ui import sampling
from tests.measures import write_measures
from tests.serving import served

TAB = "#gv-compare"
BIG = f"{TAB} .compare-view canvas"
SEED = 7
# The frame around what is magnified and the line lie over the canvas, not on it.
ROUNDING = 2


@pytest.fixture(scope="module")
def weights(
    tiny_weights: Path, face_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("compare") / "weights"
    for name in ("vae-3", "vae-10", "gan-100", "mini-gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    for name in ("face-vae-128", "face-gan-128"):
        shutil.copytree(face_weights / name, folder / name)
    write_measures(folder)
    return folder


@pytest.fixture(scope="module")
def app(weights: Path) -> Iterator[str]:
    """The page in this process, so that a test can give it a data folder and take it away."""
    with served(weights) as url:
        yield url


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data set is at hand unless a test says so."""
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path / "nothing"))


def open_tab(page: Page, app: str, query: str = "") -> None:
    page.goto(f"{app}/?pair=digits-convolutional&tab=compare&seed={SEED}&{query}")
    expect(page.locator(f"{TAB} .compare-stage")).to_be_visible()


def wait_for_pictures(page: Page, **wanted: Any) -> None:
    """Until the pictures on the stage are all there, and those of such a request."""
    page.wait_for_function(
        """(wanted) => {
          const { shown } = document.querySelector("#gv-compare .compare-stage").dataset;
          const request = shown ? JSON.parse(shown) : null;
          return request && Object.entries(wanted).every(([key, value]) => request[key] === value);
        }""",
        arg=wanted,
    )


def on_canvas(page: Page, selector: str) -> np.ndarray:
    url = page.locator(selector).first.evaluate("canvas => canvas.toDataURL()")
    content = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))[:, :, 0].astype(int)


def panel(family: str, part: str) -> str:
    return f"{TAB} .gv-panel[data-family='{family}'] .compare-{part} canvas"


def matched(weights: Path, pick: int = 0, vae: str = "vae-10") -> tuple[np.ndarray, np.ndarray]:
    """Grey pixels of a sample of the GAN and of the VAE's reconstruction of it."""
    collection = Collection(weights)
    sample = sampling.sample(collection, "gan-100", SEED, pick + 1, 1.0)[pick:]
    model = collection.model(vae)
    assert isinstance(model, VAE)
    made = render.to_pixels(sample), render.to_pixels(model.reconstruct(sample))
    return made[0][0, :, :, 0].astype(int), made[1][0, :, :, 0].astype(int)


def enlarged(pixels: np.ndarray, canvas: np.ndarray) -> np.ndarray:
    """A picture as it must lie on a canvas: every pixel a square of one size, in the middle."""
    side = min(canvas.shape) // pixels.shape[0]
    large = np.kron(pixels, np.ones((side, side), int))
    whole = np.zeros(canvas.shape, int)
    top, left = ((a - b) // 2 for a, b in zip(canvas.shape, large.shape, strict=True))
    whole[top : top + large.shape[0], left : left + large.shape[1]] = large
    return whole


def assert_same(seen: np.ndarray, expected: np.ndarray) -> None:
    assert seen.shape == expected.shape
    assert np.abs(seen - expected).max() <= ROUNDING


def cut_of(canvas: np.ndarray, share: float) -> int:
    """The column of the line, at a share of the picture's width."""
    used = min(canvas.shape) // 32 * 32
    return (canvas.shape[1] - used) // 2 + round(share * used)


def assert_cut_at(page: Page, weights: Path, share: float) -> None:
    """The VAE's picture lies left of the line, the GAN's right of it."""
    gan, vae = matched(weights)
    seen = on_canvas(page, BIG)
    left, right, cut = enlarged(vae, seen), enlarged(gan, seen), cut_of(seen, share)
    assert (left[:, : cut - 3] != right[:, : cut - 3]).any()
    assert_same(seen[:, : cut - 3], left[:, : cut - 3])
    assert_same(seen[:, cut + 3 :], right[:, cut + 3 :])


def share_now(page: Page) -> float:
    return int(page.locator(f"{TAB} [role=slider]").get_attribute("aria-valuenow") or -1) / 100


def test_the_two_pictures_stand_beside_each_other(page: Page, app: str, weights: Path) -> None:
    open_tab(page, app)
    wait_for_pictures(page, source="sample", seed=SEED, pick=0, vae="vae-10", gan="gan-100")
    gan, vae = matched(weights)
    for family, pixels in (("vae", vae), ("gan", gan)):
        seen = on_canvas(page, panel(family, "whole"))
        assert_same(seen, enlarged(pixels, seen))
        facts = page.locator(f"{TAB} .gv-panel[data-family='{family}'] .gv-facts")
        expect(facts).to_contain_text("of real")
        expect(facts).to_contain_text("realness")
    assert_cut_at(page, weights, 0.5)
    # Another of the seed's pictures.
    page.get_by_role("button", name="Next picture").click()
    wait_for_pictures(page, pick=1)
    seen = on_canvas(page, panel("vae", "whole"))
    assert_same(seen, enlarged(matched(weights, 1)[1], seen))
    page.wait_for_function("() => location.search.includes('pick=1')")
    # Another VAE.
    page.locator(f"{TAB} .gv-panel[data-family='vae'] .gv-option", has_text="3").click()
    wait_for_pictures(page, vae="vae-3")
    seen = on_canvas(page, panel("vae", "whole"))
    assert_same(seen, enlarged(matched(weights, 1, "vae-3")[1], seen))


def test_the_line_is_dragged(page: Page, app: str, weights: Path) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    box = page.locator(BIG).bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=8)
    page.mouse.up()
    share = share_now(page)
    assert 0.75 < share < 0.85
    exact = page.locator(".compare-both").evaluate(
        "node => parseFloat(node.style.getPropertyValue('--compare-at')) / 100"
    )
    assert_cut_at(page, weights, exact)
    # The pointer that only passes over it moves nothing.
    page.mouse.move(box["x"] + box["width"] * 0.2, middle, steps=4)
    assert share_now(page) == share


def test_the_keyboard_moves_line_and_magnifier(page: Page, app: str, weights: Path) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    page.locator(f"{TAB} [role=slider]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    assert share_now(page) == 0.4
    assert_cut_at(page, weights, 0.4)
    page.keyboard.press("End")
    assert share_now(page) == 1
    page.keyboard.press("Home")
    assert share_now(page) == 0
    gan, vae = matched(weights)
    seen = on_canvas(page, BIG)
    assert_same(seen, enlarged(gan, seen))
    spot = page.locator(f"{TAB} .compare-spot")
    assert_same(magnified(page, "vae"), vae[12:20, 12:20])
    spot.focus()
    for key in ("ArrowRight", "ArrowUp"):
        for _ in range(20):
            page.keyboard.press(key)
    assert_same(magnified(page, "vae"), vae[:8, 24:])
    assert_same(magnified(page, "gan"), gan[:8, 24:])


def magnified(page: Page, family: str) -> np.ndarray:
    """The 8 by 8 pixels that a panel magnifies, read in their middles."""
    canvas = on_canvas(page, panel(family, "crop"))
    rows, columns = (((np.arange(8) + 0.5) * side / 8).astype(int) for side in canvas.shape)
    return canvas[np.ix_(rows, columns)]


def test_the_magnifier_follows_the_pointer_on_both(page: Page, app: str, weights: Path) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    gan, vae = matched(weights)
    height = page.locator(f"{TAB} .compare-stage").evaluate("node => node.offsetHeight")
    box = page.locator(BIG).bounding_box()
    assert box
    # The picture stands in the middle of its canvas, every pixel of it a whole number of screen's.
    side = min(box["width"], box["height"]) // 32 * 32
    left_edge = box["x"] + (box["width"] - side) / 2
    top_edge = box["y"] + (box["height"] - side) / 2
    for x, y in ((0.3, 0.7), (0.01, 0.01), (0.5, 0.25)):
        page.mouse.move(left_edge + x * side, top_edge + y * side)
        top, left = (min(max(round(share * 32 - 4), 0), 24) for share in (y, x))
        for family, pixels in (("vae", vae), ("gan", gan)):
            assert_same(magnified(page, family), pixels[top : top + 8, left : left + 8])
    # Nothing jumped.
    assert page.locator(f"{TAB} .compare-stage").evaluate("node => node.offsetHeight") == height


def draw_a_stroke(page: Page) -> None:
    box = page.locator(f"{TAB} .gv-sketch canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.8, steps=10)
    page.mouse.up()


def test_a_drawing_becomes_three_pictures(page: Page, app: str, weights: Path) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    page.get_by_role("radio", name="your drawing").click()
    expect(page.locator(f"{TAB} .compare-empty")).to_have_text("Draw a digit in the dashed frame.")
    assert on_canvas(page, panel("vae", "whole")).max() == 0
    page.wait_for_function("() => location.search.includes('source=drawing')")
    draw_a_stroke(page)
    wait_for_pictures(page, source="drawing")
    expect(page.locator(f"{TAB} .compare-empty")).to_be_hidden()
    # What the models got: 20 of 28 pixels high, in the middle.
    seen = on_canvas(page, panel("real", "crop"))
    inked = (seen > 30).any(axis=1).nonzero()[0] / len(seen)
    assert inked[0] == pytest.approx(4 / 28, abs=0.06)
    assert inked[-1] == pytest.approx(24 / 28, abs=0.06)
    for family in ("vae", "gan"):
        assert on_canvas(page, panel(family, "whole")).std() > 5
        facts = page.locator(f"{TAB} .gv-panel[data-family='{family}'] .gv-facts")
        expect(facts).to_contain_text("off by")
    first = on_canvas(page, panel("vae", "whole"))
    # A second stroke is another picture; clearing takes all of them away.
    request = page.locator(f"{TAB} .compare-stage").get_attribute("data-shown")
    page.mouse.move(0, 0)
    box = page.locator(f"{TAB} .gv-sketch canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 25, steps=5)
    page.mouse.up()
    page.wait_for_function(
        """(former) => {
          const { shown } = document.querySelector("#gv-compare .compare-stage").dataset;
          return shown && shown !== former;
        }""",
        arg=request,
    )
    assert (on_canvas(page, panel("vae", "whole")) != first).any()
    page.get_by_role("button", name="Clear the drawing").click()
    expect(page.locator(f"{TAB} .compare-empty")).to_be_visible()
    assert on_canvas(page, panel("gan", "whole")).max() == 0


def test_a_test_image(
    page: Page, app: str, weights: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    open_tab(page, app, "source=test&index=3")
    wait_for_pictures(page, source="test", index=3)
    expect(page.locator(f"{TAB} .compare-which")).to_have_text("4 of 40")
    images = data.resize(data.load_images("mnist", "test", small_data)[3:4], (32, 32))
    seen = on_canvas(page, panel("real", "whole"))
    assert_same(seen, enlarged(images[0, 0].numpy().astype(int), seen))
    page.get_by_role("button", name="Previous picture").click()
    wait_for_pictures(page, source="test", index=2)


def test_without_data_the_choice_is_closed(page: Page, app: str) -> None:
    open_tab(page, app, "source=test&index=3")
    wait_for_pictures(page, source="sample")
    test_image = page.get_by_role("radio", name="test image")
    expect(test_image).to_be_disabled()
    expect(test_image).to_have_attribute("title", re.compile("not at hand"))
    expect(page.locator(f"{TAB} .compare-note")).to_contain_text("not at hand")
    expect(page.get_by_role("radio", name="GAN sample")).to_have_attribute("aria-checked", "true")


def test_figures_and_claims(page: Page, app: str) -> None:
    open_tab(page, app)
    tab = page.locator(TAB)
    expect(tab.locator(".compare-chart svg")).to_have_count(2)
    expect(tab.locator(".compare-legend").first).to_have_text("VAE 3VAE 10GAN 100real")
    rows = tab.locator(".compare-table tbody tr")
    expect(rows).to_have_count(11)
    expect(rows.first.locator("th")).to_have_text("distance")
    assert rows.first.locator("td").all_inner_texts() == [
        "177",
        "88.2",
        "177",
        "88.2",
        "177 ± 2",
        "1.91",
    ]
    bars = tab.locator(".compare-bar")
    assert bars.locator("b").all_inner_texts() == ["98 %", "3.1 %", "under 0.1 %", "25 %"]
    track, fill = (bars.nth(3).locator(part).bounding_box() for part in (".compare-track", "i"))
    assert track
    assert fill
    assert fill["width"] / track["width"] == pytest.approx(0.25, abs=0.02)
    claims = tab.locator(".compare-claim")
    expect(claims).to_have_count(2)
    expect(claims.first).to_contain_text("supported")
    expect(claims.first).to_contain_text("Sharpness is 49 % of real.")
    expect(claims.first).to_contain_text("studies A, D")
    sources = claims.first.locator("li", has_text="from weights/vae-10/metrics.json")
    expect(sources).to_be_hidden()
    claims.first.locator("summary").click()
    expect(sources).to_be_visible()
    # What a file holds is text.
    expect(claims.nth(1).locator("h4")).to_have_text(
        "A <b>claim</b> with <img src=x onerror=alert(1)> in it."
    )
    expect(claims.nth(1).locator("img, b")).to_have_count(0)


def test_other_pairs(page: Page, app: str) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    page.evaluate("() => window.ganvae.set({ pair: 'faces' })")
    wait_for_pictures(page, vae="face-vae-128")
    expect(page.get_by_role("radio", name="your drawing")).to_be_hidden()
    expect(page.locator(f"{TAB} .gv-facts").last).to_contain_text("realness score")
    expect(page.locator(f"{TAB} .compare-missing").first).to_contain_text(
        "python train.py --score face-vae-128"
    )
    # A pair that lacks one of the two says so, and shows what was measured of the other.
    page.evaluate("() => window.ganvae.set({ pair: 'digits-small' })")
    expect(page.locator(f"{TAB} .compare-note")).to_contain_text("There is no VAE of this pair")
    expect(page.locator(f"{TAB} .compare-dock")).to_be_hidden()
    expect(page.locator(f"{TAB} .compare-table thead")).to_contain_text("GAN 100")


@pytest.mark.parametrize("query", ["", "source=drawing"])
def test_a_phone(new_page: Any, app: str, weights: Path, query: str) -> None:
    page = new_page(390, 844, has_touch=True, is_mobile=True, device_scale_factor=2)
    open_tab(page, app, query)
    expect(page.locator(f"{TAB} .compare-claim")).to_have_count(2)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    # The table is wider: it moves inside its own box, and the first column stays.
    scroll = page.locator(f"{TAB} .compare-scroll")
    assert scroll.evaluate("node => node.scrollWidth > node.clientWidth")
    term = scroll.locator("tbody th").first
    before = term.bounding_box()
    scroll.evaluate("node => { node.scrollLeft = 200 }")
    assert term.bounding_box() == before
    if query:
        return
    wait_for_pictures(page)
    box = page.locator(BIG).bounding_box()
    assert box
    # Far from the line a finger moves the magnifier alone.
    page.locator(BIG).scroll_into_view_if_needed()
    box = page.locator(BIG).bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2 + box["height"] * 0.4, box["y"] + 10)
    assert share_now(page) == 0.5
    assert_same(magnified(page, "vae"), matched(weights)[1][:8, 24:])


def vertical(page: Page, selector: str) -> tuple[float, float]:
    """Where the first of these begins and ends, from the top of the window."""
    box = page.locator(selector).first.bounding_box()
    assert box, selector
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize("size", [(1280, 800), (1280, 720), (390, 844), (360, 664)])
@pytest.mark.parametrize("query", ["", "source=drawing"])
def test_picture_line_and_dock_are_in_view_together(
    new_page: Any, app: str, size: tuple[int, int], query: str
) -> None:
    page = new_page(*size, has_touch=size[0] < 640, is_mobile=size[0] < 640)
    open_tab(page, app, query)
    if not query:
        wait_for_pictures(page)
    must_be_seen = [f"{TAB} .compare-view"]
    must_be_seen += [f"{TAB} .gv-sketch canvas"] if query else [panel("vae", "crop")]
    # All at one moment, once the header and the sources have their heights.
    page.wait_for_function(
        """([dock, seen, height]) => {
          const box = (selector) => document.querySelector(selector)?.getBoundingClientRect();
          const { top, bottom } = box(dock);
          return bottom <= height &&
            seen.map(box).every((one) => one?.height && one.top >= 0 && one.bottom <= top);
        }""",
        arg=[f"{TAB} .compare-dock", must_be_seen, size[1]],
    )
    # Nothing sticks out of its panel, the switch least of all.
    head = f"{TAB} .gv-panel[data-family='vae'] .gv-panel-head"
    assert page.locator(head).evaluate("node => node.scrollWidth <= node.clientWidth")
    # The dock goes up with the stage: it does not lie over the figures below.
    page.locator(f"{TAB} .compare-claims").scroll_into_view_if_needed()
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    assert vertical(page, f"{TAB} .compare-dock")[1] < 0


@pytest.mark.parametrize("size", [(390, 844), (360, 664)])
def test_a_phones_dock_has_two_rows(new_page: Any, app: str, size: tuple[int, int]) -> None:
    page = new_page(*size, has_touch=True, is_mobile=True)
    open_tab(page, app)
    wait_for_pictures(page)
    dock = page.locator(f"{TAB} .compare-dock")
    tops = dock.locator(".compare-kind, label, .compare-pager").evaluate_all(
        "(all) => all.map((one) => { const box = one.getBoundingClientRect();"
        " return Math.round(box.top + box.height / 2); })"
    )
    assert len(tops) == 3
    assert tops[0] < tops[1] == tops[2]
    sides = dock.locator("button:visible, input:visible").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert len(sides) == 7
    assert min(sides) >= 40


def test_with_all_vaes_one_is_compared_and_can_be_chosen(
    page: Page, app: str, weights: Path
) -> None:
    open_tab(page, app, "vae=all")
    wait_for_pictures(page, vae="vae-10")
    options = page.locator(f"{TAB} .gv-panel[data-family='vae'] .gv-option")
    assert options.all_inner_texts() == ["3", "10"]
    chosen = page.locator(f"{TAB} .gv-panel-head .gv-option[aria-checked=true]")
    expect(chosen).to_have_text("10")
    seen = on_canvas(page, panel("vae", "whole"))
    assert_same(seen, enlarged(matched(weights)[1], seen))
    # One press, and it is the other; by arrow keys too, which keep the focus.
    options.first.click()
    wait_for_pictures(page, vae="vae-3")
    expect(chosen).to_have_text("3")
    seen = on_canvas(page, panel("vae", "whole"))
    assert_same(seen, enlarged(matched(weights, vae="vae-3")[1], seen))
    for expected in ("vae-10", "vae-3"):
        page.keyboard.press("ArrowRight")
        wait_for_pictures(page, vae=expected)
    # The address says so, and the other tabs still show all.
    page.wait_for_function("() => location.search.includes('with=vae-3')")
    page.evaluate("() => window.ganvae.set({ tab: 'sample' })")
    expect(page.locator("#gv-sample .gv-panel")).to_have_count(3)
    open_tab(page, app, "vae=all&with=vae-3")
    wait_for_pictures(page, vae="vae-3")
    # Who leaves "all" takes that one along, and nothing is left of the choice.
    page.evaluate("() => window.ganvae.set({ vae: 'vae-10' })")
    wait_for_pictures(page, vae="vae-10")
    page.wait_for_function("() => !location.search.includes('with=')")


def test_r_rerolls(page: Page, app: str) -> None:
    open_tab(page, app)
    wait_for_pictures(page, seed=SEED)
    expect(page.locator(f"{TAB} [data-reroll]")).to_have_attribute("aria-keyshortcuts", "R")
    page.keyboard.press("r")
    page.wait_for_function(f"() => window.ganvae.get().seed !== {SEED}")


def test_realness_says_what_others_get(page: Page, app: str) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    line = page.locator(f"{TAB} .gv-panel[data-family='vae'] .compare-line").first
    expect(line).to_have_text(re.compile(r"realness (under |over )?[\d.]+ %"))
    expect(line).to_have_attribute("title", re.compile("real test pictures get 98 %"))
    # Explore's panels have room to say it.
    expect(line.locator(".gv-real-ones")).to_be_hidden()
    page.get_by_role("tab", name="Explore").click()
    beside = page.locator(".gx:visible .gv-note .gv-real-ones").first
    expect(beside).to_have_text("· real ones 98 %")
    expect(beside).to_be_visible()


def test_dark(page: Page, app: str) -> None:
    open_tab(page, app)
    wait_for_pictures(page)
    expect(page.locator(f"{TAB} .compare-claim")).to_have_count(2)
    page.evaluate("() => window.ganvae.setTheme(true)")
    colours = page.locator(f"{TAB} .compare-scroll tbody th").first.evaluate(
        "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    )
    assert colours[1] == "rgb(0, 0, 0)"
    assert colours[0] != colours[1]

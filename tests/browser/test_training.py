"""The Training tab in Chromium: charts, time-lapse, originals."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from ganvae import data
from tests.serving import served

# Other tabs have panels of the same models.
TAB = "#gv-training"
CHARTS = [
    "distance",
    "sharpness",
    "vae-loss",
    "vae-reconstruction",
    "vae-kl",
    "gan-loss",
    "gan-scores",
]


@pytest.fixture(scope="module")
def app(tiny_weights: Path) -> Iterator[str]:
    """The page in this process, so that a test can give it a data folder and take it away."""
    with served(tiny_weights) as url:
        yield url


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data set is at hand unless a test says so."""
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path / "nothing"))


def open_tab(page: Page, app: str, query: str = "") -> None:
    page.goto(f"{app}/?tab=training&{query}")
    expect(page.locator(".training-chart").first).to_be_visible()
    page.wait_for_function(
        f"() => document.querySelectorAll('{TAB} .gv-stage canvas[data-step]').length"
        " === window.ganvae.members().length"
    )


def move_to(page: Page, place: int) -> None:
    """Put the slider at a moment as a drag does, and wait for the pictures."""
    page.evaluate(
        """(place) => {
          const slider = document.querySelector(".training-moment input");
          slider.value = String(place);
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        place,
    )


def wait_for_step(page: Page, name: str, step: int, kind: str = "samples") -> None:
    selector = (
        f'{TAB} .gv-panel[data-model="{name}"] canvas[data-step="{step}"][data-kind="{kind}"]'
    )
    expect(page.locator(selector)).to_be_visible()


def tiles_on(
    page: Page, name: str, columns: int, pairs: bool = False, side: int = 32
) -> np.ndarray:
    """The 32 tiles on a panel's canvas, row by row, at `side` by `side` pixels."""
    url, ratio = page.evaluate(
        """(name) => {
          const panel = `#gv-training .gv-panel[data-model="${name}"]`;
          const canvas = document.querySelector(`${panel} canvas`);
          return [canvas.toDataURL(), window.devicePixelRatio];
        }""",
        name,
    )
    content = base64.b64decode(url.partition(",")[2])
    image = Image.open(io.BytesIO(content)).convert("L")
    rows = 32 // columns
    line = round(ratio) * (2 if pairs else 1)
    gaps = columns // 2 - 1 if pairs else columns - 1
    width, height = image.size
    cell = int(min((width - gaps * line) / columns, (height - (rows - 1) * line) / rows))
    left = (width - columns * cell - gaps * line) // 2
    top = (height - rows * cell - (rows - 1) * line) // 2
    tiles = []
    for place in range(32):
        row, column = divmod(place, columns)
        x = left + column * cell + (column // 2 if pairs else column) * line
        y = top + row * (cell + line)
        tile = image.crop((x, y, x + cell, y + cell)).resize((side, side), Image.Resampling.BOX)
        tiles.append(np.asarray(tile, np.float32))
    return np.stack(tiles)


def sheet_tiles(
    weights: Path, name: str, step: int, kind: str = "samples", side: int = 32
) -> np.ndarray:
    """The tiles of a sheet file."""
    image = Image.open(weights / name / "snapshots" / f"{kind}-{step:08d}.webp")
    pixels = np.asarray(image.convert("L"), np.float32)
    return pixels.reshape(4, side, 8, side).transpose(0, 2, 1, 3).reshape(32, side, side)


def assert_same(shown: np.ndarray, expected: np.ndarray) -> None:
    """Enlarged and shrunk again, pictures of pure noise come back nearly as they were; two that
    have nothing to do with one another differ by about 85."""
    differences = np.abs(shown - expected).mean(axis=(1, 2))
    assert differences.max() < 25, differences.round()


def test_charts_appear_for_a_pair(page: Page, app: str) -> None:
    open_tab(page, app)
    figures = page.locator(".training-chart")
    assert [figures.nth(i).get_attribute("data-key") for i in range(7)] == CHARTS
    expect(figures).to_have_count(7)
    pictures = page.locator(".training-chart svg[role=img]")
    expect(pictures).to_have_count(7)
    for i in range(7):
        assert "images: " in (pictures.nth(i).get_attribute("aria-label") or "")
        box = pictures.nth(i).bounding_box()
        assert box is not None
        assert box["width"] > 300
    # Their text reads in light and in dark.
    colours = {}
    for theme in (False, True):
        page.evaluate("(dark) => ganvae.setTheme(dark)", theme)
        colours[theme] = page.evaluate(
            """() => {
              const style = (one) => window.getComputedStyle(document.querySelector(one));
              const brightness = (colour) => colour.match(/[\\d.]+/g).slice(0, 3)
                .reduce((sum, value) => sum + Number(value), 0) / 3;
              return {
                text: brightness(style(".training-chart svg text").fill),
                page: brightness(window.getComputedStyle(document.body).backgroundColor),
              };
            }"""
        )
    assert colours[False]["page"] - colours[False]["text"] > 100
    assert colours[True]["text"] - colours[True]["page"] > 100


def test_scrubbing_shows_the_sheet_of_the_moment(page: Page, app: str, tiny_weights: Path) -> None:
    open_tab(page, app)
    # It opens at the end.
    expect(page.locator(".training-count")).to_have_text("320")
    slider = page.locator(".training-moment input")
    slider.focus()
    for key, step, images in (("Home", 0, "0"), ("ArrowRight", 1, "32"), ("End", 10, "320")):
        slider.press(key)
        expect(page.locator(".training-count")).to_have_text(images)
        for name in ("vae-10", "gan-100"):
            wait_for_step(page, name, step)
            assert_same(tiles_on(page, name, 8), sheet_tiles(tiny_weights, name, step))
    expect(page.locator(f"{TAB} .gv-panel .gv-note").first).to_have_text("step 10")
    # The sheets of these tests are pure noise.
    expect(page.locator(f"{TAB} .gv-meter-value").first).to_contain_text("noise")
    label = page.locator(f'{TAB} .gv-panel[data-model="gan-100"] canvas').get_attribute(
        "aria-label"
    )
    assert label == "GAN with latent size 100: 32 samples of digits after step 10, 320 images seen"


def test_after_a_fast_drag_the_last_moment_stands(page: Page, app: str, tiny_weights: Path) -> None:
    open_tab(page, app)
    for place in (0, 2, 1, 0, 2, 0, 1, 2, 0, 1):
        move_to(page, place)
    wait_for_step(page, "vae-10", 1)
    wait_for_step(page, "gan-100", 1)
    page.wait_for_load_state("networkidle")
    for name in ("vae-10", "gan-100"):
        assert_same(tiles_on(page, name, 8), sheet_tiles(tiny_weights, name, 1))


def test_play_runs_from_the_first_moment_to_the_last(page: Page, app: str) -> None:
    open_tab(page, app)
    page.evaluate(
        """() => {
          window.seen = [];
          const count = document.querySelector(".training-count");
          new MutationObserver(() => window.seen.push(count.textContent))
            .observe(count, { childList: true, characterData: true, subtree: true });
        }"""
    )
    play = page.locator(".training-play")
    play.click()
    expect(play).to_have_text("Pause")
    expect(play).to_have_text("Play the training")
    assert page.evaluate("window.seen") == ["0", "32", "320"]
    wait_for_step(page, "gan-100", 10)
    # Pausing before the first step leaves it at the first moment.
    page.evaluate("document.querySelector('.training-play').click()")
    page.evaluate("document.querySelector('.training-play').click()")
    expect(play).to_have_text("Play the training")
    expect(play).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".training-count")).to_have_text("0")


def test_reconstructions_without_data(page: Page, app: str, tiny_weights: Path) -> None:
    open_tab(page, app)
    page.locator('.training-kind [data-value="samples"]').press("ArrowRight")
    chosen = page.locator('.training-kind [data-value="reconstructions"]')
    expect(chosen).to_have_attribute("aria-checked", "true")
    expect(chosen).to_be_focused()
    wait_for_step(page, "vae-10", 10, "reconstructions")
    expected = sheet_tiles(tiny_weights, "vae-10", 10, "reconstructions")
    assert_same(tiles_on(page, "vae-10", 8), expected)
    expect(page.locator(".training-note")).to_contain_text("originals are not at hand")
    # The GAN goes on showing samples.
    assert_same(tiles_on(page, "gan-100", 8), sheet_tiles(tiny_weights, "gan-100", 10))


def test_originals_beside_their_reconstructions(
    page: Page, app: str, tiny_weights: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))
    open_tab(page, app)
    page.locator('.training-kind [data-value="reconstructions"]').click()
    wait_for_step(page, "vae-10", 10, "reconstructions")
    expect(page.locator(".training-note")).to_contain_text("In each pair: a test image")
    shown = tiles_on(page, "vae-10", 8, pairs=True)
    images = data.resize(data.load_images("mnist", "test", small_data)[:16], (32, 32))
    assert_same(shown[0::2], images[:, 0].numpy().astype(np.float32))
    expected = sheet_tiles(tiny_weights, "vae-10", 10, "reconstructions")
    assert_same(shown[1::2], expected[:16])


def test_another_pair_redraws_all(page: Page, app: str, tiny_weights: Path) -> None:
    open_tab(page, app)
    page.evaluate("ganvae.set({ pair: 'digits-perceptrons' })")
    title = page.locator('[data-key="vae-loss"] h3')
    expect(title).to_have_text("How far does the loss of VAE 20 fall?")
    expect(page.locator('[data-key="distance"] .training-values')).to_contain_text("VAE 20")
    wait_for_step(page, "mlp-vae-20", 10)
    wait_for_step(page, "mlp-gan-100", 10)
    expected = sheet_tiles(tiny_weights, "mlp-gan-100", 10, side=28)
    assert_same(tiles_on(page, "mlp-gan-100", 8, side=28), expected)
    # A pair without a VAE shows its GAN.
    page.evaluate("ganvae.set({ pair: 'digits-small' })")
    expect(page.locator(".training-chart")).to_have_count(4)
    keys = page.locator(".training-chart").evaluate_all("all => all.map(one => one.dataset.key)")
    assert keys == ["distance", "sharpness", "gan-loss", "gan-scores"]
    expect(page.locator(f"{TAB} .gv-empty")).to_be_visible()
    expect(page.locator(".training-kind")).to_be_hidden()


def test_all_vaes_side_by_side(page: Page, app: str) -> None:
    open_tab(page, app, "vae=all")
    for name in ("vae-3", "vae-10", "gan-100"):
        wait_for_step(page, name, 10)
    move_to(page, 1)
    for name in ("vae-3", "vae-10", "gan-100"):
        wait_for_step(page, name, 1)


def test_pointing_reads_the_curves_and_clicking_moves_the_pictures(page: Page, app: str) -> None:
    open_tab(page, app)
    chart = page.locator('[data-key="gan-loss"]')
    plot = chart.locator(".training-plot")
    plot.scroll_into_view_if_needed()
    values = chart.locator(".training-values b")
    # The history of these tests: column i is 1 + i / step; d_loss is column 0, g_loss column 1.
    assert values.all_inner_texts() == ["1.00", "1.10"]
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 44 / 560 + 1, box["y"] + box["height"] / 2)
    expect(values.nth(1)).to_have_text("2.00")
    expect(chart.locator(".training-when")).to_contain_text("images")
    # The other charts follow.
    expect(page.locator('[data-key="gan-scores"] .training-values b').first).to_have_text("3.00")
    page.mouse.click(box["x"] + box["width"] * 44 / 560 + 1, box["y"] + box["height"] / 2)
    wait_for_step(page, "gan-100", 1)
    page.mouse.move(0, 0)
    expect(values.nth(1)).to_have_text("2.00")  # what the slider stands at


def test_a_phone_has_the_dock_in_view(new_page: Any, app: str) -> None:
    page = new_page(390, 844, has_touch=True, is_mobile=True)
    open_tab(page, app)
    box = page.locator(".training-dock").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 844
    # Over the curves neither dock nor stage stays.
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    for part in (".training-dock", f"{TAB} .gv-stage-row"):
        box = page.locator(part).bounding_box()
        assert box
        assert box["y"] + box["height"] < 0


def test_a_phone_gets_charts_one_below_the_other(page: Page, app: str, tiny_weights: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_tab(page, app)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    left, right = (
        page.locator(f'{TAB} .gv-panel[data-model="{name}"]').bounding_box()
        for name in ("vae-10", "gan-100")
    )
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    charts = page.locator(".training-chart")
    boxes = [charts.nth(i).bounding_box() for i in range(7)]
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    assert len(set(tops)) == 7
    assert {box["x"] for box in boxes if box} == {boxes[0]["x"] if boxes[0] else None}
    # A tile is so small here that a pixel of its is hardly one of the screen: compare means.
    shown = tiles_on(page, "gan-100", 4)
    expected = sheet_tiles(tiny_weights, "gan-100", 10)
    correlations = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(shown, expected, strict=True)
    ]
    assert min(correlations) > 0.5


def test_coming_back_to_the_tab_finds_it_as_it_was(page: Page, app: str) -> None:
    open_tab(page, app)
    move_to(page, 1)
    wait_for_step(page, "gan-100", 1)
    page.evaluate("ganvae.set({ tab: 'sample' })")
    expect(page.locator(".training-dock")).to_be_hidden()
    page.evaluate("ganvae.set({ tab: 'training', vae: 'vae-3' })")
    expect(page.locator(".training-dock")).to_be_visible()
    wait_for_step(page, "gan-100", 1)
    wait_for_step(page, "vae-3", 1)
    expect(page.locator('[data-key="vae-loss"] h3')).to_contain_text("VAE 3")

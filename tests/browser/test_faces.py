"""Faces, and pairs that the project does not know, in every tab: large pictures in colour."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from canvases import colours, wait_for_explorer
from PIL import Image
from playwright.sync_api import Page, Request, expect

from ganvae import data, latents, render
from ganvae.collection import Collection
from ganvae.latents import Array
from ganvae.ui import sampling
from tests.serving import served

VAE, GAN = NAMES = ("face-vae-128", "face-gan-128")
SAMPLES = "#gv-sample .gv-stage canvas"
SHEETS = "#gv-training .gv-stage canvas"


@pytest.fixture(scope="module")
def collection(face_weights: Path) -> Collection:
    return Collection(face_weights)


@pytest.fixture(scope="module")
def app(collection: Collection) -> Iterator[str]:
    """The page in this process, so that a test can give it a data folder and take it away."""
    with served(collection) as url:
        yield url


@pytest.fixture(autouse=True)
def no_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No data set is at hand unless a test says so."""
    monkeypatch.setenv(data.DATA_VARIABLE, str(tmp_path / "nothing"))


def drawn(collection: Collection, name: str, z: Array) -> np.ndarray:
    """What a model draws at points (N, latent): bytes (N, 64, 64, 3)."""
    return render.to_pixels(collection.generate(name, z))


def alike(seen: np.ndarray, expected: np.ndarray) -> bool:
    """Whether a magnified picture is that one: the same but for what magnifying changes."""
    size = seen.shape[1], seen.shape[0]
    large = Image.fromarray(expected).resize(size, Image.Resampling.BICUBIC)
    wanted = np.asarray(large, float)
    same_colours = np.abs(seen.mean((0, 1)) - wanted.mean((0, 1))).max() < 4
    return bool(same_colours and np.corrcoef(seen.ravel(), wanted.ravel())[0, 1] > 0.95)


def flat_share(pixels: np.ndarray) -> float:
    """The share of pixels that equal their right neighbour: large where pixels are blocks."""
    return float((pixels[:, 1:] == pixels[:, :-1]).all(axis=2).mean())


def wait_for_samples(page: Page, count: int) -> None:
    for grid in (page.locator(SAMPLES).first, page.locator(SAMPLES).last):
        expect(grid).to_have_attribute("aria-label", re.compile(rf"^{count} sample"))


def wait_for_sheets(page: Page, kind: str = "samples") -> None:
    expect(page.locator(f'{SHEETS}[data-kind="{kind}"]').first).to_be_visible()
    page.wait_for_function(
        f"() => document.querySelectorAll('{SHEETS}[data-step=\"10\"]').length"
        " === window.ganvae.members().length"
    )


def test_samples_are_36_faces_of_the_seed(page: Page, app: str, collection: Collection) -> None:
    page.goto(f"{app}/?pair=faces")
    wait_for_samples(page, 36)
    label = page.locator(SAMPLES).last.get_attribute("aria-label") or ""
    assert label.startswith("36 samples of faces by the GAN with latent size 128, seed 42.")
    for index, name in enumerate(NAMES):
        sheet = colours(page, SAMPLES, index)
        cell = (sheet.shape[0] - 5) // 6
        margin = (sheet.shape[0] - 6 * cell - 5) // 2
        expected = render.to_pixels(sampling.sample(collection, name, 42, 36, 1.0))
        # The first one wears the frame of the chosen one.
        for place in (1, 8, 35):
            row, column = divmod(place, 6)
            top, left = (margin + at * (cell + 1) for at in (row, column))
            assert alike(sheet[top : top + cell, left : left + cell], expected[place]), place
            assert not alike(sheet[top : top + cell, left : left + cell], expected[place - 1])
    page.locator("#gv-sample .gv-fold:not(.nearest) summary").click()
    expect(page.locator("#gv-sample .gv-fold:not(.nearest) .gv-data-note")).to_contain_text(
        "non-commercial research only"
    )


def test_faces_are_magnified_smoothly(page: Page, app: str) -> None:
    page.goto(f"{app}/?pair=faces&n=1")
    wait_for_samples(page, 1)
    label = page.locator(SAMPLES).first.get_attribute("aria-label") or ""
    assert label.startswith("1 sample of a face by the VAE")
    sheet = colours(page, SAMPLES)
    assert sheet.shape[0] > 4 * 64
    # Of blocks of six or seven pixels five sixths would be flat.
    assert flat_share(sheet) < 0.4
    page.evaluate("ganvae.set({ tab: 'explore' })")
    wait_for_explorer(page)
    assert flat_share(colours(page, ".gx-picture")) < 0.4


def points_of(request: Request) -> dict[str, Array]:
    """z by model of a call that decodes, empty of any other."""
    body = json.loads(request.post_data or "null")
    requests = body["data"].get("requests", []) if isinstance(body, dict) else []
    return {
        one["model"]: np.frombuffer(base64.b64decode(one["z"]), "<f4").reshape(-1, 128).copy()
        for one in requests
    }


def test_variations_of_faces_are_whole_steps_that_never_add_up(
    page: Page, app: str, collection: Collection
) -> None:
    asked: list[dict[str, Array]] = []

    def hear(request: Request) -> None:
        if "component_server" in request.url:
            asked.append(points_of(request))

    page.on("request", hear)
    page.goto(f"{app}/?pair=faces&tab=explore&x=0:0.5,1:-0.5")
    wait_for_explorer(page)
    # Taken from the grid time and again, the place is still made of whole steps.
    for _ in range(3):
        for key in ("ArrowRight", "Enter", "ArrowLeft", "ArrowLeft", "Enter", "ArrowRight"):
            page.locator(".gx-grid").first.press(key)
            wait_for_explorer(page)
    assert page.evaluate("ganvae.get().sliders") == {"0": 0.5, "1": -0.5}
    last = next(points for points in reversed(asked) if len(points.get(VAE, ())) == 25)
    seed = latents.sample_z(42, 128, 1)[0].astype(np.float64)
    for index, name in enumerate(NAMES):
        axes = collection.axes(name).directions[:2].astype(np.float64)
        centre = seed + (np.array([0.5, -0.5]) - axes @ seed) @ axes
        steps = range(-2, 3)
        expected = np.array([centre + [row, column] @ axes for row in steps for column in steps])
        assert np.abs(last[name] - expected).max() < 1e-5
        sheet = colours(page, ".gx-grid canvas", index)
        pictures = drawn(collection, name, last[name])
        side = sheet.shape[0] / (5 * 65 - 1)
        for cell in range(25):
            row, column = divmod(cell, 5)
            top, left = (round(at * 65 * side) for at in (row, column))
            bottom, right = (round((at * 65 + 64) * side) for at in (row, column))
            seen = sheet[top:bottom, left:right].astype(float)
            # One scale for all 25: each keeps its own brightness.
            difference = seen.mean((0, 1)) - pictures[cell].mean((0, 1))
            assert np.abs(difference).max() < 4, (name, cell)
    # Stretched one by one to the full range, they would have been told apart.
    plain = drawn(collection, VAE, last[VAE]).astype(float)
    lowest, highest = plain.min((1, 2, 3)), plain.max((1, 2, 3))
    stretched = (
        (plain - lowest[:, None, None, None]) * 255 / (highest - lowest)[:, None, None, None]
    )
    assert np.abs(stretched.mean((1, 2)) - plain.mean((1, 2))).max() > 8
    label = page.locator(".gx-picture").first.get_attribute("aria-label")
    assert label == f"The face that the VAE {VAE} draws at the place of the sliders"
    assert page.locator(".gx-pages").text_content() == "axes 1–8 of 128"


def test_a_walk_through_faces(page: Page, app: str, collection: Collection) -> None:
    page.goto(f"{app}/?pair=faces&tab=walk&walk=straight")
    wait_for_explorer(page, "walk")
    for index, name in enumerate(NAMES):
        first, last = (latents.sample_z(seed, 128, 1)[0] for seed in (42, 43))
        frames = drawn(collection, name, latents.straight_path(first, last, 21))
        strip = colours(page, ".gx-strip canvas", index)
        assert strip.shape == (64, 21 * 65 - 1, 3)
        for frame in range(21):
            thumb = strip[:, frame * 65 : frame * 65 + 64].astype(int)
            assert np.abs(thumb - frames[frame]).max() <= 1
        for frame in (0, 20):
            page.locator(".gx-scrub").press("Home" if frame == 0 else "End")
            assert alike(colours(page, ".gx-picture", index), frames[frame])


def test_the_training_of_faces(
    page: Page,
    app: str,
    face_weights: Path,
    small_celeba: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_celeba))
    page.goto(f"{app}/?pair=faces&tab=training")
    wait_for_sheets(page)
    label = page.locator(SHEETS).last.get_attribute("aria-label") or ""
    assert "16 samples of faces after step 10" in label

    def tiles(index: int, line: int = 1) -> list[np.ndarray]:
        """Four by four, `line` pixels between rows, and between columns but within pairs."""
        canvas = colours(page, SHEETS, index)
        height, width = canvas.shape[:2]
        across = 3 * line if line == 1 else line
        cell = min((width - across) // 4, (height - 3 * line) // 4)
        left = (width - 4 * cell - across) // 2
        top = (height - 4 * cell - 3 * line) // 2
        found = []
        for place in range(16):
            row, column = divmod(place, 4)
            x = left + column * cell + (column if line == 1 else column // 2) * line
            y = top + row * (cell + line)
            found.append(canvas[y : y + cell, x : x + cell])
        return found

    def sheet(name: str, kind: str) -> np.ndarray:
        image = Image.open(face_weights / name / "snapshots" / f"{kind}-00000010.jpg")
        pixels = np.asarray(image).reshape(2, 64, 8, 64, 3)
        return pixels.transpose(0, 2, 1, 3, 4).reshape(16, 64, 64, 3)

    for index, name in enumerate(NAMES):
        for shown, expected in zip(tiles(index), sheet(name, "samples"), strict=True):
            assert alike(shown, expected)
    page.locator('.training-kind [data-value="reconstructions"]').click()
    wait_for_sheets(page, "reconstructions")
    shown = tiles(0, line=2)
    images = data.load_first_test_images(
        Collection(face_weights).recipe(VAE), 8, small_celeba
    ).permute(0, 2, 3, 1)
    for place in range(8):
        assert alike(shown[2 * place], images[place].numpy())
        assert alike(shown[2 * place + 1], sheet(VAE, "reconstructions")[place])
    scores = page.locator('[data-key="gan-scores"]')
    expect(scores).to_contain_text("score")
    expect(scores).not_to_contain_text("probab")


@pytest.mark.parametrize("tab", ["sample", "explore", "walk", "training"])
def test_faces_on_a_phone(new_page: Any, app: str, tab: str) -> None:
    page = new_page(width=390, height=844, device_scale_factor=2)
    page.goto(f"{app}/?pair=faces&tab={tab}")
    canvases = page.locator(".gv-panel canvas >> visible=true")
    expect(canvases).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("ganvae.get().count") == 9
    panels = page.locator(".gv-panel >> visible=true")
    left, right = (panels.nth(index).bounding_box() for index in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


@pytest.mark.parametrize(("pair", "name"), [("big-cats", "cat-vae"), ("dogs", "dog-gan")])
def test_an_unknown_pair_with_one_member_works_in_every_tab(
    page: Page, app: str, pair: str, name: str
) -> None:
    page.goto(f"{app}/?pair={pair}")
    wait_for_samples(page, 36)
    title = page.locator("#gv-header select option:checked")
    assert title.text_content() == {"big-cats": "Big cats", "dogs": "Dogs"}[pair]
    expect(page.locator("#gv-header .look")).to_contain_text("Look at fine detail")
    expect(page.locator("#gv-sample .matched")).to_be_disabled()
    page.evaluate("ganvae.set({ tab: 'explore' })")
    wait_for_explorer(page)
    label = page.locator(".gx-picture").get_attribute("aria-label") or ""
    assert label.startswith("The picture that the")
    assert name in label
    page.evaluate("ganvae.set({ tab: 'walk' })")
    wait_for_explorer(page, "walk")
    page.evaluate("ganvae.set({ tab: 'training' })")
    wait_for_sheets(page)
    expect(page.locator(".training-chart").first).to_be_visible()
    words = page.evaluate("document.body.innerText").lower()
    assert "digit" not in words
    assert "celeba" not in words
    if pair == "big-cats":
        page.locator('.training-kind [data-value="reconstructions"]').click()
        expect(page.locator(".training-note")).to_contain_text("originals are not at hand")

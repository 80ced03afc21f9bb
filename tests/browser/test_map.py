"""The Map tab in Chromium: the cloud's pixels, the hand on it, and where a click leads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ganvae.collection import Collection
from ganvae.latents import Array
from ganvae.maps.format import LatentMap, quantised, sampled_points
from ganvae.ui.map import PALETTE
from tests.browser.canvases import colours, drawn, grey, same, wait_for_explorer
from tests.browser.conftest import OpenPage
from tests.serving import served

TAB = "#gv-map"
COUNT = 400
# As the page's scripts have them: the eye's distance, a radius as a share of half the canvas, and
# how far out the farthest point may be.
EYE, FILL, FARTHEST = 4.5, 0.86, 1.16
FAR_RIGHT, FAR_UP = 0, 1


@pytest.fixture(scope="module")
def weights(
    tiny_weights: Path, face_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("map") / "weights"
    for name in ("vae-3", "vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    for name in ("face-vae-128", "face-gan-128"):
        shutil.copytree(face_weights / name, folder / name)
    random = np.random.default_rng(0)
    z = random.standard_normal((COUNT, 10)).astype(np.float32)
    # Two that nobody can miss: far to the right, and far up.
    z[FAR_RIGHT, :3], z[FAR_UP, :3] = (4, 0, 0), (0, 4, 0)
    classes = (np.arange(COUNT) % 10).astype(np.uint8)
    whole = np.eye(3, 10, dtype=np.float32), np.zeros(3, np.float32)
    LatentMap("discriminant", 0.5, *whole, quantised(z), classes, None, None).write(
        folder / "vae-10"
    )
    gan = np.eye(3, 100, dtype=np.float32), np.zeros(3, np.float32)
    points = sampled_points(Collection(folder).recipe("gan-100"), 8, COUNT)
    LatentMap("discriminant", 0.5, *gan, points, classes, None, 8).write(folder / "gan-100")
    faces = random.standard_normal((COUNT, 128)).astype(np.float32)
    shades = random.integers(0, 256, (COUNT, 3), np.uint8)
    LatentMap(
        "principal",
        0.5,
        np.eye(3, 128, dtype=np.float32),
        np.zeros(3, np.float32),
        quantised(faces),
        None,
        shades,
        None,
    ).write(folder / "face-vae-128")
    return folder


@pytest.fixture(scope="module")
def collection(weights: Path) -> Collection:
    return Collection(weights)


@pytest.fixture(scope="module")
def app(collection: Collection) -> Iterator[str]:
    with served(collection) as url:
        yield url


def open_map(page: Page, app: str, query: str = "vae=vae-10") -> None:
    page.goto(f"{app}/?pair=digits-convolutional&tab=map&{query}")
    page.wait_for_selector(f"{TAB} .mp[data-shown]")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.mp-canvas[data-count]')].every(c => c.dataset.here)"
    )


def canvas(family: str) -> str:
    return f"{TAB} .gv-panel[data-family='{family}'] .mp-canvas"


def data(page: Page, family: str, key: str) -> str:
    return str(page.locator(canvas(family)).evaluate("(c, key) => c.dataset[key]", key))


def next_frame(page: Page, family: str, after: int) -> None:
    page.wait_for_function(
        "([selector, after]) => Number(document.querySelector(selector).dataset.frames) > after",
        arg=[canvas(family), after],
    )


def points(collection: Collection, name: str) -> Array:
    found = collection.latent_map(name)
    assert found is not None
    return found.points.z()


def places(collection: Collection, name: str, z: Array) -> np.ndarray:
    """Where each z is on the map of a model as it is first seen, as shares of its side: (N, 2)."""
    found = collection.latent_map(name)
    assert found is not None
    cloud = found.points.z() @ found.projection.T + found.offset
    middle = cloud.mean(0)
    away = np.sort(np.linalg.norm(cloud - middle, axis=1))
    radius = max(away[int(0.995 * (len(away) - 1))], away[-1] / FARTHEST)
    x, y, depth = ((z @ found.projection.T + found.offset - middle) / radius).T
    scale = FILL / 2 * EYE / (EYE - depth)
    return np.stack((0.5 + scale * x, 0.5 - scale * y), axis=1)


def move_to(page: Page, family: str, place: np.ndarray) -> tuple[float, float]:
    box = page.locator(canvas(family)).bounding_box()
    assert box is not None
    x, y = box["x"] + float(place[0]) * box["width"], box["y"] + float(place[1]) * box["height"]
    page.mouse.move(x, y)
    return x, y


def rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])


def pixels_of(seen: np.ndarray, colour: np.ndarray) -> int:
    """How many pixels have a colour, darker by depth or not."""
    light = seen.max(axis=2).astype(float)
    lit = light > 90
    hue = seen[lit] / light[lit][:, None]
    return int((np.abs(hue - colour / colour.max()).max(axis=1) < 0.03).sum())


def picked(page: Page, family: str, index: int) -> None:
    expect(page.locator(canvas(family))).to_have_attribute("data-picked", str(index))


def test_points_have_the_colours_of_their_classes(page: Page, app: str) -> None:
    open_map(page, app)
    for family in ("vae", "gan"):
        assert data(page, family, "count") == str(COUNT)
        seen = colours(page, canvas(family))
        assert (seen[:8, :8] == 0).all()
        for colour in PALETTE:
            assert pixels_of(seen, rgb(colour)) > 60, (family, colour)
    expect(page.locator(f"{TAB} .mp-class")).to_have_count(10)
    expect(page.locator(canvas("vae"))).to_have_attribute(
        "aria-label", re.compile("latent space of vae-10: 400 test images, coloured by the digit")
    )


def test_a_point_under_the_mouse_shows_its_picture(
    page: Page, app: str, collection: Collection
) -> None:
    open_map(page, app)
    for family, name in (("vae", "vae-10"), ("gan", "gan-100")):
        z = points(collection, name)
        where = places(collection, name, z)
        apart = np.linalg.norm(where[:, None] - where, axis=2) + np.eye(COUNT)
        index = FAR_RIGHT if family == "vae" else int(apart.min(axis=1).argmax())
        move_to(page, family, where[index])
        picked(page, family, index)
        panel = f"{TAB} .gv-panel[data-family='{family}']"
        assert same(grey(page, f"{panel} .mp-picture"), drawn(collection, name, z[index])[0])
        words = "digit" if family == "vae" else "looks like"
        expect(page.locator(f"{panel} .mp-caption")).to_have_text(f"{words} {index % 10}")
        # Far from all points nothing is picked: the last picture stays.
        move_to(page, family, np.array([0.01, 0.01]))
        page.wait_for_timeout(100)
        picked(page, family, index)


def test_a_click_explores_from_that_point(page: Page, app: str, collection: Collection) -> None:
    open_map(page, app)
    z = points(collection, "vae-10")[FAR_UP]
    x, y = move_to(page, "vae", places(collection, "vae-10", z[None])[0])
    picked(page, "vae", FAR_UP)
    page.mouse.click(x, y)
    expect(page.locator("#gv-tab-explore")).to_be_visible()
    wait_for_explorer(page)
    seen = grey(page, ".gx[data-mode=explore] [data-model=vae-10] .gx-picture")
    # A place in the address is in steps of 1/1024.
    assert np.abs(seen.astype(int) - drawn(collection, "vae-10", z)[0].astype(int)).max() <= 2
    # Back on the map, that is where Explore is.
    page.locator("[role=tab][data-tab-id=map]").click()
    side = page.locator(canvas("vae")).evaluate("c => c.width")
    expected = places(collection, "vae-10", z[None])[0] * side
    page.wait_for_function(
        "([selector, x, y]) => { const [a, b] = document.querySelector(selector).dataset.here"
        ".split(',').map(Number); return Math.hypot(a - x, b - y) < 3; }",
        arg=[canvas("vae"), *map(float, expected)],
    )


def test_explore_is_where_its_seed_is(page: Page, app: str, collection: Collection) -> None:
    open_map(page, app, "vae=vae-10&seed=5")
    z = collection.sample_z("vae-10", 5, 1)
    side = page.locator(canvas("vae")).evaluate("c => c.width")
    seen = np.array([float(part) for part in data(page, "vae", "here").split(",")])
    np.testing.assert_allclose(seen, places(collection, "vae-10", z)[0] * side, atol=1)


def test_hand_and_keys_turn_one_cloud_and_reset_puts_it_back(page: Page, app: str) -> None:
    open_map(page, app)
    first, other = colours(page, canvas("vae")), colours(page, canvas("gan"))
    reset = page.get_by_role("button", name="Reset view")
    expect(reset).to_be_disabled()
    frames = int(data(page, "vae", "frames"))
    x, y = move_to(page, "vae", np.array([0.1, 0.9]))
    page.mouse.down()
    page.mouse.move(x + 60, y - 30, steps=4)
    page.mouse.up()
    next_frame(page, "vae", frames)
    turned = colours(page, canvas("vae"))
    assert (turned != first).any(axis=2).mean() > 0.02
    assert (colours(page, canvas("gan")) == other).all()
    # A drag is no click.
    expect(page.locator(TAB)).to_be_visible()
    frames = int(data(page, "vae", "frames"))
    page.locator(canvas("vae")).focus()
    page.keyboard.press("ArrowLeft")
    next_frame(page, "vae", frames)
    assert (colours(page, canvas("vae")) != turned).any()
    frames = int(data(page, "vae", "frames"))
    reset.click()
    next_frame(page, "vae", frames)
    assert (colours(page, canvas("vae")) == first).all()
    expect(reset).to_be_disabled()


def test_wheel_and_keys_magnify_and_the_page_scrolls_where_they_cannot(
    page: Page, app: str, collection: Collection
) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    open_map(page, app)
    move_to(page, "vae", np.array([0.5, 0.5]))
    frames = int(data(page, "vae", "frames"))
    before = data(page, "vae", "here")
    page.mouse.wheel(0, -300)
    next_frame(page, "vae", frames)
    assert data(page, "vae", "here") != before
    assert page.evaluate("window.scrollY") == 0
    page.mouse.wheel(0, 300)
    page.wait_for_function(
        "([selector, before]) => document.querySelector(selector).dataset.here === before",
        arg=[canvas("vae"), before],
    )
    page.mouse.wheel(0, 200)
    page.wait_for_function("() => window.scrollY > 0")


def test_a_class_of_the_legend_stands_out(page: Page, app: str) -> None:
    open_map(page, app)
    before = [colours(page, canvas(family)) for family in ("vae", "gan")]
    button = page.get_by_role("button", name="Highlight the digit 4")
    frames = int(data(page, "gan", "frames"))
    button.focus()
    page.keyboard.press("Enter")
    next_frame(page, "gan", frames)
    expect(button).to_have_attribute("aria-pressed", "true")
    for family, former in zip(("vae", "gan"), before, strict=True):
        seen = colours(page, canvas(family))
        assert pixels_of(seen, rgb(PALETTE[4])) >= pixels_of(former, rgb(PALETTE[4]))
        others = [c for i, c in enumerate(PALETTE) if i not in (4, 9)]
        assert max(pixels_of(seen, rgb(colour)) for colour in others) < 10
    frames = int(data(page, "gan", "frames"))
    button.click()
    next_frame(page, "gan", frames)
    assert (colours(page, canvas("gan")) == before[1]).all()


def test_nothing_is_drawn_while_nothing_changes(page: Page, app: str) -> None:
    open_map(page, app)
    page.wait_for_timeout(300)
    frames = data(page, "vae", "frames")
    page.wait_for_timeout(400)
    assert data(page, "vae", "frames") == frames
    assert float(data(page, "vae", "median")) >= 0


def test_every_frame_of_a_turn_is_drawn_once(page: Page, app: str) -> None:
    open_map(page, app)
    counts = page.evaluate(
        """async (selector) => {
          const canvas = document.querySelector(selector);
          const key = () => canvas.dispatchEvent(
            new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
          const next = () => new Promise(requestAnimationFrame);
          await next();
          const first = Number(canvas.dataset.frames);
          let turns = 0;
          for (const until = performance.now() + 1000; performance.now() < until; turns += 1) {
            key();
            key();
            await next();
          }
          await next();
          return [turns, Number(canvas.dataset.frames) - first];
        }""",
        canvas("vae"),
    )
    turns, frames = counts
    assert turns > 3
    # Two changes of one frame are one drawing.
    assert abs(frames - turns) <= 1


def test_a_finger_taps_twice_or_takes_the_button(
    open_page: OpenPage, app: str, collection: Collection
) -> None:
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    open_map(page, app)
    box = page.locator(canvas("vae")).bounding_box()
    assert box is not None
    place = places(collection, "vae-10", points(collection, "vae-10")[[FAR_RIGHT]])[0]
    right, down = (float(share) * box["width"] for share in place)
    page.touchscreen.tap(box["x"] + right, box["y"] + down)
    picked(page, "vae", FAR_RIGHT)
    expect(page.locator(TAB)).to_be_visible()
    assert page.locator(canvas("vae")).evaluate("c => getComputedStyle(c).touchAction") == "pan-y"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(f"{TAB} [data-family=vae] .mp-take").tap()
    expect(page.locator("#gv-tab-explore")).to_be_visible()
    assert "vae-10" in page.evaluate("() => ganvae.get().starts")


def test_a_model_without_a_map_says_how_to_make_one(page: Page, app: str) -> None:
    page.goto(f"{app}/?pair=digits-convolutional&tab=map&vae=vae-3")
    expect(page.locator(f"{TAB} .mp-missing:visible")).to_have_text(
        "No map was made of this model; python train.py --inspect vae-3 makes it."
    )


def test_photographs_are_points_of_their_mean_colour(page: Page, app: str) -> None:
    page.goto(f"{app}/?tab=map&pair=faces")
    page.wait_for_selector(f"{TAB} .mp[data-shown]")
    expect(page.locator(f"{TAB} .mp-colours")).to_be_visible()
    expect(page.locator(f"{TAB} .mp-legend")).to_be_hidden()
    page.wait_for_function(
        "(selector) => document.querySelector(selector).dataset.frames", arg=canvas("vae")
    )
    seen = colours(page, canvas("vae")).astype(int)
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 300
    assert (seen.max(axis=2) - seen.min(axis=2) > 60).sum() > 200

"""The Reconstruct tab in Chromium: drawing, photos, the search, and where its places go."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from canvases import colours, grey, same, wait_for_explorer
from conftest import OpenPage
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from ganvae import data
from ganvae.collection import Collection
from ganvae.inversion.search import Effort, search
from ganvae.models import GAN, VAE
from ganvae.ui.reconstruct import server
from tests.serving import served

TAB = "#gv-reconstruct"
STAGE = f"{TAB} .rc-stage"
EFFORT = Effort(starts=2, steps=20)


@pytest.fixture(scope="module")
def weights(
    tiny_weights: Path, face_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("reconstruct") / "weights"
    for name in ("vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    for name in ("face-vae-128", "face-gan-128"):
        shutil.copytree(face_weights / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def collection(weights: Path) -> Collection:
    return Collection(weights)


@pytest.fixture(scope="module")
def app(collection: Collection) -> Iterator[str]:
    with served(collection) as url:
        yield url


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, small_data: Path) -> None:
    """Short searches, and the small data set at hand."""
    monkeypatch.setattr(server, "effort_for", lambda _: EFFORT)
    monkeypatch.setenv(data.DATA_VARIABLE, str(small_data))


def open_tab(page: Page, app: str, query: str = "") -> None:
    page.goto(f"{app}/?tab=reconstruct&{query}&pair=digits-convolutional")
    expect(page.locator(STAGE)).to_be_visible()


def wait_for_search(page: Page, **wanted: Any) -> None:
    """Until the stage shows the answers to such a request, the GAN's search at its end."""
    page.wait_for_function(
        """(wanted) => {
          const { shown, found } = document.querySelector("#gv-reconstruct .rc-stage").dataset;
          const [request, searched] = [shown, found].map((text) =>
            text?.startsWith("{") ? JSON.parse(text) : null);
          const fits = (asked) =>
            asked && Object.entries(wanted).every(([key, value]) => asked[key] === value);
          return fits(request) && fits(searched);
        }""",
        arg=wanted,
    )


def main_canvas(family: str) -> str:
    return f"{TAB} .gv-panel[data-family='{family}'] .rc-main canvas"


def shrunk(canvas: np.ndarray, side: int) -> np.ndarray:
    """The hard pixels of a picture that stands enlarged in the middle of a canvas."""
    scale = min(canvas.shape[:2]) // side
    top, left = ((length - side * scale) // 2 for length in canvas.shape[:2])
    rows = top + np.arange(side) * scale + scale // 2
    columns = left + np.arange(side) * scale + scale // 2
    return canvas[np.ix_(rows, columns)]


def real_image(index: int, small_data: Path) -> torch.Tensor:
    images = data.resize(data.load_images("mnist", "test", small_data)[index : index + 1], (32, 32))
    return data.to_float(images)


def places_of(collection: Collection, image: torch.Tensor) -> dict[str, torch.Tensor]:
    """Where the two models have an image: z (1, latent) of each."""
    vae, gan = collection.model("vae-10"), collection.model("gan-100")
    assert isinstance(vae, VAE)
    assert isinstance(gan, GAN)
    found = list(search(gan, image, 0, EFFORT))[-1]
    return {"vae-10": vae.encode(image)[0], "gan-100": found.z}


def drawn(collection: Collection, name: str, z: torch.Tensor) -> np.ndarray:
    return (collection.model(name).generate(z)[0, 0] * 255).round().int().numpy()


def test_a_test_image_through_both(
    page: Page, app: str, collection: Collection, small_data: Path
) -> None:
    open_tab(page, app, "original=test&index=3")
    wait_for_search(page, original="test", test=3)
    image = real_image(3, small_data)
    places = places_of(collection, image)
    assert same(shrunk(grey(page, main_canvas("real")), 32), (image[0, 0] * 255).int().numpy())
    for family, name in (("vae", "vae-10"), ("gan", "gan-100")):
        seen = shrunk(grey(page, main_canvas(family)), 32)
        assert same(seen, drawn(collection, name, places[name])), name
        facts = page.locator(f"{TAB} .gv-panel[data-family='{family}'] .gv-facts")
        error = (collection.model(name).generate(places[name]) - image).square().mean().sqrt()
        expect(facts).to_contain_text(f"pixel error {error * 100:.0f} %")
        small = page.locator(f"{TAB} .gv-panel[data-family='{family}'] .rc-small")
        assert small.count() == 8
        assert grey(page, f"{TAB} .gv-panel[data-family='{family}'] .rc-small", 7).std() > 3
    expect(page.locator(f"{TAB} [data-family='gan'] .gv-facts")).to_contain_text("20 steps")


def test_a_drawing_is_answered_and_goes_to_explore(
    page: Page, app: str, collection: Collection
) -> None:
    open_tab(page, app)
    # An example is there at once, and goes when it is cleared.
    wait_for_search(page, original="drawing")
    expect(page.locator(f"{TAB} .rc-note")).to_contain_text("An example.")
    example = page.locator(STAGE).get_attribute("data-shown")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(f"{TAB} .rc-note")).to_contain_text("Draw a digit")
    expect(page.get_by_role("button", name="Both to Explore")).to_be_disabled()
    box = page.locator(f"{TAB} .gv-sketch canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.8, steps=10)
    page.mouse.up()
    wait_for_search(page, original="drawing")
    assert page.locator(STAGE).get_attribute("data-shown") != example
    seen = {
        name: shrunk(grey(page, main_canvas(family)), 32)
        for family, name in (("vae", "vae-10"), ("gan", "gan-100"))
    }
    page.get_by_role("button", name="Both to Explore").click()
    wait_for_explorer(page)
    for place, name in enumerate(("vae-10", "gan-100")):
        # The place is rounded on its way through the address.
        there = grey(page, '.gx[data-mode="explore"] .gx-picture', place)
        assert np.abs(there.astype(int) - seen[name]).max() <= 3, name
    page.wait_for_function("() => location.search.includes('z=')")
    assert page.evaluate("() => Object.keys(window.ganvae.get().starts)") == ["vae-10", "gan-100"]
    # The link leads there again, and one button back to the seed.
    page.reload()
    wait_for_explorer(page)
    again = grey(page, '.gx[data-mode="explore"] .gx-picture', 1)
    assert np.abs(again.astype(int) - seen["gan-100"]).max() <= 3
    page.locator('.gx[data-mode="explore"] [data-own=starts]').click()
    # The address comes after the pictures were asked for.
    page.wait_for_function("() => !location.search.includes('z=')")
    wait_for_explorer(page)
    assert page.evaluate("() => window.ganvae.get().starts") == {}
    back = grey(page, '.gx[data-mode="explore"] .gx-picture', 1)
    expected = drawn(collection, "gan-100", torch.from_numpy(collection.sample_z("gan-100", 42, 1)))
    assert same(back, expected)


def test_a_morph_goes_from_one_picture_to_the_other(
    page: Page, app: str, collection: Collection, small_data: Path
) -> None:
    open_tab(page, app, "original=test&index=1")
    wait_for_search(page, test=1)
    play = page.get_by_role("button", name="Play A to B")
    page.get_by_role("button", name="keep as A").click()
    expect(play).to_be_disabled()
    page.get_by_role("button", name="Next picture").click()
    wait_for_search(page, test=2)
    page.get_by_role("button", name="keep as B").click()
    play.click()
    wait_for_explorer(page, "walk")
    page.get_by_role("button", name="Pause").click()
    scrub = page.locator('.gx[data-mode="walk"] .gx-scrub')
    for frame, index in ((0, 1), (20, 2)):
        scrub.evaluate(
            "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }",
            str(frame),
        )
        places = places_of(collection, real_image(index, small_data))
        for place, name in enumerate(("vae-10", "gan-100")):
            seen = grey(page, '.gx[data-mode="walk"] .gx-picture', place)
            expected = drawn(collection, name, places[name])
            assert np.abs(seen.astype(int) - expected).max() <= 3, (frame, name)


def test_a_search_can_be_stopped_and_begun_again(
    page: Page, app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "effort_for", lambda _: Effort(starts=1, steps=1_000_000))
    open_tab(page, app, "original=test")
    page.wait_for_function(f"() => Number(document.querySelector('{STAGE}').dataset.step) > 0")
    stop = page.locator(f"{TAB} .rc-stop")
    expect(stop).to_have_text("Stop")
    stop.click()
    expect(stop).to_have_text("Again")
    expect(page.locator(f"{TAB} [data-family='gan'] .rc-explore")).to_be_enabled()
    monkeypatch.setattr(server, "effort_for", lambda _: EFFORT)
    stop.click()
    wait_for_search(page, original="test")
    expect(page.locator(f"{TAB} [data-family='gan'] .gv-facts")).to_contain_text("20 steps")


def picture(size: tuple[int, int], kind: str = "PNG", **options: Any) -> bytes:
    """A picture file, its left half red and its right half green."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 160, 60), (size[0] // 2, 0, *size))
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def give(page: Page, content: bytes, name: str = "photo.png", media: str = "image/png") -> None:
    page.locator(f"{TAB} .rc-file").set_input_files(
        FilePayload(name=name, mimeType=media, buffer=content)
    )


def test_a_photo_is_cut_out_by_hand(page: Page, app: str) -> None:
    open_tab(page, app, "pair=faces&original=photo")
    give(page, picture((300, 200), "JPEG", quality=95), "photo.jpg", "image/jpeg")
    wait_for_search(page, original="photo")
    real = f"{TAB} .gv-panel[data-family='real'] .rc-small"
    seen = colours(page, real)
    middle = seen.shape[0] // 2
    # The middle of the photo lies in the middle of the frame.
    assert np.abs(seen[middle, 3].astype(int) - (200, 30, 30)).max() < 8
    assert np.abs(seen[middle, -4].astype(int) - (30, 160, 60)).max() < 8
    # Dragged to the right as far as it goes, the left half fills the frame.
    frame = page.locator(f"{TAB} .rc-photo canvas")
    shown = page.locator(STAGE).get_attribute("data-shown")
    for _ in range(20):
        frame.press("ArrowRight")
    page.wait_for_function(
        f"(former) => ![former, ''].includes(document.querySelector('{STAGE}').dataset.shown)",
        arg=shown,
    )
    wait_for_search(page, original="photo")
    assert np.abs(colours(page, real)[middle, -4].astype(int) - (200, 30, 30)).max() < 8
    request = json.loads(page.locator(STAGE).get_attribute("data-shown") or "")
    # Nothing but the frame was sent.
    assert len(request["photo"]) == 128 * 128 * 4


REFUSED = {
    "text": (b"no picture", "a.txt", "text/plain", "no picture that can be read"),
    "vector": (
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "a.svg",
        "image/svg+xml",
        "no picture",
    ),
    "damaged": (picture((64, 64))[:60], "a.png", "image/png", "damaged"),
    "misnamed": (b"GIF89a but not really", "a.png", "image/png", "damaged"),
    "empty": (b"", "a.png", "image/png", "empty"),
    "tiny": (picture((9, 40)), "a.png", "image/png", "9 by 40 pixels; it needs 16"),
    "many pixels": (picture((7000, 7200)), "a.png", "image/png", "50 megapixels; up to 25"),
    "many bytes": (picture((64, 64)) + bytes(21 * 2**20), "a.png", "image/png", "21 MB; up to 20"),
}


def test_what_is_no_photo_is_told_in_a_sentence(page: Page, app: str) -> None:
    open_tab(page, app, "pair=faces&original=photo")
    toast = page.locator(".gv-toast")
    for content, name, media, sentence in REFUSED.values():
        give(page, content, name, media)
        expect(toast).to_contain_text(sentence)
    assert page.locator(STAGE).get_attribute("data-shown") == ""
    plain = Image.new("RGB", (64, 64), (90, 90, 90))
    stream = io.BytesIO()
    plain.save(stream, "PNG")
    give(page, stream.getvalue())
    expect(toast).to_contain_text("all one colour")


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "transparent"])
def test_other_kinds_of_pictures(page: Page, app: str, kind: str) -> None:
    open_tab(page, app, "pair=faces&original=photo")
    red, blue = Image.new("RGB", (40, 40), (200, 20, 20)), Image.new("RGB", (40, 40), (0, 0, 200))
    red.paste((250, 250, 250), (0, 0, 10, 40))
    stream = io.BytesIO()
    if kind == "transparent":
        clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
        clear.paste((200, 20, 20, 255), (10, 0, 40, 40))
        clear.save(stream, "PNG")
    else:
        # Of an animation the first picture counts.
        options = {"lossless": True} if kind == "WEBP" else {}
        red.save(stream, kind, save_all=True, append_images=[blue], duration=10_000, **options)
    media = "image/png" if kind == "transparent" else f"image/{kind.lower()}"
    give(page, stream.getvalue(), "a", media)
    wait_for_search(page, original="photo")
    seen = colours(page, f"{TAB} .gv-panel[data-family='real'] .rc-small")
    assert np.abs(seen[seen.shape[0] // 2, -4].astype(int) - (200, 20, 20)).max() < 8
    assert seen[seen.shape[0] // 2, 2].min() > 230


def test_a_drawing_on_a_phone(open_page: OpenPage, app: str) -> None:
    page = open_page("", width=390, height=844, has_touch=True)
    open_tab(page, app, "original=test&index=2")
    wait_for_search(page, original="test")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    boxes = [page.locator(main_canvas(family)).bounding_box() for family in ("vae", "gan")]
    assert boxes[0]
    assert boxes[1]
    # Side by side, and in view together with the original above them.
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[1]["y"] + boxes[1]["height"] < 844

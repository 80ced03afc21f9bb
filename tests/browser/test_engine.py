"""Pictures that the browser draws itself: they are the models', and the server's without it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from canvases import colours, drawn, grey, wait_for_explorer
from conftest import HANDLE, running_app
from playwright.sync_api import Browser, Page, Route, expect

from ganvae import latents, models, render
from ganvae.collection import Collection
from ganvae.latents import Array
from ganvae.ui.engine.runtime import description

PICTURES = ".gx-picture"
VAE, GAN = "vae-10", "gan-100"
FACES = ("face-vae-128", "face-gan-128")
CDN = "https://cdn.jsdelivr.net/**"
# All the shown pictures come from the engine's worker, or all from the server.
DRAWER = "() => document.querySelector('.gx-engine')?.dataset.drawer === {!r}"

NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def collection(exported_weights: Path) -> Collection:
    return Collection(exported_weights)


@pytest.fixture(scope="module")
def cdn_url(exported_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page whose runtime comes from the CDN, as it does when nothing is set."""
    log = tmp_path_factory.mktemp("cdn") / "log.txt"
    with running_app(exported_weights, "", log) as url:
        yield url


@pytest.fixture
def free_page(browser: Browser) -> Iterator[Page]:
    """A page that may complain of what it can't reach."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    context.add_init_script(HANDLE)
    yield context.new_page()
    context.close()


def open_tab(page: Page, url: str, tab: str = "explore", drawer: str = "browser") -> None:
    page.goto(f"{url}/?tab={tab}&pair=digits-convolutional&vae={VAE}")
    wait_for_explorer(page, tab)
    page.wait_for_function(DRAWER.format(drawer))


def calls_of(page: Page) -> list[str]:
    """What the page asks of server functions from now on, by their names."""
    calls: list[str] = []

    def note(request: Any) -> None:
        if "/component_server" in request.url:
            calls.append(request.post_data_json["fn_name"])

    page.on("request", note)
    return calls


def move(page: Page, values: list[tuple[int, float]]) -> None:
    """Input events on sliders, one after the other without waiting."""
    page.evaluate(
        """(values) => {
            const sliders = document.querySelectorAll(".gx-axis .gx-range");
            for (const [axis, value] of values) {
                sliders[axis].value = value;
                sliders[axis].dispatchEvent(new Event("input", { bubbles: true }));
            }
        }""",
        values,
    )


def place(collection: Collection, name: str, sliders: dict[str, float]) -> Array:
    """The z of seed 42 with some coordinates put elsewhere."""
    axes = collection.axes(name)
    z = latents.sample_z(42, collection.recipe(name).latent, 1)[0].astype(np.float64)
    for axis, value in sliders.items():
        direction = axes.directions[int(axis)].astype(np.float64)
        z = z + (value - z @ direction) * direction
    return z.astype(np.float32)


def off_by(page: Page, collection: Collection) -> float:
    """How far both pictures are from the models' own at the sliders' place: mean of greys."""
    sliders = page.evaluate("() => ganvae.get().sliders")
    return max(
        np.abs(
            grey(page, PICTURES, index).astype(float)
            - drawn(collection, name, place(collection, name, sliders))[0]
        ).mean()
        for index, name in enumerate((VAE, GAN))
    )


def test_pictures_are_torchs_for_the_same_z(
    page: Page, page_url: str, collection: Collection
) -> None:
    open_tab(page, page_url)
    calls = calls_of(page)
    move(page, [(0, 1.5), (3, -2)])
    wait_for_explorer(page)
    assert off_by(page, collection) <= 1
    assert calls == []


def test_faces_are_torchs_for_the_same_z(page: Page, page_url: str, collection: Collection) -> None:
    page.goto(f"{page_url}/?tab=explore&pair=faces")
    wait_for_explorer(page)
    page.wait_for_function(DRAWER.format("browser"))
    z = {name: latents.sample_z(5, 128, 2) for name in FACES}
    for name in FACES:
        said = page.evaluate(
            """async ([name, rows]) => {
                const zs = rows.map((row) => Float32Array.from(row));
                const batch = await ganvae.engine.decode(name, zs);
                return { ...batch, pixels: batch.pixels.map((bytes) => [...bytes]) };
            }""",
            [name, z[name].tolist()],
        )
        assert (said["width"], said["height"], said["channels"]) == (64, 64, 3)
        seen = np.array(said["pixels"], float).reshape(2, 64, 64, 3)
        expected = render.to_pixels(collection.generate(name, z[name]))
        assert np.abs(seen - expected).mean() <= 1
    # And what is on the canvas is as bright as that.
    shown = colours(page, PICTURES, 0).mean()
    expected = render.to_pixels(collection.generate(FACES[0], latents.sample_z(42, 128, 1)))
    assert shown == pytest.approx(expected.mean(), abs=2)


def test_two_hundred_random_drags_end_on_the_right_picture(
    page: Page, page_url: str, collection: Collection
) -> None:
    open_tab(page, page_url)
    calls = calls_of(page)
    random = np.random.default_rng(0)
    for _ in range(10):
        moves = [(int(random.integers(8)), float(random.uniform(-3, 3))) for _ in range(20)]
        move(page, moves)
        page.wait_for_timeout(int(random.integers(60)))
    wait_for_explorer(page)
    assert len(page.evaluate("() => ganvae.get().sliders")) == 8
    assert off_by(page, collection) <= 1
    assert calls == []


def test_realness_is_that_of_the_picture_shown(
    page: Page, page_url: str, collection: Collection
) -> None:
    open_tab(page, page_url)
    page.wait_for_function("() => ganvae.engine.can('gan-100', 'discriminator')")
    move(page, [(1, 2.5)])
    wait_for_explorer(page)
    page.wait_for_function(
        "() => { const d = document.querySelector('.gx').dataset; return d.judged === d.wanted; }"
    )
    judge = collection.model(GAN)
    assert isinstance(judge, models.GAN)
    for index in (0, 1):
        seen = torch.from_numpy(grey(page, PICTURES, index).copy())[None, None] / 255
        expected = 100 * judge.realness(seen).item()
        note = page.locator(".gx .gv-note").nth(index)
        words = (note.text_content() or "").removeprefix("realness ")
        # As it is written: whole per cent, or one decimal under ten.
        assert float(words.split(" ")[0]) == pytest.approx(expected, abs=0.51)
        assert "discriminator" in (note.get_attribute("title") or "")


def test_without_the_network_it_goes_on(page: Page, page_url: str, collection: Collection) -> None:
    open_tab(page, page_url)
    page.context.set_offline(True)
    move(page, [(2, -1.5)])
    wait_for_explorer(page)
    assert off_by(page, collection) <= 1


def test_without_the_network_another_seed_is_refused_with_a_sentence(
    free_page: Page, page_url: str, collection: Collection
) -> None:
    open_tab(free_page, page_url)
    free_page.context.set_offline(True)
    free_page.locator("[data-state=seed]").fill("7")
    free_page.keyboard.press("Enter")
    expect(free_page.locator(".gv-toast")).to_contain_text("The server does not answer")
    assert off_by(free_page, collection) <= 1
    # What is here still moves, and the seed that was asked for comes with the network.
    move(free_page, [(0, 2)])
    wait_for_explorer(free_page)
    assert off_by(free_page, collection) <= 1
    free_page.evaluate("() => ganvae.set({ sliders: {} })")
    wait_for_explorer(free_page)
    before = grey(free_page, PICTURES, 0)
    wanted = free_page.locator(".gx").get_attribute("data-wanted")
    free_page.context.set_offline(False)
    expected = drawn(collection, VAE, latents.sample_z(7, 10, 1))[0]
    expect(free_page.locator(".gx")).not_to_have_attribute("data-wanted", wanted or "")
    wait_for_explorer(free_page)
    assert (grey(free_page, PICTURES, 0) != before).any()
    assert np.abs(grey(free_page, PICTURES, 0).astype(float) - expected).mean() <= 1


def test_a_walk_is_drawn_here_frame_by_frame(
    page: Page, page_url: str, collection: Collection
) -> None:
    open_tab(page, page_url, "walk")
    calls = calls_of(page)
    page.locator("[data-state=walk]").select_option("spherical")
    page.wait_for_function(
        "() => JSON.parse(document.querySelector('.gx').dataset.loaded).kind === 'spherical'"
    )
    assert calls == ["find_walk"]
    first, last = (latents.sample_z(seed, 100, 1)[0] for seed in (42, 43))
    expected = drawn(collection, GAN, latents.spherical_path(first, last, 21))
    for at in (0, 9, 20):
        page.locator(".gx-scrub").fill(str(at))
        assert np.abs(grey(page, PICTURES, 1).astype(float) - expected[at]).mean() <= 1


def test_nothing_is_fetched_before_it_is_needed(page: Page, page_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{page_url}/?pair=digits-convolutional&vae={VAE}")
    expect(page.locator("#gv-sample canvas").first).to_be_visible()
    page.wait_for_timeout(500)
    assert not [url for url in asked if url.startswith(f"{page_url}/engine/")]
    page.locator("[role=tab][data-tab-id=explore]").click()
    page.wait_for_selector(".gx-engine[data-drawer=browser]")
    fetched = {url.split("/")[5] for url in asked if "/engine/models/" in url}
    assert fetched == {VAE, GAN}
    page.evaluate("() => ganvae.set({ pair: 'faces' })")
    page.wait_for_function("() => ganvae.engine.can('face-gan-128')")
    fetched = {url.split("/")[5] for url in asked if "/engine/models/" in url}
    assert fetched == {VAE, GAN, *FACES}
    assert len([url for url in asked if "/engine/runtime/" in url]) == 3


def serve(page: Page, runtime: Path, change: Callable[[bytes], bytes] = lambda all: all) -> None:
    """Stand in for the CDN, the binary changed."""

    def fulfil(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        content = (runtime / name).read_bytes()
        body = change(content) if name.endswith(".wasm") else content
        route.fulfill(body=body, headers={"access-control-allow-origin": "*"})

    page.context.route(CDN, fulfil)


def test_the_runtime_of_the_cdn_is_taken(
    free_page: Page, cdn_url: str, runtime: Path, collection: Collection
) -> None:
    asked: list[str] = []
    free_page.on("request", lambda request: asked.append(request.url))
    serve(free_page, runtime)
    open_tab(free_page, cdn_url)
    move(free_page, [(0, 2)])
    wait_for_explorer(free_page)
    assert off_by(free_page, collection) <= 1
    elsewhere = [url for url in asked if not url.startswith((cdn_url, "data:", "blob:"))]
    known = description()
    folder = f"https://cdn.jsdelivr.net/npm/onnxruntime-web@{known['version']}/dist/"
    assert sorted(elsewhere) == sorted(folder + name for name in known["files"])


def no_webassembly(page: Page) -> None:
    page.add_init_script("delete globalThis.WebAssembly;")


HINDRANCES: dict[str, Callable[[Page, Path], None]] = {
    "blocked": lambda page, _: page.context.route(CDN, lambda route: route.abort()),
    "missing": lambda page, _: page.context.route(CDN, lambda route: route.fulfill(status=404)),
    "altered": lambda page, runtime: serve(
        page, runtime, lambda content: content[:-1] + bytes([content[-1] ^ 1])
    ),
    "cut short": lambda page, runtime: serve(page, runtime, lambda content: content[:-1000]),
    "too long": lambda page, runtime: serve(page, runtime, lambda content: content + b"0"),
    "no WebAssembly": lambda page, _: no_webassembly(page),
}


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_the_server_draws_where_the_browser_can_not(
    free_page: Page, cdn_url: str, runtime: Path, collection: Collection, hindrance: str
) -> None:
    HINDRANCES[hindrance](free_page, runtime)
    errors: list[str] = []
    free_page.on("pageerror", lambda error: errors.append(str(error)))
    open_tab(free_page, cdn_url, drawer="server")
    word = free_page.locator(".gx-engine")
    assert word.text_content() == "server"
    expected = {
        "no WebAssembly": "Your browser has no WebAssembly.",
    }.get(hindrance, "What your browser needs for it could not be fetched.")
    assert word.get_attribute("title") == f"The server draws these pictures. {expected}"
    calls = calls_of(free_page)
    move(free_page, [(0, 2), (1, -1)])
    wait_for_explorer(free_page)
    assert "decode" in calls
    assert off_by(free_page, collection) <= 1
    assert (free_page.locator(".gx .gv-note").first.text_content() or "").startswith("realness ")
    assert errors == []


def test_when_the_network_is_back_it_is_tried_again(
    free_page: Page, cdn_url: str, runtime: Path, collection: Collection
) -> None:
    HINDRANCES["blocked"](free_page, runtime)
    open_tab(free_page, cdn_url, drawer="server")
    free_page.context.unroute(CDN)
    serve(free_page, runtime)
    free_page.locator("[data-state=seed]").fill("7")
    free_page.keyboard.press("Enter")
    free_page.wait_for_function(DRAWER.format("browser"))
    free_page.locator("[data-state=seed]").fill("42")
    free_page.keyboard.press("Enter")
    free_page.wait_for_timeout(300)
    move(free_page, [(0, 1)])
    wait_for_explorer(free_page)
    assert off_by(free_page, collection) <= 1


def test_a_worker_that_dies_is_followed_by_the_server(
    free_page: Page, page_url: str, collection: Collection
) -> None:
    free_page.add_init_script(
        """
        const { Worker } = window;
        window.Worker = class extends Worker {
            constructor(...given) {
                super(...given);
                window.lastWorker = this;
            }
        };
        """
    )
    open_tab(free_page, page_url)
    # The answers of this drag never come: its worker breaks down first.
    free_page.evaluate(
        """() => {
            const slider = document.querySelector(".gx-axis .gx-range");
            slider.value = -2;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
            lastWorker.onerror(new ErrorEvent("error"));
        }"""
    )
    free_page.wait_for_function(DRAWER.format("server"))
    wait_for_explorer(free_page)
    assert free_page.evaluate("() => ganvae.get().sliders") == {"0": -2}
    assert off_by(free_page, collection) <= 1


def test_a_model_that_was_altered_on_the_way_is_left_to_the_server(
    free_page: Page, page_url: str, collection: Collection
) -> None:
    free_page.context.route(
        "**/engine/models/vae-10/**",
        lambda route: route.fulfill(body=route.fetch().body()[:-1] + b"!"),
    )
    open_tab(free_page, page_url, drawer="server")
    assert free_page.evaluate("() => ganvae.engine.can('gan-100')")
    assert off_by(free_page, collection) <= 1


def test_r_rolls_the_dice_but_not_in_a_field(page: Page, page_url: str) -> None:
    open_tab(page, page_url)
    page.locator(".gx-axis .gx-range").first.focus()
    page.keyboard.press("r")
    assert page.evaluate("() => ganvae.get().pick") == 1
    page.locator(".gx [data-state=seed]").focus()
    page.keyboard.press("r")
    assert page.evaluate("() => ganvae.get().pick") == 1
    open_tab(page, page_url, "walk")
    page.locator(".gx-scrub").focus()
    page.keyboard.press("R")
    page.wait_for_function("() => ganvae.get().seed !== 42")


def test_a_finger_drags_a_slider(new_page: NewPage, page_url: str, collection: Collection) -> None:
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    open_tab(page, page_url)
    slider = page.locator(".gx-axis .gx-range").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    middle = box["y"] + box["height"] / 2

    def send(kind: str, share: float | None) -> None:
        at = [] if share is None else [{"x": box["x"] + share * box["width"], "y": middle}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    send("touchStart", 0.5)
    for step in range(1, 11):
        send("touchMove", 0.5 + 0.04 * step)
    send("touchEnd", None)
    wait_for_explorer(page)
    assert page.evaluate("() => ganvae.get().sliders[0]") > 1.5
    assert off_by(page, collection) <= 1


def test_a_scroll_that_starts_on_a_slider_leaves_it(new_page: NewPage, page_url: str) -> None:
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    open_tab(page, page_url)
    box = page.locator(".gx-axis .gx-range").first.bounding_box()
    assert box is not None
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2
    for kind, at in [("touchStart", y), *(("touchMove", y - 12 * i) for i in range(1, 11))]:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": at}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("() => window.scrollY > 0")
    page.wait_for_function("() => !Object.keys(ganvae.get().sliders).length")


def test_realness_comes_when_the_discriminator_does(free_page: Page, page_url: str) -> None:
    held: list[Route] = []
    free_page.context.route(
        "**/engine/models/**/discriminator.onnx", lambda route: held.append(route)
    )
    open_tab(free_page, page_url, "walk")
    # Drawn here, with nobody to judge it.
    free_page.locator("[data-state=walk]").select_option("straight")
    free_page.wait_for_function(
        "() => JSON.parse(document.querySelector('.gx').dataset.loaded).kind === 'straight'"
    )
    note = free_page.locator(".gx .gv-note").first
    expect(note).to_have_text("")
    held[0].continue_()
    expect(note).to_contain_text("realness")


def test_sliders_and_pictures_have_names(page: Page, page_url: str) -> None:
    for tab in ("explore", "walk"):
        open_tab(page, page_url, tab)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll(".gx canvas, .gx input")].filter((node) =>
                !node.closest("[aria-label], [aria-hidden], label") &&
                !node.labels?.length).map((node) => node.outerHTML)"""
        )
        assert nameless == []


def test_the_film_of_a_walk_shows_it(page: Page, page_url: str, collection: Collection) -> None:
    open_tab(page, page_url, "walk")
    page.locator(".gx-speed").fill("20")
    button = page.locator("[data-do=record]")
    ending = {"MP4": "mp4", "WebM": "webm"}[button.text_content() or ""]
    with page.expect_download() as waiting:
        button.click()
    assert waiting.value.suggested_filename == f"ganvae-perturbation-{VAE}-{GAN}-seed-42.{ending}"
    content = Path(waiting.value.path()).read_bytes()
    assert content[4:8] == b"ftyp" if ending == "mp4" else content[:4] == b"\x1aE\xdf\xa3"
    seen = page.evaluate(
        """async ([content, type]) => {
            const video = document.createElement("video");
            video.muted = true;
            video.src = `data:${type};base64,${content}`;
            await new Promise((resolve, reject) => {
                video.onloadeddata = resolve;
                video.onerror = () => reject(video.error.message);
            });
            await new Promise((resolve) => { video.onended = resolve; video.play(); });
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
            canvas.getContext("2d").drawImage(video, 0, 0);
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return {
                width: canvas.width,
                height: canvas.height,
                seconds: video.currentTime,
                grey: [...pixels.data].filter((_, at) => at % 4 === 1),
            };
        }""",
        [base64.b64encode(content).decode(), f"video/{ending}"],
    )
    assert (seen["width"], seen["height"]) == (2 * 256 + 8, 256)
    assert seen["seconds"] == pytest.approx(21 / 20, abs=0.4)
    last = np.array(seen["grey"], float).reshape(256, 520)
    for left, name in ((0, VAE), (264, GAN)):
        recipe = collection.recipe(name)
        z = latents.perturbation_walk(latents.sample_z(42, recipe.latent, 1)[0], recipe.family)
        expected = np.kron(drawn(collection, name, z[-1])[0], np.ones((8, 8)))
        # Films lose detail, but it is that frame.
        assert np.corrcoef(last[:, left : left + 256].ravel(), expected.ravel())[0, 1] > 0.9

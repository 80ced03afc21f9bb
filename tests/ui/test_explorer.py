"""What the Explore and Walk tabs get from the server: the core's own values, checked requests."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae import latents, render
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.latents import Array
from ganvae.models import GAN
from ganvae.ui.explorer import server
from tests.variations import variation_grid

WALK = {
    "models": ["vae-10", "gan-100"],
    "kind": "perturbation",
    "seed": 42,
    "pick": 3,
    "to": 7,
    "frames": 21,
    "temperature": 0.8,
}


@pytest.fixture(scope="module")
def collection(tiny_weights: Path) -> Collection:
    return Collection(tiny_weights)


@pytest.fixture(scope="module")
def call(collection: Collection) -> Any:
    def answer(name: str, data: dict[str, Any]) -> dict[str, Any]:
        try:
            return getattr(server, name)(collection, data)
        except UserError as error:
            return {"error": str(error)}

    return answer


def numbers(text: str, columns: int) -> Array:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, columns)


def pixels(batch: dict[str, Any]) -> np.ndarray:
    shape = (batch["count"], batch["height"], batch["width"], batch["channels"])
    return np.frombuffer(base64.b64decode(batch["pixels"]), np.uint8).reshape(shape)


def encoded(z: Array) -> str:
    return base64.b64encode(z.astype("<f4").tobytes()).decode()


def frames(collection: Collection, request: dict[str, Any]) -> list[np.ndarray]:
    """The pixels of a walk's frames, of each model."""
    z = server.find_walk(collection, request)["z"]
    return [
        render.to_pixels(
            collection.generate(name, numbers(z[name], collection.recipe(name).latent))
        )
        for name in request["models"]
    ]


@pytest.mark.parametrize("name", ["vae-3", "vae-10", "gan-100", "mini-gan-100"])
def test_axes_are_the_cores(call: Any, collection: Collection, name: str) -> None:
    reply, axes = call("find_axes", {"model": name}), collection.axes(name)
    recipe = collection.recipe(name)
    assert (numbers(reply["directions"], recipe.latent) == axes.directions).all()
    assert reply["strengths"] == pytest.approx(axes.strengths.tolist())
    assert reply["labels"] == axes.labels
    assert reply["prior_std"] == latents.prior_std(recipe.prior)


def test_meanings_are_the_models_directions(call: Any, collection: Collection) -> None:
    reply = call("find_axes", {"model": "gan-100"})["meanings"]
    found = collection.directions("gan-100")
    assert [one["key"] for one in reply] == [f"digit-{digit}" for digit in range(8, -1, -1)] + [
        "width"
    ]
    for one, direction in zip(reply, found, strict=True):
        assert (numbers(one["vector"], 100)[0] == direction.vector).all()
        assert (one["label"], one["measured"]) == (direction.label, direction.measured)
        assert (one["low"], one["high"], one["effect"]) == (1, 7.5, direction.effect)
    assert call("find_axes", {"model": "mini-gan-100"})["meanings"] == []


def test_latents_are_the_seeds_row(call: Any) -> None:
    request = {"models": ["vae-10", "mini-gan-100"], "seed": 42, "pick": 3, "temperature": 0.5}
    reply = call("find_latents", request)
    for name, latent, prior in (("vae-10", 10, "normal"), ("mini-gan-100", 100, "uniform")):
        expected = latents.sample_z(42, latent, 4, prior, 0.5)[3]
        assert (numbers(reply["z"][name], latent)[0] == expected).all()


def test_latents_of_a_fitted_prior_are_its_samples(call: Any, collection: Collection) -> None:
    request = {"models": ["vae-10", "vae-3"], "seed": 42, "pick": 3, "fitted": True}
    reply = call("find_latents", request)
    prior = collection.fitted_prior("vae-10")
    assert prior is not None
    assert (numbers(reply["z"]["vae-10"], 10)[0] == prior.sample(42, 4)[3]).all()
    assert (numbers(reply["z"]["vae-3"], 3)[0] == latents.sample_z(42, 3, 4)[3]).all()


@pytest.mark.parametrize("as_text", [True, False])
def test_decoded_pictures_are_the_models(call: Any, collection: Collection, as_text: bool) -> None:
    requests, expected = [], []
    for name, latent, count in (("vae-3", 3, 2), ("gan-100", 100, 1)):
        z = latents.sample_z(1, latent, count)
        requests.append({"model": name, "z": encoded(z) if as_text else z.tolist()})
        expected.append(render.to_pixels(collection.generate(name, z)))
    reply = call("decode", {"requests": requests})
    for batch, image in zip(reply["pictures"], expected, strict=True):
        assert (pixels(batch) == image).all()


FACES = ["face-vae-128", "face-gan-128"]


@pytest.fixture(scope="module")
def faces(face_weights: Path) -> Collection:
    return Collection(face_weights)


@pytest.mark.parametrize("name", FACES)
def test_variations_of_a_face_are_the_models_own_pixels(faces: Collection, name: str) -> None:
    """Nothing is stretched: each of the 25 is what it is when it is decoded alone."""
    axes = faces.axes(name).directions
    z = latents.sample_z(42, 128, 1)[0]
    grid = variation_grid(z, axes[0], axes[1])
    reply = server.decode(faces, {"requests": [{"model": name, "z": encoded(grid)}]})
    shown = pixels(reply["pictures"][0])
    assert shown.shape == (25, 64, 64, 3)
    for place, z_there in enumerate(grid):
        alone = render.to_pixels(faces.generate(name, z_there[None]))[0]
        # A batch of 25 is added up in another order than a single picture.
        assert np.abs(shown[place].astype(int) - alone).max() <= 1
    brightness = faces.generate(name, grid).mean(dim=(1, 2, 3)).numpy() * 255
    assert shown.mean(axis=(1, 2, 3)) == pytest.approx(brightness, abs=0.5)
    assert (shown[0] != shown[24]).any()


def test_walks_in_colour_are_exported_in_colour(faces: Collection) -> None:
    request = {**WALK, "models": FACES, "kind": "straight"}
    walked = frames(faces, request)
    frame = server.export(faces, {**request, "file_format": "frame", "frame": 5})
    with Image.open(io.BytesIO(base64.b64decode(frame["data"]))) as picture:
        assert (picture.mode, picture.size) == ("RGB", (2 * 256 + 8, 256))
        seen = np.asarray(picture).astype(float)
    for left, images in ((0, walked[0]), (264, walked[1])):
        large = Image.fromarray(images[5]).resize((256, 256), Image.Resampling.BICUBIC)
        assert (seen[:, left : left + 256] == np.asarray(large)).all()
    strip = server.export(faces, {**request, "file_format": "strip"})
    with Image.open(io.BytesIO(base64.b64decode(strip["data"]))) as picture:
        assert picture.size == (21 * 65 - 1, 2 * 64 + 4)
        tiles = np.asarray(picture)
    for row, images in enumerate(walked):
        assert (tiles[row * 68 :, 20 * 65 :][:64, :64] == images[20]).all()
    for file_format in ("gif", "webp"):
        movie = server.export(faces, {**request, "file_format": file_format, "fps": 10})
        with Image.open(io.BytesIO(base64.b64decode(movie["data"]))) as opened:
            assert (opened.n_frames, opened.size) == (21, (520, 256))
            opened.seek(5)
            colours = np.asarray(opened.convert("RGB"), float)
        # 256 colours for pictures of noise are few; of another frame it would be 0.
        assert np.corrcoef(colours.ravel(), seen.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("kind", server.KINDS)
def test_walks_are_the_cores_paths(call: Any, collection: Collection, kind: str) -> None:
    reply = call("find_walk", {**WALK, "kind": kind})
    paths = {
        "straight": latents.straight_path,
        "spherical": latents.spherical_path,
        "loop": latents.closed_loop,
    }
    assert list(reply["z"]) == WALK["models"]
    for name in WALK["models"]:
        recipe = collection.recipe(name)
        first, last = (
            latents.sample_z(seed, recipe.latent, 4, "normal", 0.8)[3] for seed in (42, 7)
        )
        if kind == "perturbation":
            z = latents.perturbation_walk(first, recipe.family)
        else:
            z = paths[kind](first, last, 21)
        assert (numbers(reply["z"][name], recipe.latent) == z.astype(np.float32)).all()


def test_a_walk_between_seeds_starts_and_ends_at_their_places(call: Any) -> None:
    for kind in ("straight", "spherical"):
        walked = numbers(call("find_walk", {**WALK, "kind": kind})["z"]["vae-10"], 10)
        assert walked.shape == (21, 10)
        for frame, seed in ((0, 42), (20, 7)):
            z = latents.sample_z(seed, 10, 4, "normal", 0.8)[3]
            assert walked[frame] == pytest.approx(z, abs=1e-6)


def test_a_walk_between_places_of_ones_own(call: Any) -> None:
    start, end = latents.sample_z(5, 10, 1)[0], latents.sample_z(6, 100, 1)[0]
    own = {"starts": {"vae-10": encoded(start)}, "ends": {"gan-100": [end.tolist()]}}
    walked = call("find_walk", {**WALK, "kind": "straight", **own})["z"]
    vae, gan = numbers(walked["vae-10"], 10), numbers(walked["gan-100"], 100)
    assert vae[0] == pytest.approx(start, abs=1e-6)
    assert vae[20] == pytest.approx(latents.sample_z(7, 10, 4, "normal", 0.8)[3], abs=1e-6)
    assert gan[0] == pytest.approx(latents.sample_z(42, 100, 4, "normal", 0.8)[3], abs=1e-6)
    assert gan[20] == pytest.approx(end, abs=1e-6)


def test_a_judge_tells_the_realness_of_what_is_seen(call: Any, collection: Collection) -> None:
    sizes = {"vae-10": 10, "gan-100": 100}
    z = {name: latents.sample_z(1, latent, 2) for name, latent in sizes.items()}
    requests = [{"model": name, "z": encoded(z[name]), "judge": "gan-100"} for name in z]
    batches = call("decode", {"requests": requests})["pictures"]
    judge = collection.model("gan-100")
    assert isinstance(judge, GAN)
    for batch in batches:
        seen = torch.from_numpy(pixels(batch)).permute(0, 3, 1, 2) / 255
        assert batch["realness"] == pytest.approx(judge.realness(seen).tolist(), abs=1e-6)
    unasked = call("decode", {"requests": [{"model": "vae-10", "z": encoded(z["vae-10"])}]})
    assert unasked["pictures"][0]["realness"] is None


@pytest.mark.parametrize(
    ("judge", "words"),
    [
        ("vae-10", "vae-10 is a VAE, not a GAN"),
        ("mlp-gan-100", "takes images of shape (N, 1, 28, 28)"),
        (["gan-100"], "must be a name"),
        ("nobody", "There is no model"),
    ],
)
def test_who_can_not_judge_is_refused(call: Any, judge: Any, words: str) -> None:
    z = encoded(latents.sample_z(1, 10, 1))
    reply = call("decode", {"requests": [{"model": "vae-10", "z": z, "judge": judge}]})
    assert list(reply) == ["error"]
    assert words in reply["error"]


@pytest.mark.parametrize("file_format", ["gif", "webp"])
def test_exported_animations_show_the_walk(
    call: Any, collection: Collection, file_format: str
) -> None:
    request = {**WALK, "kind": "spherical", "file_format": file_format, "fps": 10}
    walked = frames(collection, request)
    reply = call("export", request)
    assert reply["filename"] == f"ganvae-spherical-vae-10-gan-100-seed-42.{file_format}"
    assert reply["media"] == f"image/{file_format}"
    with Image.open(io.BytesIO(base64.b64decode(reply["data"]))) as movie:
        # 32 pixels magnified 8 times, the two models side by side.
        assert (movie.n_frames, movie.size) == (21, (2 * 256 + 8, 256))
        movie.seek(20)
        last = np.asarray(movie.convert("L"))[4::8]
    assert (last[:, :256][:, 4::8] == walked[0][-1, :, :, 0]).all()
    assert (last[:, -256:][:, 4::8] == walked[1][-1, :, :, 0]).all()


def test_exported_strip_has_a_row_for_each_model(call: Any, collection: Collection) -> None:
    reply = call("export", {**WALK, "file_format": "strip"})
    assert reply["filename"].endswith(".png")
    walked = frames(collection, WALK)
    with Image.open(io.BytesIO(base64.b64decode(reply["data"]))) as picture:
        assert picture.size == (21 * 65 - 1, 2 * 64 + 4)
        strip = np.asarray(picture)
    for row, images in enumerate(walked):
        for frame in (0, 20):
            tile = strip[row * 68 :, frame * 65 :][:64, :64]
            assert (tile[::2, ::2] == images[frame, :, :, 0]).all()


def test_a_morph_is_exported_under_no_seed(call: Any, collection: Collection) -> None:
    start = latents.sample_z(5, 10, 1)[0]
    own = {"models": ["vae-10"], "kind": "straight", "starts": {"vae-10": encoded(start)}}
    reply = call("export", {**WALK, **own, "file_format": "frame", "frame": 0})
    assert reply["filename"] == "ganvae-straight-vae-10-own-frame-1.png"
    first = render.to_pixels(collection.generate("vae-10", start[None]))[0, :, :, 0]
    with Image.open(io.BytesIO(base64.b64decode(reply["data"]))) as picture:
        assert (np.asarray(picture)[::8, ::8] == first).all()


def test_exported_frame_is_that_frame(call: Any, collection: Collection) -> None:
    reply = call("export", {**WALK, "file_format": "frame", "frame": 4})
    assert reply["filename"].endswith("-frame-5.png")
    walked = frames(collection, WALK)[1]
    with Image.open(io.BytesIO(base64.b64decode(reply["data"]))) as picture:
        assert (np.asarray(picture)[::8, -256::8] == walked[4, :, :, 0]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"models": []}, "models must be named"),
        ({"models": "vae-10"}, "models must be named"),
        ({"models": [["vae-10"]]}, "must be a name"),
        ({"models": ["../vae-10"]}, "There is no model"),
        ({"seed": -1}, "The seed must be a whole number"),
        ({"seed": 2**32}, "4294967295"),
        ({"seed": 1.5}, "not 1.5"),
        ({"seed": True}, "The seed"),
        ({"seed": "x" * 1000}, "The seed"),
        ({"pick": 1000}, "The pick"),
        ({"to": None}, "The second seed"),
        ({"frames": 20}, "from 21 to 120"),
        ({"frames": 121}, "from 21 to 120"),
        ({"frames": float("nan")}, "from 21 to 120"),
        ({"temperature": 2.1}, "The temperature"),
        ({"temperature": float("inf")}, "The temperature"),
        ({"temperature": "1"}, "The temperature"),
        ({"kind": "zigzag"}, "The kind of walk must be perturbation or"),
        ({"kind": ["loop"]}, "The kind of walk"),
        ({"starts": ["vae-10"]}, "starts must be an object"),
        ({"ends": {"vae-10": "AAAA"}}, "z must hold 10 float32 numbers"),
        ({"ends": {"vae-10": [[1e3] * 10]}}, "from -100 to 100"),
    ],
)
def test_bad_walks_are_answered_with_a_sentence(
    call: Any, change: dict[str, Any], words: str
) -> None:
    reply = call("find_walk", {**WALK, **change})
    assert list(reply) == ["error"]
    assert words in reply["error"]
    assert len(reply["error"]) < 300


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"file_format": "mp4"}, "The file format must be gif or webp or strip or frame"),
        ({"file_format": "gif", "fps": 0}, "The speed"),
        ({"file_format": "frame", "frame": 21}, "The frame must be a whole number from 0 to 20"),
    ],
)
def test_bad_exports_are_answered_with_a_sentence(
    call: Any, change: dict[str, Any], words: str
) -> None:
    assert words in call("export", {**WALK, **change})["error"]


ZERO = [[0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({}, "requests must be a list"),
        ({"requests": []}, "requests must be a list"),
        ({"requests": [3]}, "an object with a model and z"),
        ({"requests": [{"model": 5, "z": ZERO}]}, "The model must be a name"),
        ({"requests": [{"model": "nope", "z": ZERO}]}, "There is no model"),
        ({"requests": [{"model": "vae-3"}]}, "list of 1 to 256 rows"),
        ({"requests": [{"model": "vae-3", "z": []}]}, "list of 1 to 256 rows"),
        ({"requests": [{"model": "vae-3", "z": [[0.0, 0.0]]}]}, "list of 3 numbers"),
        ({"requests": [{"model": "vae-3", "z": [[0.0, 0.0, "1"]]}]}, "numbers only"),
        ({"requests": [{"model": "vae-3", "z": [[0.0, 0.0, 1e9]]}]}, "Every number of z"),
        ({"requests": [{"model": "vae-3", "z": "no base64"}]}, "base64"),
        ({"requests": [{"model": "vae-3", "z": ""}]}, "3 float32 numbers"),
        ({"requests": [{"model": "vae-3", "z": encoded(np.zeros(4))}]}, "3 float32 numbers"),
        ({"requests": [{"model": "vae-3", "z": encoded(np.full(3, np.nan))}]}, "Every number"),
        ({"requests": [{"model": "vae-3", "z": encoded(np.zeros((257, 3)))}]}, "at most"),
        ({"requests": [{"model": "vae-3", "z": encoded(np.zeros((129, 3)))}] * 2}, "at most"),
        ({"requests": [{"model": "vae-3", "z": ZERO}] * 9}, "list of 1 to 8"),
    ],
)
def test_bad_points_are_answered_with_a_sentence(call: Any, request_: Any, words: str) -> None:
    reply = call("decode", request_)
    assert words in reply["error"]


def test_axes_of_no_model_are_answered_with_a_sentence(call: Any) -> None:
    assert "There is no model" in call("find_axes", {"model": "nope"})["error"]
    assert "must be a name" in call("find_axes", {"model": {"a": 1}})["error"]


def test_whole_numbers_from_javascript_may_have_a_point(call: Any) -> None:
    plain = call("find_latents", {"models": ["vae-3"], "seed": 5, "pick": 0})
    assert plain == call("find_latents", {"models": ["vae-3"], "seed": 5.0, "pick": 0.0})


def test_decoding_leaves_the_shared_model_as_it_was(call: Any, collection: Collection) -> None:
    before = {k: v.clone() for k, v in collection.model("gan-100").state_dict().items()}
    call("export", {**WALK, "file_format": "frame"})
    after = collection.model("gan-100").state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)

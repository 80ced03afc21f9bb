"""What the Reconstruct tab asks of the server: originals, reconstructions and searches."""

from __future__ import annotations

import base64
import io
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from ganvae import latents, render
from ganvae.collection import Collection
from ganvae.data.handwriting import as_mnist
from ganvae.errors import UserError
from ganvae.inversion.search import Effort, search
from ganvae.metrics import classifier
from ganvae.models import GAN, VAE
from ganvae.ui.limits import LOOK_SECONDS
from ganvae.ui.originals import DRAWING_SIDE, PHOTO_SIDE
from ganvae.ui.reconstruct import SAMPLES, server
from ganvae.ui.reconstruct.server import Reconstructions
from ganvae.ui.searches import Searches
from tests.ui.bound import Bound


@pytest.fixture
def made(tiny_weights: Any, monkeypatch: pytest.MonkeyPatch) -> Bound:
    monkeypatch.setattr(server, "effort_for", lambda _: Effort(starts=2, steps=20))
    return Bound(Reconstructions(Searches()), Collection(tiny_weights))


@pytest.fixture
def faces(face_weights: Any) -> Bound:
    return Bound(Reconstructions(Searches()), Collection(face_weights))


def sheet() -> np.ndarray:
    pixels = np.zeros((DRAWING_SIDE, DRAWING_SIDE), np.uint8)
    pixels[8:56, 28:34] = 255
    return pixels


def base64_of(pixels: np.ndarray) -> str:
    return base64.b64encode(pixels.astype(np.uint8).tobytes()).decode()


DRAWING = {
    "vae": "vae-10",
    "gan": "gan-100",
    "original": "drawing",
    "drawing": base64_of(sheet()),
    "seed": 7,
}


def pixels(url: str) -> np.ndarray:
    kind, _, content = url.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))))


def same(url: str, image: torch.Tensor) -> bool:
    expected = render.to_pixels(image)[0]
    seen = pixels(url).reshape(expected.shape)
    return bool(np.abs(seen.astype(int) - expected.astype(int)).max() <= 1)


def framed() -> torch.Tensor:
    """The drawing as the models get it."""
    small = as_mnist(torch.from_numpy(sheet()).float() / 255)
    return torch.nn.functional.interpolate(
        small, (32, 32), mode="bilinear", align_corners=False, antialias=True
    ).clamp(0, 1)


def searched(made: Bound, data: dict[str, Any]) -> dict[str, Any]:
    """The last of what a search tells."""
    token = made.begin(data)["token"]
    end = time.monotonic() + 30
    while time.monotonic() < end:
        told = made.look({"token": token})
        if told["done"]:
            return told
        time.sleep(0.01)
    raise AssertionError("The search has no end.")


def test_a_drawing_through_the_vae(made: Bound, tiny_weights: Any) -> None:
    answer = made.encode(DRAWING)
    vae = Collection(tiny_weights).model("vae-10")
    assert isinstance(vae, VAE)
    original = framed()
    assert same(answer["original"]["image"], original)
    assert answer["original"]["error"] is None
    mean, log_variance = vae.encode(original)
    redrawn = vae.generate(mean)
    told = answer["vae"]
    assert same(told["image"], redrawn)
    assert told["z"] == pytest.approx(mean[0].tolist(), abs=1e-5)
    assert told["error"] == pytest.approx((redrawn - original).square().mean().sqrt().item())
    assert told["spread"] == pytest.approx((log_variance / 2).exp().mean().item(), rel=1e-5)
    noise = torch.from_numpy(latents.sample_z(7, 10, SAMPLES))
    samples = vae.generate(mean + noise * (log_variance / 2).exp())
    assert [same(url, samples[i : i + 1]) for i, url in enumerate(answer["samples"])] == [True] * 8


def test_the_gan_is_inverted(made: Bound, tiny_weights: Any) -> None:
    told = searched(made, DRAWING)
    gan = Collection(tiny_weights).model("gan-100")
    assert isinstance(gan, GAN)
    last = list(search(gan, framed(), 0, Effort(2, 20)))[-1]
    assert told["gan"]["z"] == pytest.approx(last.z[0].tolist(), abs=1e-5)
    assert told["gan"]["error"] == pytest.approx(last.error**0.5, rel=1e-4)
    assert same(told["gan"]["image"], gan.generate(last.z))
    assert (told["step"], told["steps"]) == (20, 20)
    assert len(told["course"]) == SAMPLES
    assert told["course"][-1] == told["gan"]["image"]


def test_digits_are_compared_by_their_features(
    made: Bound, tiny_weights: Any, tmp_path: Path
) -> None:
    assert made.encode(DRAWING)["vae"]["distance"] is None
    weights = tmp_path / "weights"
    shutil.copytree(tiny_weights / "vae-10", weights / "vae-10")
    (weights / classifier.NAME).mkdir()
    network = classifier.DigitClassifier()
    save_file(network.state_dict(), weights / classifier.NAME / classifier.WEIGHTS)
    known = Bound(Reconstructions(Searches()), Collection(weights))
    told = known.encode({**DRAWING, "gan": None})
    vae = Collection(weights).model("vae-10")
    assert isinstance(vae, VAE)
    ours, theirs = network.features(vae.reconstruct(framed())), network.features(framed())
    assert told["vae"]["distance"] == pytest.approx((ours - theirs).norm().item(), rel=1e-4)
    assert told["original"]["distance"] is None


def test_what_is_told_of_a_moment_is_worked_out_once(
    made: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[torch.Tensor] = []

    def counted(_: Any, names: Any, image: torch.Tensor, original: Any) -> dict[str, Any]:
        asked.append(image)
        return {}

    monkeypatch.setattr(server, "_facts", counted)
    token = made.begin(DRAWING)["token"]
    end = time.monotonic() + 30
    while not made.look({"token": token})["done"] and time.monotonic() < end:
        time.sleep(0.01)
    made.look({"token": token})
    before = len(asked)
    assert before
    for _ in range(3):
        assert made.look({"token": token})["gan"]["z"]
    assert len(asked) == before


def test_pages_look_less_often_the_more_searches_take_turns(
    made: Bound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "effort_for", lambda _: Effort(starts=2, steps=100_000))
    tokens = [made.begin(DRAWING)["token"] for _ in range(3)]
    waits = [made.look({"token": token})["wait"] for token in tokens]
    for token in tokens:
        made.stop({"token": token})
    assert waits == [pytest.approx(3 * LOOK_SECONDS)] * 3


def test_a_search_can_be_stopped(made: Bound, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "effort_for", lambda _: Effort(starts=2, steps=100_000))
    token = made.begin(DRAWING)["token"]
    end = time.monotonic() + 30
    while "gan" not in made.look({"token": token}) and time.monotonic() < end:
        time.sleep(0.01)
    assert made.stop({"token": token}) == {}
    told = made.look({"token": token})
    assert told["done"]
    assert told["step"] < told["steps"]
    assert len(told["gan"]["z"]) == 100


def test_dark_ink_on_a_lit_page_is_a_digit(made: Bound) -> None:
    ink = np.kron(sheet(), np.ones((2, 2), np.uint8))
    light = np.linspace(0.92, 1, PHOTO_SIDE)[:, None, None]
    paper = np.where(ink[:, :, None] > 0, (40, 50, 90), (225, 220, 200)) * light
    photo = {**DRAWING, "original": "photo", "photo": base64_of(paper)}
    seen = pixels(made.encode(photo)["original"]["image"]).astype(int)
    drawn = pixels(made.encode(DRAWING)["original"]["image"]).astype(int)
    assert np.abs(seen - drawn).mean() < 6
    assert drawn.max() == 255
    # White on black is the same digit.
    chalk = {**photo, "photo": base64_of(255 - paper)}
    assert np.abs(pixels(made.encode(chalk)["original"]["image"]) - drawn).mean() < 6


def test_a_photo_for_faces_keeps_its_colours(faces: Bound) -> None:
    colours = np.zeros((PHOTO_SIDE, PHOTO_SIDE, 3), np.uint8)
    colours[: PHOTO_SIDE // 2] = (200, 40, 10)
    data = {"vae": "face-vae-128", "gan": None, "original": "photo", "seed": 0}
    answer = faces.encode({**data, "photo": base64_of(colours)})
    seen = pixels(answer["original"]["image"])
    assert seen.shape == (64, 64, 3)
    assert seen[5, 30].tolist() == [200, 40, 10]
    assert seen[60, 30].tolist() == [0, 0, 0]
    assert answer["original"]["realness"] is None
    assert answer["vae"]["realness"] is None


def test_one_family_alone(made: Bound) -> None:
    assert "vae" not in made.encode({**DRAWING, "vae": None})
    told = searched(made, {**DRAWING, "vae": None})
    assert told["gan"]["error"] > 0
    with pytest.raises(UserError, match="There is no GAN"):
        made.begin({**DRAWING, "gan": None})


PHOTO = {**DRAWING, "original": "photo"}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"vae": None, "gan": None}, "Name a VAE or a GAN"),
        ({"vae": "gan-100"}, "is a GAN, not a VAE"),
        ({"gan": "mini-gan-100"}, "pictures of one size"),
        ({"original": "sample"}, "must be drawing or photo or test"),
        ({"original": ["test"]}, "must be drawing or photo or test"),
        ({"drawing": base64_of(np.zeros((64, 64)))}, "Nothing is drawn yet"),
        ({"drawing": "AAAA"}, "64 by 64 grey pixels"),
        ({"drawing": "!" * len(DRAWING["drawing"])}, "64 by 64 grey pixels"),
        ({"drawing": None}, "64 by 64 grey pixels"),
        ({"seed": -1}, "seed"),
        ({**PHOTO, "photo": "A" * 10**6}, "128 by 128 pixels"),
        ({**PHOTO, "photo": base64_of(np.full((128, 128, 3), 90))}, "all one colour"),
        ({"original": "test", "test": 10**9}, "test image"),
    ],
)
def test_bad_values(made: Bound, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        made.encode({**DRAWING, **changes})


def test_a_photo_without_writing(made: Bound) -> None:
    grain = np.random.default_rng(0).integers(95, 110, (128, 128, 1)).repeat(3, axis=2)
    with pytest.raises(UserError, match="Nothing stands out"):
        made.encode({**PHOTO, "photo": base64_of(grain)})


@pytest.mark.parametrize("token", [None, 5, "nobody's"])
def test_no_such_search(made: Bound, token: object) -> None:
    with pytest.raises(UserError):
        made.look({"token": token})


def test_faces_take_no_drawing(made: Bound, faces: Bound) -> None:
    data = {**DRAWING, "vae": "face-vae-128", "gan": None}
    with pytest.raises(UserError, match="Only models of handwritten digits"):
        faces.encode(data)
    assert faces.offers({"model": "face-vae-128"})["drawing"] is False
    assert made.offers({"model": "gan-100"})["drawing"] is True

"""What the Map tab asks of the server, and the colours of its classes."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest

from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.maps.format import MAP, LatentMap, quantised
from ganvae.ui.map import PALETTE, MapTab
from ganvae.ui.map.server import cloud
from ganvae.ui.shelf import Shelf

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}
XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.072175],
    [0.0193339, 0.119192, 0.9503041],
]


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    for name in ("vae-10", "gan-100"):
        shutil.copytree(tiny_weights / name, tmp_path / name)
    z = np.random.default_rng(0).standard_normal((30, 10)).astype(np.float32)
    LatentMap(
        "discriminant",
        0.5,
        np.eye(3, 10, dtype=np.float32),
        np.zeros(3, np.float32),
        quantised(z),
        (np.arange(30) % 10).astype(np.uint8),
        None,
        None,
    ).write(tmp_path / "vae-10")
    return tmp_path


def test_the_cloud_is_what_the_file_holds(weights: Path) -> None:
    collection = Collection(weights)
    told = cloud(collection, {"model": "vae-10"})
    found = collection.latent_map("vae-10")
    assert found is not None
    assert (told["count"], told["latent"], told["kind"], told["sampled"]) == (
        30,
        10,
        "discriminant",
        False,
    )

    def floats(name: str) -> np.ndarray:
        return np.frombuffer(base64.b64decode(told[name]), "<f4")

    steps = np.frombuffer(base64.b64decode(told["steps"]), np.uint8).reshape(30, 10)
    z = floats("lowest") + floats("scale") * steps.astype(np.float32)
    np.testing.assert_array_equal(z, found.points.z())
    assert list(base64.b64decode(told["classes"])) == [i % 10 for i in range(30)]
    np.testing.assert_array_equal(floats("projection").reshape(3, 10), np.eye(3, 10))
    assert told["colours"] is None


def test_a_model_without_a_map_has_no_points(weights: Path) -> None:
    assert cloud(Collection(weights), {"model": "gan-100"}) == {"model": "gan-100", "count": 0}


def test_a_broken_map_is_logged_and_left_out(
    weights: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (weights / "vae-10" / MAP).write_bytes(b"nothing")
    collection = Collection(weights)
    assert cloud(collection, {"model": "vae-10"})["count"] == 0
    assert "vae-10 has no map on the page" in caplog.text
    assert collection.generate("vae-10", np.zeros((1, 10), np.float32)).shape == (1, 1, 32, 32)


@pytest.mark.parametrize("name", [None, 3, [], "nobody", "x" * 10_000, {"a": 1}])
def test_bad_values_are_told_in_a_sentence(weights: Path, name: object) -> None:
    with pytest.raises(UserError) as caught:
        cloud(Collection(weights), {"model": name})
    assert len(str(caught.value)) < 300


def test_the_functions_go_by_their_names(weights: Path) -> None:
    tab = MapTab(Shelf(Collection(weights)))
    names = [function.__name__ for function in tab.server_fns]
    assert names == ["cloud", "decode", "find_latents"]


def rgb(colour: str) -> np.ndarray:
    values = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(linear: np.ndarray) -> np.ndarray:
    """CIELAB, in which distances are about those that eyes see."""
    x, y, z = np.cbrt(np.array(XYZ) @ linear.clip(0, 1) / [0.95047, 1, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
def test_the_colours_of_classes_stay_apart(sight: str) -> None:
    seen = [lab(np.array(SIGHT[sight]) @ rgb(colour)) for colour in PALETTE]
    apart = [np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i]]
    assert len(PALETTE) == 10
    assert min(apart) > 20
    # Bright enough on black.
    assert min(lab(rgb(colour))[0] for colour in PALETTE) > 35


@pytest.mark.parametrize("taken", ["#2f74e0", "#5b9bff", "#e8660c", "#ff8a3d"])
def test_no_class_has_a_familys_colour(taken: str) -> None:
    assert min(np.linalg.norm(lab(rgb(taken)) - lab(rgb(colour))) for colour in PALETTE) > 20

"""From a folder to the images a recipe is trained and tested on."""

from __future__ import annotations

import io
import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae.data import Images, cache, folder, load_first_test_images, load_for, load_sets
from ganvae.data.folder import ImageFile, list_images, split, write_split
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from tests.data.pictures import numbers, write_images

CELEBA = RECIPES["face-vae-128"]
# Anyone's folder of images, small.
MINE = CELEBA.replace(
    name="mine", dataset="mine", image_shape=(3, 8, 8), decoder_widths=(4,), encoder_widths=(4,)
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mine"


def load(place: Path, recipe: Recipe = MINE) -> Images:
    return load_sets(recipe, images_folder=place)


def celeba_at(shape: tuple[int, int, int]) -> Recipe:
    return CELEBA.replace(image_shape=shape, decoder_widths=(4,), encoder_widths=(4,))


def mixed_photos(place: Path) -> dict[str, str]:
    """500 files of every kind, some of them broken; returns why each of these can't be read."""
    random = np.random.default_rng(0)
    kinds: list[tuple[str, str, dict[str, Any]]] = [
        ("jpg", "RGB", {}),
        ("JPEG", "L", {}),
        ("png", "RGBA", {}),
        ("png", "P", {}),
        ("webp", "RGB", {}),
        ("png", "1", {}),
        ("jpg", "CMYK", {}),
        ("gif", "P", {}),
        ("tif", "RGB", {}),
        ("bmp", "RGB", {}),
    ]
    for number in range(493):
        suffix, mode, options = kinds[number % len(kinds)]
        size = [int(side) for side in random.integers(5, 60, 2)]
        image = Image.fromarray(random.integers(0, 256, (size[0], size[1], 3), np.uint8))
        below = place / ("some of them" if number % 3 else "") / f"Ünï {number % 7}"
        below.mkdir(parents=True, exist_ok=True)
        image.convert(mode).save(below / f"photo {number}.{suffix}", **options)
    stream = io.BytesIO()
    Image.fromarray(random.integers(0, 256, (64, 64, 3), np.uint8)).save(stream, "JPEG")
    (place / "cut short.jpg").write_bytes(stream.getvalue()[:900])
    (place / "empty.png").write_bytes(b"")
    (place / "new\nline.webp").write_bytes(b"RIFF")
    (place / "page.jpg").write_text("<html>404</html>")
    (place / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(50))
    (place / "z").mkdir()
    (place / "z" / "zeros.gif").write_bytes(bytes(1000))
    (place / "z" / "text.TIFF").write_text("II*")
    return {
        "cut short.jpg": "truncated",
        "empty.png": "no image",
        r"'new\nline.webp'": "no image",
        "page.jpg": "no image",
        "phone.heic": "HEIC",
        "z/text.TIFF": "no image",
        "z/zeros.gif": "no image",
    }


def test_mixed_photos_are_split_and_the_broken_ones_named(place: Path) -> None:
    broken = mixed_photos(place)
    listed = list_images(place)
    parts = split(listed)
    assert [len(listed), len(parts["train"]), len(parts["test"])] == [500, 400, 100]
    images = load(place)
    assert [name for name, _ in images.skipped] == list(broken)
    for (name, reason), expected in zip(images.skipped, broken.values(), strict=True):
        assert expected in reason, name
        assert "\n" not in name + reason
        assert str(place) not in reason
    # Each part loses just those of its own that can't be read.
    lost = {
        part: sum(folder.shown(listed[i].name) in broken for i in positions)
        for part, positions in parts.items()
    }
    assert sum(lost.values()) == 7
    assert images.train.shape == (400 - lost["train"], 3, 8, 8)
    assert images.test.shape == (100 - lost["test"], 3, 8, 8)
    assert images.train.dtype == images.test.dtype == torch.uint8


def test_each_image_goes_where_the_split_says(place: Path) -> None:
    write_images(place, 300)
    (place / "0007.png").write_bytes(b"broken")
    parts = split(list_images(place))
    images = load(place)
    for part, tensor in (("train", images.train), ("test", images.test)):
        expected = [position for position in parts[part] if position != 7]
        assert numbers(tensor.numpy()) == expected
    assert len(images.train) + len(images.test) == 299


def test_a_folder_that_is_split_keeps_its_split(place: Path) -> None:
    write_images(place / "train", 95)
    write_images(place / "test" / "deeper", 5, first=95)
    images = load(place)
    assert numbers(images.train.numpy()) == list(range(95))
    assert numbers(images.test.numpy()) == list(range(95, 100))


def test_what_write_split_wrote_is_split_the_same(place: Path, tmp_path: Path) -> None:
    write_images(place, 120)
    write_split(place, tmp_path / "split")
    before, after = load(place), load(tmp_path / "split")
    assert torch.equal(before.train, after.train)
    assert torch.equal(before.test, after.test)


def test_too_few_images_are_refused_with_their_number(place: Path) -> None:
    write_images(place, 99)
    sentence = r"mine has 99 images that can be read, and 100 are the least to train on"
    with pytest.raises(UserError, match=sentence + r"\.$"):
        load(place)
    for name in ("a.jpg", "b\nb.jpg", "c.jpg", "d.jpg"):
        (place / name).write_bytes(b"broken")
    with pytest.raises(
        UserError,
        match=sentence + r"; 4 can't be read: a\.jpg \(no image .*\), 'b\\nb\.jpg' \(.*, …\.$",
    ) as caught:
        load(place)
    assert "\n" not in str(caught.value)
    write_images(place, 1, first=99)
    images = load(place)
    assert len(images.train) + len(images.test) == 100
    assert len(images.skipped) == 4


def test_an_empty_and_a_missing_folder_are_refused(place: Path) -> None:
    with pytest.raises(UserError, match="There is no folder of images"):
        load(place)
    place.mkdir()
    with pytest.raises(UserError, match="mine has 0 images that can be read"):
        load(place)


def test_a_part_of_nothing_is_refused(place: Path) -> None:
    write_images(place / "train", 120)
    write_images(place / "test", 1, first=120)
    with pytest.raises(UserError, match="mine has 1 images for test: 2 are the least"):
        load(place)


def test_the_fingerprint_tells_images_and_splits_apart(place: Path, tmp_path: Path) -> None:
    write_images(place, 150)
    first = load(place).fingerprint
    assert first is not None
    assert load(place).fingerprint == first
    write_images(tmp_path / "copy" / "deeper", 150)
    assert load(tmp_path / "copy").fingerprint == first
    # The same images in the same order, but others of them are for testing.
    fingerprints = {first}
    for name, tested in (("one", 30), ("two", 40)):
        write_images(tmp_path / name / "test", tested)
        write_images(tmp_path / name / "train", 150 - tested, first=tested)
        fingerprints.add(load(tmp_path / name).fingerprint or "")
    os.utime(place / "0000.png", ns=(0, 0))
    assert load(place).fingerprint == first
    write_images(place, 1, first=150)
    fingerprints.add(load(place).fingerprint or "")
    assert len(fingerprints) == 4
    assert all(len(fingerprint) == len(first) for fingerprint in fingerprints)


def test_grey_models_get_grey_images(place: Path) -> None:
    write_images(place, 100)
    images = load(place, MINE.replace(image_shape=(1, 8, 8)))
    assert images.train.shape == (80, 1, 8, 8)
    # Luma of (0, 0, 99), the image of number 0, is 11.
    assert images.train.min().item() == 11


def aligned(face: np.ndarray) -> np.ndarray:
    """A photograph of CelebA's size, 178x218, around a face of 148x148."""
    photograph = np.zeros((218, 178, 3), np.uint8)
    photograph[35:183, 15:163] = face
    return photograph


def test_celeba_is_cropped_to_its_faces(tmp_path: Path) -> None:
    """As torchvision lays it out, beside the lists that come with it."""
    place = tmp_path / "celeba" / "img_align_celeba"
    place.mkdir(parents=True)
    (tmp_path / "celeba" / "list_attr_celeba.txt").write_text("100")
    (tmp_path / "celeba" / "cover.jpg").write_text("no face of the set")
    random = np.random.default_rng(0)
    faces = random.integers(0, 256, (100, 148, 148, 3), np.uint8)
    for number, face in enumerate(faces):
        photograph = Image.fromarray(aligned(face))
        # PNG in all but name: the pixels are to be compared exactly.
        photograph.save(place / f"{number:06d}.jpg", "PNG", compress_level=1)
    recipe = celeba_at((3, 148, 148))
    images = load_sets(recipe, tmp_path)
    assert images.skipped == ()
    parts = split(list_images(place))
    assert np.array_equal(images.test.numpy(), faces[parts["test"]].transpose(0, 3, 1, 2))
    assert np.array_equal(images.train.numpy(), faces[parts["train"]].transpose(0, 3, 1, 2))
    assert torch.equal(load_for(recipe, "test", tmp_path), images.test)
    assert torch.equal(load_first_test_images(recipe, 3, tmp_path), images.test[:3])


def test_celeba_at_64_pixels_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    faces = random.integers(0, 256, (100, 64, 64, 3), np.uint8)
    (tmp_path / "celeba").mkdir()
    for number, face in enumerate(faces):
        Image.fromarray(face).save(tmp_path / "celeba" / f"{number:06d}.png")
    parts = split(list_images(tmp_path / "celeba"))
    monkeypatch.setenv("GANVAE_DATA", str(tmp_path))
    images = load_sets(CELEBA)
    assert np.array_equal(images.train.numpy(), faces[parts["train"]].transpose(0, 3, 1, 2))


def test_no_celeba_and_no_folder_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"There is no celeba in .*--data-dir or GANVAE_DATA"):
        load_sets(CELEBA, tmp_path)
    with pytest.raises(UserError, match=r"Nobody but you has the data set 'mine'.*--dataset"):
        load_sets(MINE, tmp_path)


def test_the_first_test_images_are_those_of_the_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where files among the first can't be read; and no other file is read."""
    place = tmp_path / "celeba"
    write_images(place, 200)
    tested = split(list_images(place))["test"]
    for position in (tested[0], tested[2], tested[3], 0):
        (place / f"{position:04d}.png").write_bytes(b"broken")
    recipe = celeba_at((3, 8, 8))
    whole = load_sets(recipe, tmp_path).test
    assert len(whole) == 37
    for count in (1, 5, 37):
        assert torch.equal(load_first_test_images(recipe, count, tmp_path), whole[:count])
    with pytest.raises(UserError, match="celeba has fewer than 38 test images"):
        load_first_test_images(recipe, 38, tmp_path)

    def fail(*_: Any) -> None:
        raise AssertionError("a whole folder is decoded")

    monkeypatch.setattr(cache, "load", fail)
    assert len(load_first_test_images(recipe, 4, tmp_path)) == 4


def test_decoding_many_images_needs_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4,000 faces of 49 MB go through less than half of that: 200,000 would need no more."""
    count, shape = 4000, (3, 64, 64)
    images = [ImageFile(f"{number:06d}.jpg", 1, 1) for number in range(count)]

    def decode(path: Path, *_: Any) -> np.ndarray:
        return np.full(shape, int(path.stem) % 251, np.uint8)

    monkeypatch.setattr(cache, "decode", decode)
    tracemalloc.start()
    try:
        decoded = cache.load(tmp_path, images, shape)
        highest = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert highest < 24e6
    assert decoded.pixels[:, 2, 63, 63].tolist() == [number % 251 for number in range(count)]


@pytest.fixture(scope="session")
def faces(celeba_dir: Path, session_cache: Path) -> Images:
    """The real faces, decoded once a session."""
    return load_sets(CELEBA, celeba_dir)


def test_real_celeba(faces: Images, celeba_dir: Path) -> None:
    # The faces that the models were trained on; anyone else's CelebA may hold more.
    if len(faces.train) + len(faces.test) + len(faces.skipped) != 24_308:
        pytest.skip("This is another selection of CelebA.")
    assert faces.train.shape == (19_446, 3, 64, 64)
    assert faces.test.shape == (4_862, 3, 64, 64)
    assert faces.train.dtype == faces.test.dtype == torch.uint8
    assert faces.skipped == ()
    assert torch.equal(load_first_test_images(CELEBA, 32, celeba_dir), faces.test[:32])
    # Photographs: nothing is all of one colour, and red is the strongest in faces.
    assert faces.test.float().std(dim=(1, 2, 3)).min() > 5
    red, green, blue = faces.test.float().mean(dim=(0, 2, 3)).tolist()
    assert red > green > blue

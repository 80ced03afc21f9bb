"""A stranger's folder of photos, from train.py to the page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.commands import cli
from ganvae.models import GAN, VAE
from ganvae.recipe.shipped import RECIPES
from ganvae.training import callbacks
from tests.conftest import write_model

ORIENTATION = 0x0112


def write_photos(folder: Path, count: int) -> None:
    """So many photos as people have them: formats, sizes, modes and folders all mixed."""
    random = np.random.default_rng(0)
    for number in range(count):
        height, width = random.integers(20, 200, 2)
        colour = random.integers(0, 256, 3)
        ramp = np.linspace(0, 1, width)[None, :, None] * colour
        pixels = np.broadcast_to(ramp, (height, width, 3)).astype(np.uint8)
        image = Image.fromarray(pixels)
        place = folder / f"year {2000 + number % 3}" / ("more" if number % 5 == 0 else "")
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"photo {number}"
        match number % 6:
            case 0:
                exif = image.getexif()
                exif[ORIENTATION] = int(random.integers(1, 9))
                image.save(path.with_suffix(".JPG"), exif=exif)
            case 1:
                image.save(path.with_suffix(".png"))
            case 2:
                image.save(path.with_suffix(".webp"))
            case 3:
                image.convert("L").save(path.with_suffix(".jpeg"))
            case 4:
                image.putalpha(128)
                image.save(path.with_suffix(".png"))
            case _:
                image.quantize(8).save(path.with_suffix(".png"))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "My Cats!"
    write_photos(folder, 500)
    # What else lies around in such a folder.
    (folder / "notes.txt").write_text("not an image")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and then nothing")
    return folder


def test_photos_become_a_pair_beside_the_shipped_ones(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(callbacks, "PHOTOGRAPH_SCORE_COUNT", 10)
    weights = tmp_path / "weights"
    # The page shows these already.
    write_model(weights / "vae-3", RECIPES["vae-3"])
    before = {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()}
    options = ["--weights", str(weights), "--runs", str(tmp_path / "runs"), "--device", "cpu"]
    status = cli.main(
        ["--model=face-gan", f"--dataset={photos}", "--steps=2", "--batch-size=16", *options]
    )
    output, errors = capsys.readouterr()
    assert status == 0, errors
    name = "face-gan-128-my-cats-steps2-batchsize16"
    assert output.splitlines() == [
        f"face-vae-128-my-cats is in {weights / 'face-vae-128-my-cats'}",
        f"{name} is in {weights / name}",
    ]
    assert "Skipped 1 files that can't be read:\n  broken.jpg: " in errors
    assert {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()} == before

    collection = Collection(weights)
    pairs = {pair.key: pair for pair in collection.pairs()}
    assert list(pairs) == ["digits-convolutional", "my-cats"]
    assert pairs["my-cats"].vaes == ["face-vae-128-my-cats"]
    assert pairs["my-cats"].gans == [name]
    vae, gan = collection.model("face-vae-128-my-cats"), collection.model(name)
    assert isinstance(vae, VAE)
    assert isinstance(gan, GAN)
    for model in (vae, gan):
        assert model.recipe.dataset == "my-cats"
        assert model.generate(torch.zeros(2, 128)).shape == (2, 3, 64, 64)
        metrics = collection.metrics(model.recipe.name)
        assert metrics["data"] | {"fingerprint": None} == {
            "train": 400,
            "test": 100,
            "skipped": 1,
            "fingerprint": None,
        }
        assert metrics["distance"]["features"] == "efficientnet-lite0"
        # As many pictures as there are test images.
        assert metrics["distance"]["n"] == metrics["sharpness"]["n"] == 100
        assert metrics["distance"]["value"] > 0
    # The card names the user's data, not CelebA.
    card = (weights / name / checkpoint.CARD).read_text()
    assert "my-cats" in card
    assert "license: unknown" in card
    assert "non-commercial" not in card


def test_pretraining_starts_from_a_vae_of_the_same_photos(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = ["--weights", str(tmp_path / "weights")]

    def recipes(*arguments: str) -> list[tuple[str, str | None]]:
        command = ["--model", "face-gan", "--dataset", str(photos), "--dry-run", *weights]
        assert cli.main([*command, *arguments]) == 0
        output, decoder = capsys.readouterr().out.strip(), json.JSONDecoder()
        found = []
        while output:
            recipe, end = decoder.raw_decode(output)
            found.append((recipe["name"], recipe["pretraining"]))
            output = output[end:].strip()
        return found

    both = [
        ("face-vae-128-my-cats", None),
        ("face-gan-128-my-cats", "face-vae-128-my-cats"),
    ]
    assert recipes() == both
    # Once the VAE is there it is not trained again; the shipped one can be asked for.
    write_model(tmp_path / "weights" / "face-vae-128-my-cats", RECIPES["face-vae-128"])
    assert recipes() == both[1:]
    assert recipes("--pretraining", "face-vae-128") == [("face-gan-128-my-cats", "face-vae-128")]
    assert recipes("--pretraining", "none") == [("face-gan-128-my-cats-pretrainingnone", None)]
    fresh = "face-gan-128-my-cats-pretrainingfresh"
    assert recipes("--pretraining", "fresh") == [(f"{fresh}-vae", None), (fresh, f"{fresh}-vae")]


def test_too_few_photos_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_photos(tmp_path / "few", 99)
    options = ["--weights", str(tmp_path / "weights"), "--runs", str(tmp_path / "runs")]
    assert cli.main(["--model", "face-vae", "--dataset", str(tmp_path / "few"), *options]) == 2
    errors = capsys.readouterr().err
    assert "has 99 images that can be read, and 100 are the least to train on" in errors
    assert "Traceback" not in errors


def test_a_run_does_not_go_on_with_other_photos(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(callbacks, "PHOTOGRAPH_SCORE_COUNT", 10)
    arguments = ["--model", "face-vae", "--dataset", str(photos), "--steps", "2"]
    arguments += ["--batch-size", "8", "--weights", str(tmp_path / "weights")]
    arguments += ["--runs", str(tmp_path / "runs"), "--device", "cpu"]
    call = callbacks.Saver.__call__

    def stop(saver: callbacks.Saver, running: object, values: object) -> None:
        saver._asked = 0.0
        call(saver, running, values)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Saver, "__call__", stop)
        assert cli.main(arguments) == 130
    shutil.rmtree(photos / "year 2000")
    assert cli.main([*arguments, "--resume"]) == 2
    assert "The images have changed since this run began" in capsys.readouterr().err


def test_splitting_a_folder_as_study_c_lays_it_out(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "split"
    assert cli.main(["--dataset", str(photos), "--write-split", str(target)]) == 0
    parts = {
        part: [path for path in (target / part).rglob("*") if path.is_file()]
        for part in ("train", "test")
    }
    # 500 photos and the broken one, which is a file like any other to be copied.
    assert {part: len(paths) for part, paths in parts.items()} == {"train": 401, "test": 100}
    assert "401 images are in" in capsys.readouterr().out
    assert sum(1 for path in photos.rglob("*") if path.is_file()) == 502
    assert cli.main(["--dataset", str(photos), "--write-split", str(target)]) == 2
    assert "exists already" in capsys.readouterr().err

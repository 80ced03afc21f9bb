"""What tests share: real data where it is, and a weights folder of tiny untrained models."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganvae import checkpoint, files, latents
from ganvae.data.cache import CACHE_VARIABLE
from ganvae.directions.format import Direction, write_directions
from ganvae.export.write import export
from ganvae.models import GAN, VAE, build
from ganvae.prior.format import FittedPrior
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.snapshots.write import encode, sheet_name
from ganvae.training.hardware import reuse_memory
from ganvae.ui.web import mistakes

# Too small to learn anything, quick to build: the names, ranges and latent sizes are the real ones.
TINY = (
    RECIPES["vae-3"].replace(decoder_widths=(4, 4, 4, 4), encoder_widths=(4, 4, 4, 4)),
    RECIPES["vae-10"].replace(decoder_widths=(4, 4, 4, 4), encoder_widths=(4, 4, 4, 4)),
    RECIPES["gan-100"].replace(decoder_widths=(8, 4, 4), encoder_widths=(4, 4, 8)),
    RECIPES["mlp-vae-20"].replace(decoder_widths=(16,), encoder_widths=(16,)),
    RECIPES["mlp-gan-100"].replace(decoder_widths=(16, 16), encoder_widths=(16, 16)),
    # A pair that has only one of its two members.
    RECIPES["mini-gan-100"].replace(decoder_widths=(8,), encoder_widths=(8,)),
)
_FACE_WIDTHS = {"decoder_widths": (8,) * 5, "encoder_widths": (8,) * 4}
# Colour pictures, beside them pairs that the project does not know and that lack one of the two.
TINY_FACES = (
    RECIPES["face-vae-128"].replace(**_FACE_WIDTHS),
    RECIPES["face-gan-128"].replace(**_FACE_WIDTHS),
    RECIPES["face-vae-128"].replace(
        name="cat-vae", pair="big-cats", dataset="cats", latent=16, **_FACE_WIDTHS
    ),
    RECIPES["face-gan-128"].replace(
        name="dog-gan", pair="dogs", dataset="dogs", latent=16, pretraining=None, **_FACE_WIDTHS
    ),
)

_TUNED = {"decoder_widths": (8, 4, 4), "encoder_widths": (4, 8)}
_TUNED_FACES = {"decoder_widths": (8, 4, 4, 4), "encoder_widths": (4, 8)}
# The tuned pair of digits and all stops of its bridge; of the bridge of faces two stops alone, with
# no pair beside them.
TINY_PAIR = tuple(RECIPES[f"tuned-{family}-digits"].replace(**_TUNED) for family in ("vae", "gan"))
TINY_STOPS = tuple(RECIPES[f"bridge-digits-{at}"].replace(**_TUNED) for at in range(5))
TINY_FACE_STOPS = tuple(RECIPES[f"bridge-faces-{at}"].replace(**_TUNED_FACES) for at in (0, 3))


def _direction(key: str, label: str, latent: int, effect: float) -> Direction:
    """A direction that no training found: not along an axis, and of another length than 1."""
    vector = np.random.default_rng(len(key) + latent).standard_normal(latent)
    vector = (0.8 * vector / np.linalg.norm(vector)).astype(np.float32)
    return Direction(key, label, vector, f"{label}, pixels", (1, 2, 3, 4, 5, 6, 7.5), effect)


# More than a page of sliders, and some that only one of the two has.
DIRECTED = {
    "vae-3": [_direction("width", "thicker", 3, 2.5)],
    "vae-10": [
        _direction("width", "thicker", 10, 3.5),
        _direction("digit-3", "more 3", 10, 1.0),
        _direction("slant", "leaning right", 10, 0.5),
    ],
    "gan-100": [
        _direction("width", "thicker", 100, 1.5),
        *(_direction(f"digit-{digit}", f"more {digit}", 100, 2 + digit / 10) for digit in range(9)),
    ],
}
# How much a pixel changes from one z to the next, as a standard deviation in [0, 1].
LIVELY = 0.1
# float16 goes no further.
LARGEST_HALF = 65_000.0
MOMENTS = (0, 1, 10)
# Sheets of digits have 4 rows, of colour pictures 2.
SHEET_COLUMNS, SHEET_ROWS, COLOUR_ROWS = 8, 4, 2


def pytest_configure() -> None:
    """One thread for PyTorch: tests are many small computations."""
    torch.set_num_threads(1)
    reuse_memory()


@pytest.fixture(autouse=True)
def a_minute_without_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has the log's lines about visitors' mistakes to itself."""
    monkeypatch.setattr(mistakes, "_minute", mistakes._Minute())


@pytest.fixture(scope="session", autouse=True)
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where fixtures that live as long as the session keep decoded images: no user's cache."""
    folder = tmp_path_factory.mktemp("session-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def gradio_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where pages put files for download: a page that ends clears away what another one shares."""
    folder = tmp_path_factory.mktemp("gradio")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of each test's own, empty."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with the real MNIST files; without them the test is skipped, or fails in CI."""
    return _real_data("MNIST/raw/train-images-idx3-ubyte")


@pytest.fixture(scope="session")
def celeba_dir() -> Path:
    """The data folder if it holds CelebA's faces; else the test is skipped, or fails in CI."""
    return _real_data("celeba")


def _real_data(part: str) -> Path:
    asked = os.environ.get("GANVAE_DATA")
    folder = Path(asked) if asked else Path(__file__).resolve().parent.parent / "data"
    if not (folder / part).exists():
        message = f"There is no {part} in {folder}: set GANVAE_DATA to a folder that has it."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder laid out like the real one: 150 training and 40 test images, drawn at random.

    150 is no multiple of a batch: every epoch ends in a smaller one.
    """
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for prefix, count in (("train", 150), ("t10k", 40)):
        raw = folder / "MNIST" / "raw"
        # Each has one bright bar of its own: something a model can begin to learn.
        images = np.zeros((count, 28, 28), np.uint8)
        for image, column in zip(images, random.integers(4, 20, count), strict=True):
            image[6:22, column : column + 4] = random.integers(150, 256, (16, 4))
        write_idx(raw / f"{prefix}-images-idx3-ubyte", images)
        write_idx(raw / f"{prefix}-labels-idx1-ubyte", random.integers(0, 10, count, np.uint8))
    return folder


def write_idx(path: Path, values: np.ndarray) -> None:
    """Bytes in the format of the original MNIST files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
    path.write_bytes(header + values.astype(np.uint8).tobytes())


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder of tiny untrained models with every file a trained one has: read only."""
    weights = _write_models(tmp_path_factory.mktemp("weights"), TINY)
    for name, latent in (("vae-10", 10), ("mlp-vae-20", 20)):
        _two_places(latent).write(weights / name)
    for name, directions in DIRECTED.items():
        write_directions(weights / name, directions, [], 100, 0)
    return weights


def _two_places(latent: int) -> FittedPrior:
    """A fitted prior of two places far from each other and from the centre."""
    means = np.zeros((2, latent), dtype=np.float32)
    means[0, : latent // 2], means[1, latent // 2 :] = 3, -3
    factors = np.stack([np.eye(latent, dtype=np.float32)] * 2) / 4
    return FittedPrior(np.full(2, 0.5, dtype=np.float32), means, factors)


@pytest.fixture(scope="session")
def face_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like `tiny_weights`, of models that draw colour pictures of 64 pixels: read only."""
    return _write_models(tmp_path_factory.mktemp("faces"), TINY_FACES)


@pytest.fixture(scope="session")
def exported_weights(
    tiny_weights: Path, face_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The models of `tiny_weights` and `face_weights`, each with its ONNX files: read only.

    Apart from those because exporting takes a second a network.
    """
    weights = tmp_path_factory.mktemp("exported")
    for source in (tiny_weights, face_weights):
        shutil.copytree(source, weights, dirs_exist_ok=True)
    for recipe in (*TINY, *TINY_FACES):
        export(weights / recipe.name)
    return weights


@pytest.fixture(scope="session")
def bridge_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder of the tuned pair of digits, its bridge, and two stops of faces: read only.

    The stops of a bridge have one encoder and decoders of their own.
    """
    weights = tmp_path_factory.mktemp("bridge")
    _write_models(weights, TINY_PAIR)
    for stops in (TINY_STOPS, TINY_FACE_STOPS):
        _write_models(weights, stops)
        first = checkpoint.load(weights / stops[0].name)
        for at, recipe in enumerate(stops):
            _on_one_bridge(weights / recipe.name, first, at / (len(stops) - 1))
    for recipe in (TINY_PAIR[0], *TINY_STOPS):
        _two_places(recipe.latent).write(weights / recipe.name)
    judged = {recipe.name: 0.1 + 0.15 * at for at, recipe in enumerate(TINY_STOPS)}
    _add_metrics(weights / "tuned-gan-digits", {"realness": {"real": 0.9, "others": judged}})
    return weights


@pytest.fixture(scope="session")
def exported_bridge(bridge_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bridge_weights`, where a browser can draw the first two stops of digits itself."""
    weights = tmp_path_factory.mktemp("exported-bridge")
    shutil.copytree(bridge_weights, weights, dirs_exist_ok=True)
    for recipe in TINY_STOPS[:2]:
        export(weights / recipe.name)
    return weights


def _on_one_bridge(folder: Path, first: VAE | GAN, share: float) -> None:
    """Give a stop the encoder of the first one, and figures of its place on the bridge."""
    model = checkpoint.load(folder)
    assert isinstance(model, VAE)
    assert isinstance(first, VAE)
    model.encoder.load_state_dict(first.encoder.state_dict())
    checkpoint.save_weights(folder, model)
    error = 0.01 + 0.02 * share**2
    _add_metrics(
        folder,
        {
            "sharpness": {"ratio": 0.5 + 0.4 * share, "real_laplacian_variance": 0.1, "n": 100},
            "distance": {"value": 100.0 - 50 * share, "n": 100},
            "fitted": {"distance": {"value": 40.0 - 10 * share}},
            "reconstruction": {"squared_error": error, "sharpness_ratio": 0.5, "n": 100},
        },
    )


def _add_metrics(folder: Path, more: dict[str, object]) -> None:
    metrics = checkpoint.read_metrics(folder)
    files.write_json(folder / checkpoint.METRICS, metrics | more)


@pytest.fixture(scope="session")
def small_celeba(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with 100 photographs laid out like CelebA's, each of colours of its own."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "celeba").mkdir()
    random = np.random.default_rng(0)
    for number in range(100):
        corners = Image.fromarray(random.integers(0, 256, (2, 2, 3), np.uint8))
        picture = corners.resize((178, 218), Image.Resampling.BILINEAR)
        picture.save(folder / "celeba" / f"{number:06d}.png")
    return folder


def _write_models(weights: Path, recipes: tuple[Recipe, ...]) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for recipe in recipes:
            write_model(weights / recipe.name, recipe)
    return weights


def write_model(folder: Path, recipe: Recipe) -> None:
    """An untrained model of a recipe as its folder in `weights/`."""
    folder.mkdir(parents=True)
    model = build(recipe)
    enliven(model)
    while max(float(one.abs().max()) for one in model.parameters()) > LARGEST_HALF:
        # Nearly all of its units were dead from the start.
        model = build(recipe)
        enliven(model)
    if recipe.network == "strided" and isinstance(model, VAE):
        # Neither black nor white: a test could not tell pictures whose contrast was stretched.
        last = model.decoder.get_submodule("output.1")
        assert isinstance(last, torch.nn.BatchNorm2d)
        torch.nn.init.constant_(last.weight, 0.3)
    checkpoint.save_weights(folder, model)
    files.write_json(
        folder / checkpoint.CONFIG,
        {
            "recipe": recipe.to_dict(),
            "versions": {"ganvae": "0.1.0", "torch": torch.__version__},
            "command": f"python train.py --model {recipe.name}",
        },
    )
    metrics = {
        "parameters": {"total": model.parameter_count()},
        "distance": {
            "value": 50.0,
            "n": 100,
            "features": "digit-classifier" if recipe.dataset == "mnist" else "efficientnet-lite0",
            "reference": "100 test images",
            "seed": 0,
        },
        "sharpness": {
            "ratio": 0.5,
            "laplacian_variance": 0.05,
            "real_laplacian_variance": 0.1,
            "n": 100,
            "seed": 0,
        },
        "training": {
            "seconds": 960.0,
            "images_per_second": 800.0,
            "steps": MOMENTS[-1],
            "images": MOMENTS[-1] * recipe.batch_size,
            "hardware": "CPU",
            "threads": 1,
        },
    }
    if recipe.family == "vae":
        # Falling to and fro, so that the order of the axes is not that of the dimensions.
        metrics["kl_per_dimension"] = [
            1.0 / (1 + i * 3 % 7 + i / 100) for i in range(recipe.latent)
        ]
    files.write_json(folder / checkpoint.METRICS, metrics)
    _write_history(folder, recipe)
    _write_snapshots(folder, recipe)


def enliven(model: VAE | GAN) -> None:
    """Enlarge the weights that make pictures until these differ from one z to the next.

    As first drawn, so small a network paints the same grey whatever z is, and a test that compares
    two pictures would find them equal by chance.
    """
    network = model.decoder if isinstance(model, VAE) else model.generator
    recipe = model.recipe
    z = torch.from_numpy(latents.sample_z(0, recipe.latent, 16, recipe.prior))
    with torch.no_grad():
        while model.generate(z).std(dim=0).mean() < LIVELY:
            for parameter in network.parameters():
                # Larger biases as well would take a residual network to where all is white.
                if recipe.network != "residual" or parameter.ndim > 1:
                    parameter.mul_(1.25)


def _write_history(folder: Path, recipe: Recipe) -> None:
    columns = ["step", "images", "seconds"]
    if recipe.family == "vae":
        terms = ("loss", "reconstruction", "kl")
        columns += [f"{split}_{term}" for split in ("train", "test") for term in terms]
    else:
        columns += ["d_loss", "g_loss", "d_real", "d_fake_before", "d_fake_after"]
    columns += ["distance", "sharpness"]
    with (folder / checkpoint.HISTORY).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for step in range(1, MOMENTS[-1] + 1):
            values = [round(1 + index / step, 4) for index in range(len(columns) - 3)]
            # Scores are only taken now and then: the other rows have no value there.
            if step % 5:
                values[-2:] = ["", ""]
            writer.writerow([step, step * recipe.batch_size, step * 0.5, *values])


def _write_snapshots(folder: Path, recipe: Recipe) -> None:
    channels, height, width = recipe.image_shape
    rows = SHEET_ROWS if channels == 1 else COLOUR_ROWS
    kinds = ["samples", "reconstructions"] if recipe.family == "vae" else ["samples"]
    random = np.random.default_rng(0)
    moments = []
    for step in MOMENTS:
        moment = {"step": step, "images": step * recipe.batch_size}
        for kind in kinds:
            tiles = random.integers(0, 256, (rows * SHEET_COLUMNS, *recipe.image_shape), np.uint8)
            moment[kind] = sheet_name(kind, step, channels)
            path = folder / checkpoint.SNAPSHOTS / moment[kind]
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(encode(torch.from_numpy(tiles), SHEET_COLUMNS))
        moments.append(moment)
    index = {
        "columns": SHEET_COLUMNS,
        "rows": rows,
        "tile": [height, width],
        "seed": 0,
        "moments": moments,
    }
    if recipe.family == "vae":
        index["test_indices"] = list(range(SHEET_COLUMNS * rows))
    files.write_json(folder / checkpoint.SNAPSHOTS / checkpoint.SNAPSHOT_INDEX, index)

"""Every kind of file of a weights folder, damaged: named as unusable, left out, or harmless."""

from __future__ import annotations

import copy
import json
import math
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.torch import save_file

from ganvae import checkpoint, files
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.metrics.reference import _read_statistics
from ganvae.progress import PROGRESS, Progress
from ganvae.recipe.shipped import RECIPES
from ganvae.snapshots.format import read_index, read_sheet, read_tiles
from ganvae.sweeps import FOLDER as SWEEPS
from ganvae.sweeps import Sweep
from ganvae.training import state
from ganvae.ui import component
from ganvae.ui.config import page_config
from ganvae.ui.page import build
from ganvae.ui.shelf import Shelf
from tests.fuzz.profile import ANYTHING, assert_sentence, examples, only_within, patience
from tests.fuzz.test_server_functions import functions

VAE, GAN = "vae-10", "gan-100"
# A file each, and whose it is; all of it in a folder of tiny models.
JSON_FILES = (
    f"{VAE}/config.json",
    f"{VAE}/metrics.json",
    f"{VAE}/directions.json",
    f"{VAE}/snapshots/index.json",
    f"{GAN}/export.json",
    f"{GAN}/map.json",
    f"{SWEEPS}/latent.json",
    "claims.json",
    "reference/mnist-32/reference.json",
)
BINARY_FILES = (
    f"{VAE}/model.safetensors",
    f"{VAE}/fitted_prior.safetensors",
    f"{VAE}/directions.safetensors",
    f"{GAN}/map.safetensors",
    f"{GAN}/decoder.onnx",
    f"{VAE}/history.csv",
    f"{VAE}/snapshots/samples-00000010.webp",
    "digit-classifier/classifier.safetensors",
    "reference/mnist-28/training_features.safetensors",
    *JSON_FILES,
)
# What a visitor's tabs ask, and which of it reads which file.
CALLS: dict[str, dict[str, Any]] = {
    "SampleTab.draw": {"models": [VAE, GAN], "seed": 1, "count": 2, "temperature": 1},
    "SampleTab.nearest": {"models": [VAE], "seed": 1, "pick": 0, "temperature": 1},
    "LatentExplorer.find_axes": {"model": VAE},
    "LatentExplorer.find_latents": {"models": [VAE], "seed": 1, "fitted": True},
    "MapTab.cloud": {"model": GAN},
    "CompareTab.figures": {"models": [VAE, GAN], "width": 344},
    "TrainingTab.charts": {"models": [VAE, GAN], "width": 344},
    "TrainingTab.moments": {"model": VAE},
    "TrainingTab.sheets": {"model": VAE, "kind": "samples", "moments": [0, 1, 2]},
    "TrainingTab.originals": {"model": VAE},
}
ASKED = {
    "config": ("SampleTab.draw", "LatentExplorer.find_axes", "TrainingTab.sheets"),
    "metrics": ("SampleTab.draw", "LatentExplorer.find_axes", "CompareTab.figures"),
    "model": ("SampleTab.draw",),
    "directions": ("LatentExplorer.find_axes",),
    "index": ("TrainingTab.moments", "TrainingTab.sheets", "TrainingTab.originals"),
    "samples-00000010": ("TrainingTab.sheets",),
    "map": ("MapTab.cloud",),
    "fitted_prior": ("LatentExplorer.find_latents",),
    "history": ("TrainingTab.charts",),
    "latent": ("CompareTab.figures",),
    "claims": ("CompareTab.figures",),
    "reference": ("CompareTab.figures",),
    "classifier": ("SampleTab.nearest",),
    "training_features": ("SampleTab.nearest",),
    "export": (),
    "decoder": (),
}


@pytest.fixture(autouse=True)
def small_originals(small_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The originals come from a data set of few images."""
    monkeypatch.setenv("GANVAE_DATA", str(small_data))


@pytest.fixture(scope="module")
def whole(tiny_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tiny models with every file that can be damaged, not exported anew: read only."""
    weights = tmp_path_factory.mktemp("whole")
    shipped = Path(__file__).resolve().parents[2] / "weights"
    for name in (VAE, GAN):
        shutil.copytree(tiny_weights / name, weights / name)
    for path in (f"{GAN}/map.json", f"{GAN}/map.safetensors", "claims.json"):
        shutil.copy(shipped / path, weights / path)
    for key in ("mnist-28", "mnist-32"):
        (weights / "reference" / key).mkdir(parents=True)
    for path in ("reference/mnist-32/reference.json", "reference/mnist-28/reference.json"):
        shutil.copy(shipped / path, weights / path)
    (weights / SWEEPS).mkdir()
    shutil.copy(shipped / SWEEPS / "vae-latent.json", weights / SWEEPS / "latent.json")
    onnx = weights / GAN / "decoder.onnx"
    onnx.write_bytes(b"no network, but what the page hands out")
    described = {"sha256": files.sha256(onnx), "bytes": onnx.stat().st_size}
    files.write_json(
        weights / GAN / "export.json",
        {
            "weights": files.sha256(weights / GAN / checkpoint.WEIGHTS),
            "files": {"decoder.onnx": described},
        },
    )
    return weights


@pytest.fixture(scope="module")
def damaged(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of them, one file of which is another in each example."""
    return Path(shutil.copytree(whole, tmp_path_factory.mktemp("damaged") / "weights"))


@st.composite
def changed_json(draw: st.DrawFn, value: Any) -> Any:
    """A JSON value one place of which holds something else, or is not there."""
    value = copy.deepcopy(value)
    holder: Any = {"": value}
    key: Any = ""
    # Down a random path, so far as there is one.
    for _ in range(draw(st.integers(0, 6))):
        inner = holder[key]
        if isinstance(inner, dict) and inner:
            holder, key = inner, draw(st.sampled_from(sorted(inner)))
        elif isinstance(inner, list) and inner:
            holder, key = inner, draw(st.integers(0, len(inner) - 1))
        else:
            break
    where = holder[key]
    if draw(st.integers(0, 4)) == 0 and key != "":
        del holder[key]
        return value
    numbers = (0, -1, 1e300, -1e-300, 2**63, math.nan, math.inf, True)
    new = draw(st.sampled_from([[where], {"a": where}, [where] * 9, *numbers]) | ANYTHING)
    if key == "":
        return new
    holder[key] = new
    return value


@st.composite
def changed_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """A file that is cut short, or has bytes that are others, more or fewer; mostly at its head."""
    place = min(
        draw(st.integers(0, 80) | st.integers(0, 1500) | st.integers(0, len(content))), len(content)
    )
    kind = draw(st.sampled_from(["cut", "other", "more", "fewer", "all"]))
    raw = draw(st.binary(min_size=1, max_size=12))
    if kind == "cut":
        return content[:place]
    if kind == "other":
        return content[:place] + raw + content[place + len(raw) :]
    if kind == "more":
        return content[:place] + raw + content[place:]
    if kind == "fewer":
        return content[:place] + content[place + len(raw) :]
    return raw


@dataclass(frozen=True)
class Open:
    """A page that stays open while its models are replaced by others, as a reload does it."""

    shelf: Shelf
    functions: dict[str, Callable[[Any], Any]]


@pytest.fixture(scope="module")
def opened(whole: Path) -> Open:
    page = build(Collection(whole))
    return Open(page.shelf, functions(page))


def visit(opened: Open, weights: Path, name: str) -> None:
    """Do what a visit does where a file is damaged: it is left out, or what is wrong is said."""
    with patience(), only_within():
        fresh = Collection(weights)
        for entry in fresh.entries.values():
            if entry.problem is not None:
                assert_sentence(entry.problem.replace(str(weights), ""))
        # The page's own script holds it: no NaN, and no number that JSON can't say.
        json.dumps(page_config(fresh), allow_nan=False)
        opened.shelf.adopt(fresh)
    for called in ASKED[Path(name).stem]:
        with patience(), only_within():
            answer = opened.functions[called](CALLS[called])
        # As Gradio sends it.
        orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
        if "error" in answer:
            assert_sentence(answer["error"].replace(str(weights), ""))
            assert answer["error"] != component._FAILED, called


def test_undamaged_all_tabs_answer(opened: Open, whole: Path) -> None:
    """What is damaged below is used: none of it is missing here."""
    opened.shelf.adopt(Collection(whole))
    answers = {name: opened.functions[name](data) for name, data in CALLS.items()}
    errors = {name: answer["error"] for name, answer in answers.items() if "error" in answer}
    # The classifier and its features are megabytes; they are damaged by themselves.
    assert set(errors) <= {"SampleTab.nearest"}
    assert answers["MapTab.cloud"]["count"] > 0
    assert answers["CompareTab.figures"]["sweeps"]
    assert answers["CompareTab.figures"]["claims"]
    assert answers["LatentExplorer.find_axes"]["meanings"]
    assert Collection(whole).exported(GAN)


@examples(60)
@given(data=st.data())
def test_json_that_says_something_else(
    opened: Open, whole: Path, damaged: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(JSON_FILES), "file")
    value = json.loads((whole / name).read_text())
    text = json.dumps(data.draw(changed_json(value), "value"))
    with replaced(damaged / name, text.encode()):
        visit(opened, damaged, name)


@examples(40)
@given(data=st.data())
def test_bytes_that_are_others(
    opened: Open, whole: Path, damaged: Path, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(BINARY_FILES), "file")
    content = (whole / name).read_bytes() if (whole / name).is_file() else b"\x10" + b"\0" * 40
    with replaced(damaged / name, data.draw(changed_bytes(content), "content")):
        visit(opened, damaged, name)


class replaced:  # noqa: N801 - used like a function
    """A file with another content, for as long as it takes."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path, self.content = path, content
        self.former = path.read_bytes() if path.is_file() else None

    def __enter__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(self.content)

    def __exit__(self, *_: object) -> None:
        if self.former is None:
            self.path.unlink()
        else:
            self.path.write_bytes(self.former)


def _finite(model: Any) -> None:
    assert all(torch.isfinite(tensor).all() for tensor in model.state_dict().values())


def _details(folder: Path) -> None:
    details = state.read_details(folder)
    assert details.step >= 0
    with suppress(UserError):
        state.check_same_settings(details.recipe, RECIPES[VAE])


def _progress(folder: Path) -> None:
    told = Progress.read(folder)
    assert math.isfinite(told.seconds)


# What reads a file by itself: (file, reader of its folder), each a value or a UserError.
READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "model": (checkpoint.WEIGHTS, lambda folder: _finite(checkpoint.load(folder))),
    "config": (checkpoint.CONFIG, checkpoint.read_recipe),
    "history": (checkpoint.HISTORY, checkpoint.read_history),
    "index": (f"{checkpoint.SNAPSHOTS}/index.json", read_index),
    "sheet": (f"{checkpoint.SNAPSHOTS}/samples-00000010.webp", lambda folder: _tiles(folder)),
    "progress": (PROGRESS, _progress),
    "state": (state.STATE, lambda folder: _details(folder)),
    "sweep": ("sweep.json", lambda folder: Sweep.read(folder / "sweep.json")),
    "statistics": ("statistics.safetensors", _read_statistics),
}


def _tiles(folder: Path) -> None:
    index = read_index(folder)
    assert index is not None
    sheet = read_sheet(folder, index, "samples", len(index.moments) - 1)
    tiles = read_tiles(sheet, index)
    assert tiles.shape[0] == index.columns * index.rows


@pytest.fixture(scope="module")
def run_folder(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder that has the files of a run as well."""
    folder = Path(shutil.copytree(whole / VAE, tmp_path_factory.mktemp("run") / VAE))
    shutil.copy(whole / SWEEPS / "latent.json", folder / "sweep.json")
    losses = {"train_loss": 1.0}
    Progress(RECIPES[VAE], "training", 1, 2, 3, 4.0, 5.0, losses, 6.0).write(folder)
    model = checkpoint.load(folder)
    state.save_state(folder, model, [], state.Details(model.recipe.to_dict(), 1, 3))
    tensors = {"mean": torch.zeros(4), "covariance_triangle": torch.ones(10)}
    save_file(tensors, folder / "statistics.safetensors")
    return folder


@pytest.mark.parametrize("kind", READERS)
def test_the_readers_read(run_folder: Path, kind: str) -> None:
    READERS[kind][1](run_folder)


@examples(250)
@given(data=st.data())
def test_a_reader_gives_a_value_or_a_sentence(run_folder: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(READERS)), "kind")
    name = READERS[kind][0]
    content = (run_folder / name).read_bytes()
    if name.endswith(".json") and data.draw(st.booleans(), "as JSON"):
        content = json.dumps(data.draw(changed_json(json.loads(content)), "value")).encode()
    else:
        content = data.draw(changed_bytes(content), "content")
    check_reader(run_folder, kind, content)


def check_reader(folder: Path, kind: str, content: bytes) -> None:
    """Read a folder one file of which has another content."""
    name, read = READERS[kind]
    said = None
    with replaced(folder / name, content), patience(), only_within():
        try:
            read(folder)
        except UserError as error:
            said = str(error)
    if said is not None:
        assert_sentence(said.replace(str(folder), ""))


# What ended in a traceback once: what its JSON holds instead, a recipe of None none at all.
PAST: list[tuple[str, dict[str, Any]]] = [
    ("progress", {"recipe": None}),
    ("progress", {"seconds": 10**400}),
    ("progress", {"losses": {"train_loss": 10**400}}),
    ("sweep", {"steps": [8333]}),
    ("sweep", {"epochs": {"a": 1}, "steps": None}),
]


@pytest.mark.parametrize(("kind", "changes"), PAST)
def test_what_failed_once_is_a_sentence(
    run_folder: Path, kind: str, changes: dict[str, Any]
) -> None:
    name, read = READERS[kind]
    value = json.loads((run_folder / name).read_text()) | changes
    value = {key: entry for key, entry in value.items() if key != "recipe" or entry is not None}
    with (
        replaced(run_folder / name, json.dumps(value).encode()),
        pytest.raises(UserError) as caught,
    ):
        read(run_folder)
    assert_sentence(str(caught.value).replace(str(run_folder), ""))


HEADER = st.dictionaries(
    st.sampled_from(["__metadata__", "mean", "covariance", "decoder.output.0.weight", "\x00", ""]),
    ANYTHING
    | st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "F16", "I64", "BOOL", "F8_E4M3", "nothing", 7]),
            "shape": st.lists(st.integers(-1, 2**40) | st.integers(0, 4), max_size=4),
            "data_offsets": st.lists(st.integers(-1, 64) | st.just(2**62), max_size=3),
        }
    ),
    max_size=3,
)


@examples(120)
@given(
    kind=st.sampled_from(["model", "state", "statistics"]),
    header=HEADER | ANYTHING,
    length=st.none() | st.sampled_from([0, 1, 2**31, 2**63, 2**64 - 1]),
    rest=st.binary(max_size=64),
)
@example(kind="model", header={}, length=None, rest=b"")
@example(kind="state", header={"__metadata__": {"details": "[]"}}, length=None, rest=b"")
@example(kind="state", header={"__metadata__": {"details": "7"}}, length=None, rest=b"")
def test_hostile_headers_of_safetensors(
    run_folder: Path, kind: str, header: Any, length: int | None, rest: bytes
) -> None:
    told = json.dumps(header).encode()
    size = len(told) if length is None else length
    check_reader(run_folder, kind, size.to_bytes(8, "little") + told + rest)

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

import ganvae
from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.models import GAN, VAE, build
from ganvae.recipe.shipped import RECIPES
from tests.conftest import TINY, write_model


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """A copy of the tiny weights that a test may damage."""
    return Path(shutil.copytree(tiny_weights, tmp_path / "weights"))


def write(folder: Path, model: VAE | GAN) -> None:
    checkpoint.save_weights(folder, model)
    files.write_json(folder / checkpoint.CONFIG, {"recipe": model.recipe.to_dict()})


@pytest.mark.parametrize("name", ["mlp-vae-20", "mini-gan-100", "vae-10", "gan-100"])
def test_round_trip_is_bit_for_bit(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    recipe = RECIPES[name].replace(storage="float32")
    model = build(recipe)
    if isinstance(model, GAN):
        model.generator(torch.randn(8, 100))  # moves the running statistics of a batch norm
    write(tmp_path, model)
    loaded = checkpoint.load(tmp_path)
    assert type(loaded) is type(model)
    assert loaded.recipe == recipe
    assert not any(module.training for module in loaded.modules())
    assert not any(parameter.requires_grad for parameter in loaded.parameters())
    before, after = model.state_dict(), loaded.state_dict()
    assert list(before) == list(after)
    for key, tensor in before.items():
        assert after[key].dtype == tensor.dtype
        assert torch.equal(after[key], tensor)
    z = torch.randn(3, model.recipe.latent)
    assert torch.equal(loaded.generate(z), model.generate(z))
    # Written again it is the same file.
    checkpoint.save_weights(tmp_path / "again", loaded)
    first, second = tmp_path / checkpoint.WEIGHTS, tmp_path / "again" / checkpoint.WEIGHTS
    assert first.read_bytes() == second.read_bytes()


def test_files_are_called_as_others_know_them(tmp_path: Path) -> None:
    """The page of another version, the Hub and links all ask for these very names."""
    write(tmp_path, build(RECIPES["vae-3"]))
    (tmp_path / "metrics.json").write_text('{"a": 1}')
    (tmp_path / "history.csv").write_text("step\n5\n")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"model.safetensors", "config.json", "metrics.json", "history.csv"}
    assert checkpoint.read_metrics(tmp_path) == {"a": 1}
    assert checkpoint.read_history(tmp_path) == {"step": [5]}
    assert (checkpoint.CARD, checkpoint.SNAPSHOTS) == ("README.md", "snapshots")
    assert checkpoint.SNAPSHOT_INDEX == "index.json"
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["recipe"]["name"] == "vae-3"


def test_saving_takes_a_model_with_gradients_and_strides(tmp_path: Path) -> None:
    recipe = RECIPES["gan-100"].replace(decoder_widths=(8, 4, 4), storage="float32")
    model = build(recipe)
    model = model.to(memory_format=torch.channels_last)
    write(tmp_path, model)
    assert torch.equal(
        checkpoint.load(tmp_path).state_dict()["generator.0.1.weight"],
        model.state_dict()["generator.0.1.weight"],
    )


def test_other_float_types_are_read_as_float32(weights: Path) -> None:
    path = weights / "vae-3" / checkpoint.WEIGHTS
    save_file({name: tensor.half() for name, tensor in load_file(path).items()}, path)
    model = checkpoint.load(path.parent)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert model.generate(torch.zeros(1, 3)).shape == (1, 1, 32, 32)


def damage_tensors(change: Callable[[dict[str, torch.Tensor]], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / checkpoint.WEIGHTS
        tensors = load_file(path)
        change(tensors)
        save_file(tensors, path)

    return damage


def reshape(tensors: dict[str, torch.Tensor]) -> None:
    tensors["decoder.0.bias"] = torch.zeros(4)


def add(tensors: dict[str, torch.Tensor]) -> None:
    tensors["zebra"] = torch.zeros(1)


def drop(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["decoder.0.bias"]


def poison(value: float) -> Callable[[dict[str, torch.Tensor]], None]:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        tensors["decoder.0.bias"][1] = value

    return change


def cut(share: float) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / checkpoint.WEIGHTS
        raw = path.read_bytes()
        path.write_bytes(raw[: int(len(raw) * share)])

    return damage


def replace_weights(raw: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / checkpoint.WEIGHTS).write_bytes(raw)

    return damage


BAD_WEIGHTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing": (lambda folder: (folder / checkpoint.WEIGHTS).unlink(), "is missing"),
    "cut in half": (cut(0.5), "cut short or not a safetensors file"),
    "cut by a byte": (cut(0.99999), "cut short or not a safetensors file"),
    "empty": (replace_weights(b""), "cut short or not a safetensors file"),
    "pickle": (replace_weights(b"\x80\x04" + b"x" * 200), "cut short or not a safetensors file"),
    "huge header": (replace_weights(b"\xff" * 64), "cut short or not a safetensors file"),
    "wrong shape": (
        damage_tensors(reshape),
        r"decoder.0.bias has shape \(4,\) where \(3,\) is right",
    ),
    "extra key": (damage_tensors(add), "'zebra' is missing or unknown"),
    "lacks a key": (damage_tensors(drop), "'decoder.0.bias' is missing or unknown"),
    "nan": (damage_tensors(poison(float("nan"))), "not finite, in decoder.0.bias"),
    "infinite": (damage_tensors(poison(float("inf"))), "not finite, in decoder.0.bias"),
}


@pytest.mark.parametrize("case", BAD_WEIGHTS)
def test_bad_weights_are_one_sentence_naming_the_file(case: str, weights: Path) -> None:
    damage, sentence = BAD_WEIGHTS[case]
    damage(weights / "vae-3")
    with pytest.raises(UserError, match=sentence) as caught:
        checkpoint.load(weights / "vae-3")
    message = str(caught.value)
    assert str(weights / "vae-3" / checkpoint.WEIGHTS) in message
    assert "\n" not in message
    # The others are none the worse.
    assert checkpoint.load(weights / "vae-10").recipe.latent == 10


def edit_recipe(**changes: Any) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / checkpoint.CONFIG
        config = json.loads(path.read_text())
        config["recipe"] |= changes
        path.write_text(json.dumps(config))

    return damage


def replace_config(raw: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / checkpoint.CONFIG).write_bytes(raw)

    return damage


def config_as_folder(folder: Path) -> None:
    (folder / checkpoint.CONFIG).unlink()
    (folder / checkpoint.CONFIG).mkdir()


BAD_CONFIGS: dict[str, tuple[Callable[[Path], None], str]] = {
    "not JSON": (replace_config(b"{"), "is not valid JSON"),
    "not text": (replace_config(b"\xff\xfe\x00"), "is not valid JSON"),
    "deep": (replace_config(b"[" * 10**5), "is not valid JSON"),
    "a number of a million digits": (replace_config(b"9" * 10**6), "is not valid JSON"),
    "too large": (replace_config(b" " * (9 * 2**20)), "too large"),
    "a list": (replace_config(b"[]"), "holds no recipe"),
    "no recipe": (replace_config(b'{"model": 1}'), "holds no recipe"),
    "a folder": (config_as_folder, "can't be read: Is a directory"),
    "bad value": (edit_recipe(latent=-1), "from 1 to 1024, not -1"),
    "unknown field": (edit_recipe(colour="red"), "no field 'colour'"),
    "a huge number": (edit_recipe(leak=10**400), "leak must be"),
    "not a number": (edit_recipe(lr=float("nan")), "learning rate must be"),
}


@pytest.mark.parametrize("case", BAD_CONFIGS)
def test_bad_config_is_one_sentence_and_scan_keeps_the_others(case: str, weights: Path) -> None:
    damage, sentence = BAD_CONFIGS[case]
    damage(weights / "vae-3")
    with pytest.raises(UserError, match=sentence) as caught:
        checkpoint.load(weights / "vae-3")
    assert str(weights / "vae-3" / checkpoint.CONFIG) in str(caught.value)

    entries = {entry.name: entry for entry in checkpoint.scan(weights)}
    assert list(entries) == sorted(recipe.name for recipe in TINY)
    assert entries["vae-3"].recipe is None
    assert entries["vae-3"].problem == str(caught.value)
    for recipe in TINY:
        if recipe.name != "vae-3":
            assert entries[recipe.name].recipe == recipe
            assert entries[recipe.name].problem is None


def test_another_latent_size_in_the_config_does_not_fit_the_weights(weights: Path) -> None:
    edit_recipe(latent=4)(weights / "vae-3")
    with pytest.raises(UserError, match="does not fit"):
        checkpoint.load(weights / "vae-3")


def test_a_config_of_a_giant_allocates_nothing(weights: Path) -> None:
    # 16 layers of 16,384: 4e9 numbers a network, were it ever built.
    widths = [16_384] * 16
    edit_recipe(decoder_widths=widths, encoder_widths=widths)(weights / "mlp-vae-20")
    with pytest.raises(UserError, match="does not fit"):
        checkpoint.load(weights / "mlp-vae-20")


@settings(max_examples=50, deadline=None)
@given(raw=st.binary(max_size=300))
def test_any_bytes_as_weights_are_refused(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory, tiny_weights: Path
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any-bytes"
    folder.mkdir(exist_ok=True)
    shutil.copy(tiny_weights / "vae-3" / checkpoint.CONFIG, folder)
    (folder / checkpoint.WEIGHTS).write_bytes(raw)
    with pytest.raises(UserError):
        checkpoint.load(folder)


def test_scan_ignores_what_is_no_model(weights: Path) -> None:
    (weights / "notes").mkdir()
    (weights / "README.md").write_text("hello")
    shutil.copytree(weights / "vae-3", weights / ".vae-3.old")
    assert [entry.name for entry in checkpoint.scan(weights)] == sorted(r.name for r in TINY)
    with pytest.raises(UserError, match=r"no weights folder .*nowhere"):
        checkpoint.scan(weights / "nowhere")


def test_metrics_are_empty_where_they_cannot_be_read(weights: Path) -> None:
    folder = weights / "vae-3"
    assert checkpoint.read_metrics(folder)["sharpness"]["real_laplacian_variance"] == 0.1
    for raw in ("[1]", "{", ""):
        (folder / checkpoint.METRICS).write_text(raw)
        assert checkpoint.read_metrics(folder) == {}
    (folder / checkpoint.METRICS).unlink()
    assert checkpoint.read_metrics(folder) == {}


def test_history_columns_with_gaps(weights: Path) -> None:
    path = weights / "vae-3" / checkpoint.HISTORY
    path.write_text("step,train_loss,distance\n100,2.5,\n200,1e-3,12\n")
    assert checkpoint.read_history(path.parent) == {
        "step": [100, 200],
        "train_loss": [2.5, 0.001],
        "distance": [None, 12],
    }


@pytest.mark.parametrize("text", ["step,loss\n1,high\n", "step\n1,2,3\n", "a,b\n\x00,\xff\n"])
def test_history_that_is_no_table_of_numbers(weights: Path, text: str) -> None:
    path = weights / "vae-3" / checkpoint.HISTORY
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UserError, match="is not a table of numbers"):
        checkpoint.read_history(path.parent)


def test_history_may_be_missing_or_empty(weights: Path) -> None:
    path = weights / "vae-3" / checkpoint.HISTORY
    path.write_text("step,loss\n")
    assert checkpoint.read_history(path.parent) == {}
    path.unlink()
    assert checkpoint.read_history(path.parent) == {}


def test_load_by_name_and_by_path(weights: Path) -> None:
    z = torch.randn(2, 3)
    by_name = ganvae.load("vae-3", weights)
    by_path = ganvae.load(weights / "vae-3")
    assert torch.equal(by_name.generate(z), by_path.generate(z))
    with pytest.raises(
        UserError, match=r"no model 'vae-4'; there are: gan-100, mini-gan-100, mlp-"
    ):
        ganvae.load("vae-4", weights)


def test_every_tiny_model_loads(tiny_weights: Path) -> None:
    for recipe in TINY:
        model = checkpoint.load(tiny_weights / recipe.name)
        assert model.recipe == recipe
        history = checkpoint.read_history(tiny_weights / recipe.name)
        assert history["step"] == list(range(1, 11))
        assert history["distance"][3:6] == [None, history["distance"][4], None]


def test_write_model_takes_any_recipe(tmp_path: Path) -> None:
    recipe = TINY[0].replace(name="other", pair="another")
    write_model(tmp_path / "other", recipe)
    assert checkpoint.load(tmp_path / "other").recipe == recipe


def stored_types(path: Path) -> dict[str, torch.dtype]:
    return {name: tensor.dtype for name, tensor in load_file(path).items()}


@pytest.mark.parametrize("name", ["vae-10", "gan-100", "tuned-gan-digits"])
def test_half_precision_is_for_weights_alone(name: str, tmp_path: Path) -> None:
    """Biases and batch statistics keep their digits, on the disk and when they are rounded."""
    torch.manual_seed(0)
    model = build(RECIPES[name].replace(storage="float16"))
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                # What half precision rounds, and a variance that it would make 0.
                tensor.copy_(torch.rand_like(tensor) * 3e-8 + 1e-9 if tensor.ndim == 1 else tensor)
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    write(tmp_path, model)
    types = stored_types(tmp_path / checkpoint.WEIGHTS)
    assert set(types) == set(before)
    for key, tensor in before.items():
        assert types[key] == (torch.float16 if tensor.ndim > 1 else tensor.dtype), key
    # A matrix and a kernel, a bias or what batch norm has, and all it counts.
    assert {before[key].ndim for key, kind in types.items() if kind == torch.float16} >= {4}
    assert torch.float32 in types.values()
    loaded = checkpoint.load(tmp_path).state_dict()
    checkpoint.round_to_storage(model)
    changed = set()
    for key, tensor in model.state_dict().items():
        # What is measured is what ships.
        assert torch.equal(tensor, loaded[key]), key
        if tensor.ndim > 1:
            assert torch.equal(tensor, before[key].half().float()), key
        else:
            assert torch.equal(tensor, before[key]), key
        if not torch.equal(tensor, before[key]):
            changed.add(tensor.ndim)
    assert changed >= {2, 4} or changed == {4}


def test_full_precision_rounds_nothing(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = build(RECIPES["mlp-vae-20"].replace(storage="float32"))
    before = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    checkpoint.round_to_storage(model)
    assert all(torch.equal(tensor, before[key]) for key, tensor in model.state_dict().items())
    write(tmp_path, model)
    assert set(stored_types(tmp_path / checkpoint.WEIGHTS).values()) == {torch.float32}

"""ONNX files: they compute what PyTorch does, hold nothing else, and fit their weights."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.export.format import DECODER, DISCRIMINATOR, ENCODER, EXPORT, read_export, read_whole
from ganvae.export.graph import PARTS, to_onnx
from ganvae.export.write import WRITTEN, export
from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe
from tests.conftest import TINY, TINY_FACES

ROOT = Path(__file__).resolve().parents[2]
_TINY = {recipe.name: recipe for recipe in (*TINY, *TINY_FACES)}
# Every kind of network and family, with batch norm and without, with both losses and precisions.
RECIPES_HERE = {
    "perceptron VAE": _TINY["mlp-vae-20"],
    "perceptron GAN, batch norm": _TINY["mlp-gan-100"],
    "perceptron GAN, dropout": _TINY["mini-gan-100"].replace(dropout=0.3, leak=0.1),
    "convolutional VAE": _TINY["vae-3"],
    "convolutional GAN, batch norm": _TINY["gan-100"],
    "convolutional GAN": _TINY["gan-100"].replace(batch_norm=False),
    "strided VAE, float16": _TINY["face-vae-128"],
    "strided VAE": _TINY["face-vae-128"].replace(storage="float32"),
    "strided GAN, float16": _TINY["face-gan-128"],
    "strided GAN, no batch norm": _TINY["face-gan-128"].replace(
        storage="float32", batch_norm=False, pretraining=None
    ),
}
CASES = [
    (case, part)
    for case, recipe in RECIPES_HERE.items()
    for part, kind in PARTS.items()
    if kind.family in (None, recipe.family)
]
# What a decoder or a discriminator is made of; a Cast and a Mul a weight where that is float16.
LAYERS = {"Gemm", "Conv", "ConvTranspose", "Relu", "LeakyRelu", "Sigmoid", "Tanh", "Clip"}
GLUE = {"Reshape", "Add", "Sub", "Mul", "Div", "Cast"}


def trained_looking(recipe: Recipe) -> VAE | GAN:
    """A model whose signals don't fade and whose batch norms have seen data of their own."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = build(recipe)
        for parameter in model.parameters():
            if parameter.ndim > 1:
                nn.init.kaiming_normal_(parameter)
            else:
                nn.init.normal_(parameter, 0, 0.3)
        for layer in model.modules():
            if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
                assert layer.running_mean is not None
                assert layer.running_var is not None
                layer.running_mean.normal_(0, 0.3)
                layer.running_var.uniform_(0.1, 4)
                nn.init.uniform_(layer.weight, 0.5, 1.5)
        if recipe.loss == "squared-error" and isinstance(model, GAN):
            # Near the middle of 0 and 1, where scores are cut off.
            last = model.discriminator.get_submodule("3")
            assert isinstance(last, nn.Linear)
            nn.init.normal_(last.weight, 0, 0.01)
            nn.init.constant_(last.bias, 0.5)
    checkpoint.round_to_storage(model)
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def models() -> dict[str, VAE | GAN]:
    return {case: trained_looking(recipe) for case, recipe in RECIPES_HERE.items()}


@pytest.fixture(scope="module")
def exported(models: dict[str, VAE | GAN]) -> Callable[[str, str], bytes]:
    """`exported(case, part)`: the ONNX file, traced once."""
    kept: dict[tuple[str, str], bytes] = {}

    def get(case: str, part: str) -> bytes:
        if (case, part) not in kept:
            kept[case, part] = to_onnx(models[case], part)
        return kept[case, part]

    return get


def run(content: bytes | Path, values: Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(content)
    (source,) = session.get_inputs()
    (result,) = session.run(None, {source.name: values.numpy()})
    return result


def input_and_output(model: Any, part: str, count: int) -> tuple[Tensor, Tensor]:
    """What goes into a part, and what the model's own method makes of it."""
    generator = torch.Generator().manual_seed(2)
    if part == "decoder":
        z = torch.randn(count, model.recipe.latent, generator=generator)
        return z, model.generate(z)
    images = torch.rand(count, *model.recipe.image_shape, generator=generator)
    return images, model.encode(images)[0] if part == "encoder" else model.realness(images)


@pytest.mark.parametrize("count", [1, 64])
@pytest.mark.parametrize(("case", "part"), CASES)
def test_a_file_computes_what_the_model_does(
    case: str,
    part: str,
    count: int,
    models: dict[str, VAE | GAN],
    exported: Callable[[str, str], bytes],
) -> None:
    given, expected = input_and_output(models[case], part, count)
    if count > 1:
        assert expected.std(dim=0).mean() > 1e-3, "one output for every input tests nothing"
    result = run(exported(case, part), given)
    assert result.dtype == np.float32
    assert result.shape == tuple(expected.shape)
    # Sums in another order, and nothing more: float16 weights lose nothing of their own.
    assert np.abs(result - expected.numpy()).max() < 2e-5


@pytest.mark.parametrize(("case", "part"), CASES)
def test_a_graph_is_lean_and_its_batch_free(
    case: str, part: str, exported: Callable[[str, str], bytes]
) -> None:
    recipe, content = RECIPES_HERE[case], exported(case, part)
    graph = onnx.load_from_string(content).graph
    kinds = [node.op_type for node in graph.node]
    split = {"Split", "Slice"} if case.startswith("convolutional VAE") else set()
    assert set(kinds) <= LAYERS | GLUE | split
    assert kinds.count("Reshape") <= 2
    scales = [array for array in graph.initializer if array.name.endswith(".scale")]
    weights = [array for array in graph.initializer if len(array.dims) > 1 and array not in scales]
    layers = [kind for kind in kinds if kind in ("Gemm", "Conv", "ConvTranspose")]
    assert kinds.count("Cast") == (len(layers) if recipe.storage == "float16" else 0)
    assert kinds.count("Add") + kinds.count("Sub") + kinds.count("Div") <= 2
    assert len(weights) == len(layers)
    # Each scale is worked into its weight once, where the graph is loaded.
    assert kinds.count("Mul") - len(scales) <= 1

    def shape(value: onnx.ValueInfoProto) -> list[str | int]:
        assert value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
        return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]

    (source,), (result,) = graph.input, graph.output
    images = ["N", *recipe.image_shape]
    assert (source.name, shape(source), result.name, shape(result)) == {
        "decoder": ("z", ["N", recipe.latent], "images", images),
        "discriminator": ("images", images, "realness", ["N"]),
        "encoder": ("images", images, "mean", ["N", recipe.latent]),
    }[part]


@pytest.mark.parametrize(("case", "part"), CASES)
def test_a_file_tells_nothing_of_the_machine(
    case: str, part: str, exported: Callable[[str, str], bytes]
) -> None:
    content = exported(case, part)
    for words in (str(ROOT), str(Path.home()), sys.prefix, "site-packages", ".py", "ganvae"):
        assert words.encode() not in content, words
    model = onnx.load_from_string(content)
    for piece in (model, model.graph, *model.graph.node, *model.graph.initializer):
        assert not piece.metadata_props
        assert not piece.doc_string


def test_the_same_weights_give_the_same_bytes_and_stay_as_they_were(
    models: dict[str, VAE | GAN], exported: Callable[[str, str], bytes]
) -> None:
    case = "strided GAN, float16"
    model = copy.deepcopy(models[case]).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert to_onnx(model, "decoder") == exported(case, "decoder")
    assert model.training
    assert list(model.state_dict()) == list(before)
    assert all(torch.equal(model.state_dict()[name], before[name]) for name in before)


@pytest.mark.parametrize(
    "case", [case for case, recipe in RECIPES_HERE.items() if recipe.storage == "float16"]
)
def test_float16_weights_are_those_of_the_checkpoint_and_cast_once(
    case: str,
    models: dict[str, VAE | GAN],
    exported: Callable[[str, str], bytes],
    tmp_path: Path,
) -> None:
    content, stored = exported(case, "decoder"), models[case].state_dict()
    halves = 0
    for array in onnx.load_from_string(content).graph.initializer:
        name = array.name.removeprefix("model.").removesuffix(".stored")
        if array.data_type == onnx.TensorProto.FLOAT16:
            assert np.array_equal(numpy_helper.to_array(array), stored[name].half().numpy())
            halves += 1
        else:
            assert name not in stored or stored[name].ndim == 1
    assert halves == sum(
        tensor.ndim > 1
        for name, tensor in stored.items()
        if name.startswith(("decoder.", "generator."))
    )
    # What the runtime makes of it at load has the weights in float32 and no node more than layers.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(tmp_path / "loaded.onnx")
    onnxruntime.InferenceSession(content, options)
    graph = onnx.load(tmp_path / "loaded.onnx").graph
    assert {node.op_type for node in graph.node}.isdisjoint({"Cast", "Mul"})
    assert onnx.TensorProto.FLOAT16 not in {array.data_type for array in graph.initializer}


@pytest.mark.parametrize(
    ("case", "part"),
    [("perceptron VAE", "discriminator"), ("convolutional GAN", "encoder"), ("strided VAE", "x")],
)
def test_a_part_that_a_model_has_not(case: str, part: str, models: dict[str, VAE | GAN]) -> None:
    with pytest.raises(UserError, match=f"^{models[case].recipe.name} has no {part} to export"):
        to_onnx(models[case], part)


class Undecided(nn.Module):
    """A layer that does something else for every image: no graph can say so."""

    def forward(self, images: Tensor) -> Tensor:
        return images if images.sum() > 0 else -images


def test_a_layer_that_can_not_be_exported_is_one_sentence() -> None:
    model = build(_TINY["vae-3"])
    assert isinstance(model, VAE)
    model.decoder.add_module("undecided", Undecided())
    with pytest.raises(UserError, match=r"^vae-3 has a layer that ONNX doesn't know\.$"):
        to_onnx(model, "decoder")


@pytest.mark.parametrize("package", ["onnx", "onnxscript"])
def test_a_package_that_is_missing_is_one_sentence(
    package: str, models: dict[str, VAE | GAN], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=f"needs the package {package}: pip install -r"):
        to_onnx(models["perceptron VAE"], "decoder")


@pytest.fixture
def folder(exported_weights: Path, tmp_path: Path) -> Path:
    """A tiny GAN's folder with its ONNX files, which a test may damage."""
    return Path(shutil.copytree(exported_weights / "mini-gan-100", tmp_path / "mini-gan-100"))


def test_what_is_written_is_what_is_read(exported_weights: Path) -> None:
    for name, recipe in _TINY.items():
        folder = exported_weights / name
        read = read_export(folder)
        assert read is not None
        assert set(read.files) == set(WRITTEN[recipe.family])
        assert read.weights == files.sha256(folder / checkpoint.WEIGHTS)
        assert (read.discriminator is None) == (recipe.family == "vae")
        for file_name, file in read.files.items():
            assert file.path == folder / file_name
            content = read_whole(file)
            assert file.bytes == len(content) > file.path.stat().st_size
            assert file.sha256 == hashlib.sha256(content).hexdigest()
            assert content == to_onnx(checkpoint.load(folder), file.path.stem)
        model = checkpoint.load(folder)
        given, expected = input_and_output(model, "decoder", 3)
        result = run(read_whole(read.decoder), given)
        assert np.array_equal(run(read.decoder.path, given), result)
        assert np.abs(result - expected.numpy()).max() < 2e-5
        described = checkpoint.read_json(folder / EXPORT)
        assert described["opset"] == 18
        assert set(described["versions"]) == {"torch", "onnx", "onnxscript"}


def test_a_folder_without_export(tiny_weights: Path) -> None:
    assert read_export(tiny_weights / "vae-3") is None


def test_an_encoder_only_where_it_is_asked_for(exported_weights: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(exported_weights / "mlp-vae-20", tmp_path / "mlp-vae-20"))
    both = export(folder, (DECODER, ENCODER))
    assert set(both.files) == {"decoder.onnx", "encoder.onnx"}
    given, expected = input_and_output(checkpoint.load(folder), "encoder", 3)
    result = run(read_whole(both.files["encoder.onnx"]), given)
    assert np.abs(result - expected.numpy()).max() < 2e-5
    # Left out the next time, it doesn't stay behind.
    assert set(export(folder).files) == {"decoder.onnx"}
    assert not (folder / "encoder.onnx").exists()
    with pytest.raises(UserError, match=r"has no \.\./decoder to export"):
        export(folder, ("decoder.onnx", "../decoder.onnx"))


def test_reading_needs_no_exporter(exported_weights: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ganvae.export.format import read_export; "
        f"assert read_export(Path({str(exported_weights / 'gan-100')!r})); "
        "print([m for m in sys.modules if m.startswith(('onnx', 'torch.onnx'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def edit(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Damage by a change to what export.json holds."""

    def damage(folder: Path) -> None:
        described = json.loads((folder / EXPORT).read_text())
        change(described)
        (folder / EXPORT).write_text(json.dumps(described))

    return damage


def alter(folder: Path) -> None:
    raw = bytearray((folder / DECODER).read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / DECODER).write_bytes(raw)


def train_on(folder: Path) -> None:
    model = checkpoint.load(folder)
    assert isinstance(model, GAN)
    next(model.generator.parameters()).mul_(1.01)
    checkpoint.save_weights(folder, model)


def outside(folder: Path) -> None:
    shutil.copy(folder / DECODER, folder.parent / "decoder.onnx")
    edit(lambda it: it["files"].update({"../decoder.onnx": it["files"].pop("decoder.onnx")}))(
        folder
    )


def of_decoder(**changes: Any) -> Callable[[Path], None]:
    return edit(lambda it: it["files"]["decoder.onnx"].update(changes))


STALE = "was exported from other weights than those beside it: python train.py --export"
DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "newer weights": (train_on, STALE),
    "no weights": (lambda folder: (folder / checkpoint.WEIGHTS).unlink(), STALE),
    "weights of no name": (edit(lambda it: it.pop("weights")), STALE),
    "missing": (lambda folder: (folder / DISCRIMINATOR).unlink(), "is missing"),
    "a folder": (
        lambda folder: [
            (folder / DECODER).unlink(),
            (folder / DECODER).mkdir(),
        ],
        "is missing",
    ),
    "whole in a list": (of_decoder(whole=[]), "gives no size of decoder.onnx from 1 to"),
    "whole of no size": (of_decoder(whole={"sha256": "0" * 64}), "gives no size of decoder.onnx"),
    "whole of no hash": (of_decoder(whole={"bytes": 7}), "gives no SHA-256 of decoder.onnx"),
    "altered": (alter, "is not the file that export.json describes"),
    "cut": (
        lambda folder: (folder / DECODER).write_bytes(b"onnx"),
        "is not the file that export.json describes",
    ),
    "out of the folder": (outside, "names a file that is none of decoder.onnx, "),
    "any file": (
        edit(lambda it: it["files"].update({"config.json": {}})),
        "names a file that is none of decoder.onnx, ",
    ),
    "no decoder": (edit(lambda it: it["files"].pop("decoder.onnx")), "names no decoder.onnx"),
    "no files": (edit(lambda it: it["files"].clear()), "names no decoder.onnx"),
    "files in a list": (edit(lambda it: it.update(files=["decoder.onnx"])), "describes no ONNX"),
    "a list": (
        lambda folder: (folder / EXPORT).write_text("[]"),
        "describes no ONNX files",
    ),
    "not JSON": (lambda folder: (folder / EXPORT).write_text("{"), "is not valid JSON"),
    "a number": (edit(lambda it: it["files"].update({"decoder.onnx": 7})), "gives no size"),
    "size 0": (of_decoder(bytes=0), "gives no size of decoder.onnx from 1 to"),
    "size true": (of_decoder(bytes=True), "gives no size of decoder.onnx from 1 to"),
    "huge": (of_decoder(bytes=2**40), "gives no size of decoder.onnx from 1 to"),
    "no hash": (of_decoder(sha256=None), "gives no SHA-256 of decoder.onnx"),
    "odd hash": (of_decoder(sha256="Z" * 64), "gives no SHA-256 of decoder.onnx"),
    "short hash": (of_decoder(sha256="0" * 63), "gives no SHA-256 of decoder.onnx"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_what_does_not_fit_is_one_sentence_naming_the_file(case: str, folder: Path) -> None:
    assert read_export(folder) is not None
    damage, sentence = DAMAGE[case]
    damage(folder)
    with pytest.raises(UserError) as caught:
        read_export(folder)
    assert sentence in str(caught.value)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_crash_between_two_files_leaves_no_export(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_on(folder)
    write = files.write_bytes

    def full(path: Path, content: bytes) -> None:
        if path.name == DISCRIMINATOR:
            raise OSError("No space left on device")
        write(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            export(folder)
    with pytest.raises(UserError):
        read_export(folder)
    assert export(folder) == read_export(folder)


def test_a_model_too_large_for_a_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganvae.export.write.MAX_WEIGHTS_BYTES", 1000)
    with pytest.raises(UserError, match="mini-gan-100 is too large for a page"):
        export(folder)

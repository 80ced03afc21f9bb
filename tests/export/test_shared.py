"""Weights of ONNX files that lie in model.safetensors: taken out, put back, and never more."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from safetensors.torch import save_file

from ganvae.checkpoint import WEIGHTS
from ganvae.errors import UserError
from ganvae.export.shared import put_together, refer

LARGE = torch.arange(4096, dtype=torch.float32).view(64, 64)
HALVES = (LARGE.t() / 7).half().contiguous()
OWN = torch.arange(512, dtype=torch.float32) + 0.5


def graph(**weights: torch.Tensor) -> bytes:
    """An ONNX file with weights, of no use besides."""
    kept = [numpy_helper.from_array(value.numpy(), name) for name, value in weights.items()]
    output = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N"])
    made = helper.make_graph([], "nothing", [output], [output], kept)
    return bytes(helper.make_model(made).SerializeToString(deterministic=True))


WHOLE = graph(large=LARGE, halves=HALVES, own=OWN, small=LARGE[0, :8].contiguous())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with weights of which an ONNX file shares two."""
    stored = {"a": OWN + 1, "b": LARGE, "c": HALVES, "d": LARGE[0, :8].clone()}
    save_file(stored, tmp_path / WEIGHTS, {"format": "pt"})
    (tmp_path / "decoder.onnx").write_bytes(refer(WHOLE, tmp_path / WEIGHTS))
    return tmp_path


def test_what_both_have_is_kept_once_and_comes_back(folder: Path) -> None:
    path = folder / "decoder.onnx"
    shared = LARGE.nbytes + HALVES.nbytes
    assert path.stat().st_size < len(WHOLE) - shared + 200
    assert put_together(path, shared) == WHOLE


def test_any_runtime_finds_the_weights_beside_the_file(folder: Path) -> None:
    read = {
        array.name: torch.from_numpy(numpy_helper.to_array(array).copy())
        for array in onnx.load(folder / "decoder.onnx").graph.initializer
    }
    assert torch.equal(read["large"], LARGE)
    assert torch.equal(read["halves"], HALVES)
    assert torch.equal(read["own"], OWN)


def test_a_file_that_shares_nothing_is_itself(folder: Path) -> None:
    content = graph(own=OWN)
    assert refer(content, folder / WEIGHTS) == content
    (folder / "own.onnx").write_bytes(content)
    (folder / WEIGHTS).unlink()
    assert put_together(folder / "own.onnx", 0) == content


def spoil(path: Path, **changes: str | None) -> None:
    """Change or take out what the first shared weight says of its place."""
    model = ModelProto.FromString(path.read_bytes())
    tensor = model.graph.initializer[0]
    found = {entry.key: entry.value for entry in tensor.external_data} | changes
    tensor.ClearField("external_data")
    for key, value in found.items():
        if value is not None:
            tensor.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize(
    "changes",
    [
        {"location": "../secret"},
        {"location": "/etc/passwd"},
        {"location": "config.json"},
        {"location": None},
        {"offset": "-1"},
        {"offset": "1e3"},
        {"offset": "99999999"},
        {"length": "-1"},
        {"length": None},
        {"length": "99999999999999999999"},
    ],
)
def test_nothing_but_the_weights_beside_it_is_read(
    folder: Path, changes: dict[str, str | None]
) -> None:
    (folder / "config.json").write_text("x" * 100_000)
    spoil(folder / "decoder.onnx", **changes)
    with pytest.raises(UserError, match=r"decoder\.onnx is no ONNX file that fits the model"):
        put_together(folder / "decoder.onnx", 2**30)


def test_a_limit_on_what_many_weights_take_together(folder: Path) -> None:
    shared = LARGE.nbytes + HALVES.nbytes
    with pytest.raises(UserError, match="no ONNX file that fits"):
        put_together(folder / "decoder.onnx", shared - 1)


@pytest.mark.parametrize("content", [b"no graph", None])
def test_what_is_no_onnx_file(folder: Path, content: bytes | None) -> None:
    path = folder / "other.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"other\.onnx is no ONNX file"):
        put_together(path, 2**30)

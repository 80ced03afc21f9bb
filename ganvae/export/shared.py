"""ONNX files whose weights lie in the model's own model.safetensors, and the same files whole.

A decoder's weights are in model.safetensors already. So its ONNX file in the folder is the graph
alone, which says where in model.safetensors the bytes of each weight are: what ONNX calls external
data, so any runtime that opens the file in its folder finds them. A browser, which would have to
fetch the encoder's weights as well, gets the file put together.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ganvae.checkpoint import WEIGHTS
from ganvae.errors import UserError

if TYPE_CHECKING:
    from onnx import TensorProto

# What is smaller stays in the graph: the words that say where it is would be as long.
_SMALLEST = 1024


def refer(content: bytes, weights: Path) -> bytes:
    """A whole ONNX file without the weights that a safetensors file has as well, byte for byte.

    Args:
        content: of the ONNX file.
        weights: the model.safetensors that will lie beside it.
    """
    from onnx import ModelProto, TensorProto

    places = _places(weights.read_bytes())
    model = ModelProto.FromString(content)
    for tensor in model.graph.initializer:
        raw = tensor.raw_data
        if len(raw) < _SMALLEST or raw not in places:
            continue
        found = {"location": WEIGHTS, "offset": places[raw], "length": len(raw)}
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in found.items():
            tensor.external_data.add(key=key, value=str(value))
    return model.SerializeToString(deterministic=True)


def put_together(path: Path, limit: int) -> bytes:
    """An ONNX file with all its weights inside: of one that `refer` made, what it was made from.

    Args:
        path: of the file; model.safetensors lies beside it, and no other file is ever read.
        limit: bytes that its weights may have.

    Raises:
        UserError: it is no ONNX file, or refers to what is not in model.safetensors.
    """
    from google.protobuf.message import DecodeError
    from onnx import ModelProto, TensorProto

    try:
        model = ModelProto.FromString(path.read_bytes())
        outside = [
            tensor
            for tensor in model.graph.initializer
            if tensor.data_location == TensorProto.EXTERNAL
        ]
        if not outside:
            return path.read_bytes()
        stored = (path.parent / WEIGHTS).read_bytes()
        # All of them before any is copied: a thousand could name one large piece.
        pieces = [_piece(tensor, len(stored)) for tensor in outside]
        if sum(piece.stop - piece.start for piece in pieces) > limit:
            raise ValueError("too much")
    except (DecodeError, OSError, ValueError) as error:
        raise UserError(f"{path} is no ONNX file that fits the {WEIGHTS} beside it.") from error
    for tensor, piece in zip(outside, pieces, strict=True):
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")
        tensor.raw_data = stored[piece]
    return model.SerializeToString(deterministic=True)


def _places(stored: bytes) -> dict[bytes, int]:
    """Where in a safetensors file each tensor's bytes begin, by these bytes."""
    start = 8 + int.from_bytes(stored[:8], "little")
    header = json.loads(stored[8:start])
    header.pop("__metadata__", None)
    places = {}
    for tensor in header.values():
        first, last = (start + offset for offset in tensor["data_offsets"])
        places[stored[first:last]] = first
    return places


def _piece(tensor: TensorProto, size: int) -> slice:
    """Which part of model.safetensors a tensor is; raises ValueError if it is none."""
    found = {entry.key: entry.value for entry in tensor.external_data}
    if found.get("location") != WEIGHTS:
        raise ValueError("another file")
    first, length = int(found["offset"]) if "offset" in found else 0, int(found.get("length", ""))
    if not (first >= 0 and length >= 0 and first + length <= size):
        raise ValueError("outside of the file")
    return slice(first, first + length)

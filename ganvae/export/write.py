"""Writing a model's ONNX files; `ganvae.export.format` says what they are."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.export.format import (
    DECODER,
    DISCRIMINATOR,
    EXPORT,
    FILES,
    MAX_WEIGHTS_BYTES,
    WHOLE,
    Export,
    read_export,
)
from ganvae.export.graph import OPSET, to_onnx
from ganvae.export.shared import refer
from ganvae.recipe import Family

# A VAE's encoder can be exported as well, but the page has no use for it yet.
WRITTEN: dict[Family, tuple[str, ...]] = {"vae": (DECODER,), "gan": (DECODER, DISCRIMINATOR)}
_PACKAGES = ("torch", "onnx", "onnxscript")


def export(folder: Path, names: tuple[str, ...] | None = None) -> Export:
    """Write a model's ONNX files and export.json into its folder.

    export.json comes last: after a crash it does not fit the files, and `read_export` says so.

    Args:
        folder: with config.json and model.safetensors.
        names: the files to write, `decoder.onnx` among them; by default those of its family.

    Raises:
        UserError: the model can't be read or has no such network, a package is missing, a layer
            has no counterpart in ONNX, or the weights are too large for a page.
    """
    model = checkpoint.load(folder)
    weights = folder / checkpoint.WEIGHTS
    if weights.stat().st_size > MAX_WEIGHTS_BYTES:
        raise UserError(
            f"{model.recipe.name} is too large for a page: its weights are more than "
            f"{MAX_WEIGHTS_BYTES // 2**20} MiB."
        )
    contents = {
        name: to_onnx(model, name.removesuffix(".onnx"))
        for name in names or WRITTEN[model.recipe.family]
    }
    graphs = {name: refer(content, weights) for name, content in contents.items()}
    for name in FILES:
        if name in graphs:
            files.write_bytes(folder / name, graphs[name])
        else:
            # Of an earlier export, and perhaps of other weights.
            (folder / name).unlink(missing_ok=True)
    files.write_json(
        folder / EXPORT,
        {
            "weights": files.sha256(weights),
            "files": {
                name: {**_facts(graphs[name]), WHOLE: _facts(content)}
                for name, content in contents.items()
            },
            "opset": OPSET,
            "versions": {package: importlib.metadata.version(package) for package in _PACKAGES},
        },
    )
    written = read_export(folder)
    assert written is not None
    return written


def _facts(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

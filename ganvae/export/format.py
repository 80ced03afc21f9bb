"""A model's networks as ONNX files in its folder, for the visitor's browser.

    weights/NAME/
      decoder.onnx        z (N, latent) to images (N, C, H, W) in [0, 1]; a GAN's generator too
      discriminator.onnx  of a GAN: images to realness (N,)
      export.json         {"weights": sha256 of model.safetensors, "files": {...}, ...}

Everything that is computed is float32. The weights lie in model.safetensors, and what export.json
gives the size and digest of is each file as a browser gets it, with the weights inside
(`ganvae.export.shared`). `ganvae.export.write` writes them; checking them needs no onnx.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.export.shared import put_together
from ganvae.untrusted import is_count

EXPORT = "export.json"
DECODER, DISCRIMINATOR, ENCODER = "decoder.onnx", "discriminator.onnx", "encoder.onnx"
FILES = (DECODER, DISCRIMINATOR, ENCODER)
# What a file is with its weights inside.
WHOLE = "whole"
# Of all networks together: no visitor should wait for more. A file of ONNX may be twice that, where
# a recipe of float32 has weights that are stored as float16.
MAX_WEIGHTS_BYTES = 64 * 2**20
MAX_BYTES = 2 * MAX_WEIGHTS_BYTES
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ExportedFile:
    """One ONNX file, as export.json describes it.

    Attributes:
        path: of the file.
        sha256, bytes: digest and size of the file with all its weights inside (`read_whole`).
    """

    path: Path
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Export:
    """The ONNX files of a model, all of them made from the weights beside them.

    Attributes:
        weights: SHA-256 of the model.safetensors they were made from.
        files: by name; `decoder.onnx` is always among them.
    """

    weights: str
    files: dict[str, ExportedFile]

    @property
    def decoder(self) -> ExportedFile:
        return self.files[DECODER]

    @property
    def discriminator(self) -> ExportedFile | None:
        return self.files.get(DISCRIMINATOR)


def read_export(folder: Path) -> Export | None:
    """The ONNX files of a model's folder, every one of them checked; None if it has no export.

    Raises:
        UserError: export.json is not valid, a file is missing or altered, or the weights are
            others than those that were exported.
    """
    path = folder / EXPORT
    if not path.exists():
        return None
    described = checkpoint.read_json(path)
    if not isinstance(described, dict) or not isinstance(described.get("files"), dict):
        raise UserError(f"{path} describes no ONNX files.")
    found = {name: _read_file(folder, name, it) for name, it in described["files"].items()}
    if DECODER not in found:
        raise UserError(f"{path} names no {DECODER}.")
    weights = folder / checkpoint.WEIGHTS
    if not weights.is_file() or _hash(weights) != described.get("weights"):
        raise UserError(
            f"{folder / DECODER} was exported from other weights than those beside it: "
            f"python train.py --export {folder.name}"
        )
    return Export(described["weights"], found)


def read_whole(file: ExportedFile) -> bytes:
    """A file with all its weights inside, as a browser gets it.

    Raises:
        UserError: it can't be put together, or is not what export.json says.
    """
    content = put_together(file.path, MAX_BYTES)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise UserError(f"{file.path} with its weights is not what {EXPORT} describes.")
    return content


def _read_file(folder: Path, name: str, described: Any) -> ExportedFile:
    # A name of this list can't lead out of the folder.
    if name not in FILES:
        raise UserError(f"{folder / EXPORT} names a file that is none of {', '.join(FILES)}.")
    size, digest = _read_facts(folder, name, described)
    # An export of before weights were shared is whole itself.
    inside = described.get(WHOLE, described)
    whole_size, whole_digest = _read_facts(folder, name, inside)
    path = folder / name
    if not path.is_file():
        raise UserError(f"{path} is missing.")
    # The size first: a file of any other is never read.
    if path.stat().st_size != size or _hash(path) != digest:
        raise UserError(f"{path} is not the file that {EXPORT} describes.")
    return ExportedFile(path, whole_digest, whole_size)


def _read_facts(folder: Path, name: str, described: Any) -> tuple[int, str]:
    size, digest = (
        (described.get("bytes"), described.get("sha256"))
        if isinstance(described, dict)
        else (None, None)
    )
    if not is_count(size, 1, MAX_BYTES):
        raise UserError(f"{folder / EXPORT} gives no size of {name} from 1 to {MAX_BYTES} bytes.")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise UserError(f"{folder / EXPORT} gives no SHA-256 of {name}.")
    return size, digest


def _hash(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror or error}.") from error

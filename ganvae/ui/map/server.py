"""What the Map tab asks of the server."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ganvae.collection import Collection
from ganvae.ui import checks

Data = dict[str, Any]


def cloud(collection: Collection, data: Data) -> Data:
    """All points of a model's map.

    Data: model. Returns count, 0 where the model has no map; else kind and share (see `LatentMap`),
    sampled, and in base64 the bytes `steps` (count, latent), `classes` (count,) or `colours`
    (count, 3), and the float32 `lowest`, `scale`, `projection` (3, latent) and `offset`.
    """
    name = checks.model(collection, data.get("model"))
    found = collection.latent_map(name)
    if found is None:
        return {"model": name, "count": 0}
    points = found.points
    return {
        "model": name,
        "count": len(points.steps),
        "latent": points.steps.shape[1],
        "kind": found.kind,
        "share": found.share,
        "sampled": found.seed is not None,
        "steps": _base64(points.steps),
        "lowest": _base64(points.lowest.astype("<f4")),
        "scale": _base64(points.scale.astype("<f4")),
        "projection": _base64(found.projection.astype("<f4")),
        "offset": _base64(found.offset.astype("<f4")),
        "classes": None if found.classes is None else _base64(found.classes),
        "colours": None if found.colours is None else _base64(found.colours),
    }


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).data).decode("ascii")

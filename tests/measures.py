"""Small files of measurements, as scoring and `python -m ganvae.claims` write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ganvae import files

HOW = {"n": 10000, "features": "digit-classifier", "reference": "10000 test images", "seed": 20000}
EDGES = [-4.0, -3.0, -2.0, -1.0, 0.0]
SHARPNESS = {
    "ratio": 0.494,
    "n": 10000,
    "seed": 20000,
    "real_laplacian_variance": 0.1,
    "high_frequency": {"ratio": 0.41, "share": 0.02, "real_share": 0.05},
    "histogram": [0.1, 0.2, 0.6, 0.1],
    "spectrum": [-2.0, 1.5, 0.5, -0.5, -1.5],
}
COMMON: dict[str, Any] = {
    "distance": {"value": 177.04, **HOW},
    "kernel_distance": {"mean": 1.2345, "std": 0.1017, "subsets": 100, "subset_size": 1000, **HOW},
    "precision_recall": {"precision": 0.8123, "recall": 0.3021, "neighbours": 3, **HOW},
    "sharpness": SHARPNESS,
    "specks": {"per_image": 3.1234, "real_per_image": 0.002, "n": 10000, "seed": 20000},
    "diversity": {"ratio": 0.905, **HOW},
    "speed": {"seconds_per_1000_images": 0.8123, "threads": 1, "hardware": "a processor"},
}
VAE_ONLY: dict[str, Any] = {
    "reconstruction": {
        "squared_error": 0.012345,
        "negative_elbo": 100.92,
        "likelihood": "Bernoulli",
        "n": 10000,
    },
    "fitted": {"components": 10, "distance": {"value": 88.25, **HOW}},
}
REALNESS = {
    "real": 0.98,
    "generated": 0.031,
    "others": {"vae-3": 0.0001, "vae-10": 0.25},
    "n": 10000,
    "seed": 20000,
}
REFERENCE: dict[str, Any] = {
    "n": 10000,
    "sharpness": {
        "laplacian_variance": 0.1,
        "histogram": [0.0, 0.1, 0.2, 0.7],
        "histogram_edges": EDGES,
        "spectrum": [-2.0, 1.6, 0.9, 0.2, -0.4],
    },
    "specks": {"per_image": 0.0021},
    "floor": {
        "distance": 1.914,
        "kernel_distance": {"mean": 0.00123, "std": 0.0021},
        "precision_recall": {"precision": 0.91, "recall": 0.92},
        "n": 10000,
    },
}
CLAIMS = [
    {
        "id": "blurrier",
        "studies": ["A", "D"],
        "claim": "Pictures of VAEs are blurrier.",
        "verdict": "supported",
        "measurement": "Sharpness is 49 % of real.",
        "figures": [{"what": "sharpness of vae-10", "value": 0.494, "unit": "of real"}],
        "sources": ["weights/vae-10/metrics.json"],
    },
    {
        "id": "hostile",
        "studies": ["B"],
        "claim": "A <b>claim</b> with <img src=x onerror=alert(1)> in it.",
        "verdict": "refuted",
        "measurement": "It is shown as it is written.",
    },
]


def write_measures(weights: Path) -> None:
    """Complete the metrics of `vae-3`, `vae-10` and `gan-100`, and add reference and claims."""
    for name in ("vae-3", "vae-10", "gan-100"):
        add_metrics(weights / name, {**COMMON, **(VAE_ONLY if name.startswith("vae") else {})})
    add_metrics(weights / "gan-100", {"realness": REALNESS})
    seeds = [{"seed": 1, "distance": 179.04, "sharpness": 0.5}, {"seed": 2, "distance": 175.04}]
    files.write_json(weights / "gan-100" / "seeds.json", seeds)
    files.write_json(weights / "reference" / "mnist-32" / "reference.json", REFERENCE)
    files.write_json(weights / "claims.json", {"claims": CLAIMS})


def add_metrics(folder: Path, more: dict[str, Any]) -> None:
    """Put entries into a model's metrics.json, in place of those that are there."""
    path = folder / "metrics.json"
    metrics = json.loads(path.read_text()) if path.is_file() else {}
    files.write_json(path, {**metrics, **more})

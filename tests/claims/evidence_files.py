"""A small folder of measurements in which the studies are right wherever they can be at once."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from ganvae.claims.claim import Claim
from ganvae.claims.judge import judge

VAES = ("vae-3", "vae-10", "vae-100", "mlp-vae-20", "mini-vae-20", "face-vae-128")
GANS = ("gan-100", "mlp-gan-100", "mini-gan-100", "face-gan-128")

# Three moments of a VAE that converges at once and of a GAN that does at the end; both still fall.
_VAE_CURVE = [(100, 1, 130.0), (1000, 10, 110.0), (10_000, 100, 100.0)]
_GAN_CURVE = [(1000, 10, 900.0), (10_000, 100, 500.0), (100_000, 1000, 300.0)]


def _common(sharpness: float, distance: float, precision: float, parameters: int) -> dict[str, Any]:
    return {
        "parameters": {"total": parameters},
        "distance": {"value": distance, "n": 10_000},
        "sharpness": {"ratio": sharpness, "n": 10_000},
        "precision_recall": {"precision": precision, "recall": 0.5},
        "specks": {"per_image": 0.001, "real_per_image": 0.002},
    }


def _vae(distance: float, reconstruction: float, kl: float) -> dict[str, Any]:
    return _common(0.5, distance, 0.4, 1000) | {
        "final": {"test_reconstruction": reconstruction, "test_kl": kl},
        "training": {"seconds": 100.0, "images": 1000, "hardware": "one", "threads": 1},
    }


def _gan() -> dict[str, Any]:
    return _common(0.95, 100.0, 0.8, 2000) | {
        "final": {"d_real": 0.9, "d_fake_before": 0.1},
        "training": {"seconds": 200.0, "images": 1000, "hardware": "one", "threads": 1},
    }


def _row(options: str, images: int, distance: float) -> dict[str, Any]:
    command = f"python train.py --model face-gan {options}".strip()
    return {"command": command, "images": images, "distance": distance}


class Files:
    """Measurements that a test changes, writes and has judged."""

    def __init__(self, root: Path) -> None:
        self.weights, self.results = root / "weights", root / "results"
        self.metrics: dict[str, Any] = {name: _gan() for name in GANS}
        self.metrics |= {name: _vae(200.0, 100.0, 20.0) for name in VAES}
        self.metrics["vae-3"] = _vae(400.0, 200.0, 5.0)
        self.metrics["vae-10"] = _vae(250.0, 150.0, 10.0)
        self.metrics["vae-100"] = _vae(50.0, 100.0, 20.0)
        self.metrics["mlp-gan-100"]["specks"]["per_image"] = 3.0
        self.curves: dict[str, Any] = {name: copy.copy(_VAE_CURVE) for name in VAES}
        self.curves["mini-vae-20"] = [(100, 1, 130.0), (1000, 10, 108.0), (10_000, 100, 100.0)]
        self.curves |= {name: copy.copy(_GAN_CURVE) for name in GANS}
        self.seeds: dict[str, Any] = {}
        self.comparison: Any = [
            _row("", 1000, 100.0),
            _row("--steps 78 --threads 1 --output runs/x", 100, 300.0),
            _row("--steps 78 --pretraining none", 100, 600.0),
            _row("--steps 78 --flip-every 0 --label-noise 0", 100, 500.0),
        ]
        self.stability: Any = {
            "runs": [
                {
                    "model": model,
                    "seed": seed,
                    "lr": lr,
                    "distance": distance * (1 + 0.1 * seed),
                    "failed": model == "gan-100" and lr > 1,
                    "why": "",
                    "seconds": 60.0,
                }
                for model, distance in (("vae-100", 100.0), ("gan-100", 100.0))
                for seed in (0, 1, 2)
                for lr in (0.1, 1.0, 10.0)
            ]
        }
        self.stability["runs"][9]["distance"] = 300.0

    def write(self) -> None:
        for name, metrics in self.metrics.items():
            folder = self.weights / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "metrics.json").write_text(json.dumps(metrics))
            if name in self.curves:
                rows = "".join(f"{i},{s},{d}\n" for i, s, d in self.curves[name])
                (folder / "history.csv").write_text(f"images,seconds,distance\n{rows}")
            if name in self.seeds:
                (folder / "seeds.json").write_text(json.dumps(self.seeds[name]))
        path = self.weights / "face-gan-128" / "comparison.json"
        path.write_text(json.dumps(self.comparison))
        self.results.mkdir(exist_ok=True)
        (self.results / "stability.json").write_text(json.dumps(self.stability))

    def judged(self) -> dict[str, Claim]:
        """Claims by id, with nothing left out."""
        self.write()
        claims, left_out = judge(self.weights, self.results)
        assert left_out == []
        return {claim.id: claim for claim in claims}

    def verdicts(self) -> dict[str, str]:
        return {name: claim.verdict for name, claim in self.judged().items()}

    def set(self, names: tuple[str, ...] | str, value: Any, *keys: str) -> None:
        """Set one figure of some models."""
        for name in [names] if isinstance(names, str) else names:
            place = self.metrics[name]
            for key in keys[:-1]:
                place = place.setdefault(key, {})
            place[keys[-1]] = value

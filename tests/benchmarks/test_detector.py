"""benchmarks/detector.py: what is found, and a detector that finds faces in faces alone."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks import detector
from ganvae.data import load_first_test_images
from ganvae.prior.format import FittedPrior
from ganvae.recipe.shipped import RECIPES


def test_shares_are_of_all_pictures() -> None:
    sure = iter([0.0, 0.995, 0.7, 1.0, 0.0])
    batches = iter([torch.zeros(3, 3, 4, 4), torch.zeros(2, 3, 4, 4)])
    assert detector.found(batches, lambda _: next(sure)) == {"n": 5, "found": 0.6, "sure": 0.4}


def test_a_models_samples_from_each_of_its_priors(face_weights: Path, tmp_path: Path) -> None:
    shutil.copytree(face_weights / "face-vae-128", tmp_path / "face-vae-128")
    share, centre = np.ones(1, np.float32), np.full((1, 128), 3, np.float32)
    FittedPrior(share, centre, np.eye(128, dtype=np.float32)[None]).write(tmp_path / "face-vae-128")
    seen: dict[str, Tensor] = {
        place: torch.cat(list(batches))
        for place, batches in detector.sets("face-vae-128", tmp_path, 5)
    }
    assert set(seen) == {"N(0, I)", "fitted"}
    for pictures in seen.values():
        assert pictures.shape == (5, 3, 64, 64)
        assert pictures.dtype == torch.uint8
    assert not torch.equal(*seen.values())
    assert [place for place, _ in detector.sets("face-gan-128", face_weights, 5)] == ["N(0, I)"]


def test_real_faces_are_found_and_noise_is_not(data_dir: Path) -> None:
    judge = detector.detector()
    real = load_first_test_images(RECIPES["tuned-gan-faces"], 12, data_dir)
    noise = torch.randint(0, 256, real.shape, generator=torch.Generator().manual_seed(0)).byte()
    assert detector.found(iter([real]), judge)["found"] > 0.9
    assert detector.found(iter([noise]), judge)["found"] < 0.1


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "facenet_pytorch", None)
    with pytest.raises(detector.UserError, match=r"The package facenet_pytorch is missing: pip"):
        detector.detector()

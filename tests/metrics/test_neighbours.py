"""Nearest training images, and whether samples come from memory."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ganvae.errors import UserError
from ganvae.metrics import neighbours
from ganvae.metrics.neighbours import (
    TRAINING_FEATURES,
    TrainingFeatures,
    memorisation,
    read_training_features,
)


@pytest.fixture
def features() -> torch.Tensor:
    return torch.rand(300, 16, generator=torch.Generator().manual_seed(0)) * 9


def test_the_nearest_row_is_found_over_all_chunks(
    features: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_ROWS", 64)
    index = TrainingFeatures.of(features, "network", "images")
    asked = torch.cat((features[[7, 250]], features[100:101] + 0.05))
    where, distances = index.nearest(asked)
    assert where.tolist() == [7, 250, 100]
    # A code is at most half a step off in each dimension.
    assert distances[:2].max() <= index.scale.norm() / 2 + 1e-5
    exact = torch.cdist(torch.full((1, 16), 4.0), features).min()
    assert index.nearest(torch.full((1, 16), 4.0))[1].item() == pytest.approx(
        exact.item(), abs=index.scale.norm().item()
    )


def test_what_is_written_is_read(features: torch.Tensor, tmp_path: Path) -> None:
    index = TrainingFeatures.of(features, "network", "images")
    index.write(tmp_path)
    # Where the weights that ship have it.
    path = tmp_path / "reference" / "mnist-28" / "training_features.safetensors"
    assert path.is_file()
    again = read_training_features(tmp_path)
    assert torch.equal(again.codes, index.codes)
    assert torch.equal(again.scale, index.scale)
    assert (again.network, again.images) == ("network", "images")
    # Whose they are is of no use if the file doesn't say it.
    save_file(load_file(path), path)
    nobodys = read_training_features(tmp_path)
    assert (nobodys.network, nobodys.images) == ("", "")


CODES, SCALE = torch.zeros(3, 4, dtype=torch.uint8), torch.ones(4)


@pytest.mark.parametrize(
    "tensors",
    [
        {"codes": CODES},
        {"codes": CODES, "scale": SCALE[:3]},
        {"codes": CODES.float(), "scale": SCALE},
        {"codes": CODES, "scale": SCALE.double()},
        {"codes": CODES, "scale": SCALE * torch.nan},
        {"codes": CODES[:, 0].clone(), "scale": SCALE},
        {"codes": CODES, "scale": SCALE, "more": SCALE.clone()},
        {"codes": torch.zeros(0, 4, dtype=torch.uint8), "scale": SCALE},
    ],
)
def test_other_contents_are_refused(tensors: dict[str, torch.Tensor], tmp_path: Path) -> None:
    path = tmp_path / TRAINING_FEATURES
    path.parent.mkdir(parents=True)
    save_file(tensors, path)
    with pytest.raises(UserError, match=r"training_features.* holds no features"):
        read_training_features(tmp_path)


def test_the_largest_file_is_read_and_a_larger_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "_MOST_ROWS", 3)
    monkeypatch.setattr(neighbours, "_MOST_SIZE", 4)
    TrainingFeatures(CODES, SCALE, "", "").write(tmp_path)
    assert torch.equal(read_training_features(tmp_path).codes, CODES)
    for rows, size in ((4, 4), (3, 5)):
        codes = torch.zeros(rows, size, dtype=torch.uint8)
        TrainingFeatures(codes, torch.ones(size), "", "").write(tmp_path)
        with pytest.raises(UserError, match="holds no features"):
            read_training_features(tmp_path)


def test_no_file_and_a_cut_one(features: torch.Tensor, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing"):
        read_training_features(tmp_path)
    TrainingFeatures.of(features, "", "").write(tmp_path)
    path = tmp_path / TRAINING_FEATURES
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UserError, match="cut short"):
        read_training_features(tmp_path)


def test_copies_are_told_from_new_pictures() -> None:
    random = torch.Generator().manual_seed(1)
    train, test, fresh = (torch.randn(n, 32, generator=random).relu() for n in (2000, 500, 400))
    index = TrainingFeatures.of(train, "", "")
    far = index.nearest(test)[1]
    copies = index.nearest(train[:400] + 0.01)[1]
    assert memorisation(copies, far)["closer"] > 0.95
    assert memorisation(copies, far)["very_close"] > 0.5
    honest = memorisation(index.nearest(fresh)[1], far)
    assert honest["closer"] == pytest.approx(0.5, abs=0.05)
    assert honest["very_close"] < 0.05
    assert honest["test_median"] == pytest.approx(far.median().item())


def test_ties_count_half() -> None:
    same = torch.ones(10)
    assert memorisation(same, same)["closer"] == 0.5
    assert memorisation(same * 2, same)["closer"] == 0
    assert memorisation(same / 2, same)["closer"] == 1

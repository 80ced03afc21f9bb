from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganvae import data
from ganvae.errors import UserError
from ganvae.recipe.shipped import RECIPES
from tests.conftest import write_idx

IMAGES = "MNIST/raw/t10k-images-idx3-ubyte"
LABELS = "MNIST/raw/t10k-labels-idx1-ubyte"


@pytest.mark.parametrize(
    ("split", "count", "total", "first_sums", "first_labels", "per_class"),
    [
        (
            "train",
            60_000,
            1_567_298_545,
            [27525, 31095, 19443],
            [5, 0, 4, 1, 9],
            [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        ),
        (
            "test",
            10_000,
            264_923_200,
            [18454, 28850, 9871],
            [7, 2, 1, 0, 4],
            [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
        ),
    ],
)
def test_mnist_itself(
    data_dir: Path,
    split: data.Split,
    count: int,
    total: int,
    first_sums: list[int],
    first_labels: list[int],
    per_class: list[int],
) -> None:
    images = data.load_images("mnist", split, data_dir)
    labels = data.load_labels("mnist", split, data_dir)
    assert images.shape == (count, 1, 28, 28)
    assert images.dtype == torch.uint8
    assert labels.dtype == torch.int64
    assert images.sum(dtype=torch.int64).item() == total
    assert [int(image.sum()) for image in images[:3]] == first_sums
    assert labels[:5].tolist() == first_labels
    assert labels.bincount().tolist() == per_class


def test_load_for_a_recipe_resizes(small_data: Path) -> None:
    assert data.load_for(RECIPES["mlp-vae-20"], "test", small_data).shape == (40, 1, 28, 28)
    resized = data.load_for(RECIPES["vae-3"], "train", small_data)
    assert resized.shape == (150, 1, 32, 32)
    assert resized.dtype == torch.uint8


def test_pixels_come_in_reading_order(tmp_path: Path) -> None:
    values = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    write_idx(tmp_path / IMAGES, values)
    assert data.load_images("mnist", "test", tmp_path)[:, 0].tolist() == values.tolist()


def break_file(path: Path, case: str) -> None:
    raw = path.read_bytes()
    contents = {
        "empty": b"",
        "header cut": raw[:9],
        "a byte short": raw[:-1],
        "half": raw[: len(raw) // 2],
        "a byte over": raw + b"\x00",
        "compressed": b"\x1f\x8b\x08\x00" + raw,
        "labels": b"\x00\x00\x08\x01" + raw[4:],
        "floats": b"\x00\x00\x0d\x03" + raw[4:],
        "huge": raw[:4] + b"\xff" * 12 + raw[16:],
        "web page": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    }
    path.write_bytes(contents[case])


CASES = {
    "empty": "is not an idx file of bytes in 3 dimensions",
    "header cut": "is not an idx file",
    "a byte short": "31360 bytes are announced, 31359 are there",
    "half": "31360 bytes are announced, 15672 are there",
    "a byte over": "31360 bytes are announced, 31361 are there",
    "compressed": "is not an idx file",
    "labels": "is not an idx file",
    "floats": "is not an idx file",
    "huge": "bytes are announced, 31360 are there",
    "web page": "is not an idx file",
}


@pytest.mark.parametrize(("case", "sentence"), CASES.items())
def test_a_file_that_is_not_whole_is_one_sentence(tmp_path: Path, case: str, sentence: str) -> None:
    write_idx(tmp_path / IMAGES, np.zeros((40, 28, 28), np.uint8))
    break_file(tmp_path / IMAGES, case)
    with pytest.raises(UserError, match=sentence) as caught:
        data.load_images("mnist", "test", tmp_path)
    assert str(tmp_path / IMAGES) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_images_are_no_labels(tmp_path: Path) -> None:
    write_idx(tmp_path / LABELS, np.zeros((4, 28, 28), np.uint8))
    with pytest.raises(UserError, match="is not an idx file of bytes in 1 dimensions"):
        data.load_labels("mnist", "test", tmp_path)


def test_missing_set_names_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        UserError, match=r"no mnist in .*train-images-idx3-ubyte is missing.*--data-"
    ):
        data.load_images("mnist", "train", tmp_path, download=True)
    with pytest.raises(UserError, match=r"no data set 'cifar'; there are: mnist, fashion-mnist"):
        data.load_images("cifar", "train", tmp_path)
    monkeypatch.setenv("GANVAE_DATA", str(tmp_path / "elsewhere"))
    with pytest.raises(UserError, match=r"no fashion-mnist in '.*elsewhere': FashionMNIST/raw"):
        data.load_images("fashion-mnist", "train", download=True)


def test_the_argument_wins_over_the_environment(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANVAE_DATA", str(tmp_path))
    assert len(data.load_images("mnist", "train", small_data)) == 150
    monkeypatch.setenv("GANVAE_DATA", str(small_data))
    assert len(data.load_images("mnist", "train")) == 150
    monkeypatch.delenv("GANVAE_DATA")
    assert data.find_data_dir() is None


def test_nothing_is_downloaded_where_a_folder_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads: list[Path] = []

    def download(dataset: str, root: Path) -> None:
        downloads.append(root)
        write_idx(root / IMAGES, np.full((1, 28, 28), 9, np.uint8))

    monkeypatch.setattr(data.digits, "_download", download)
    monkeypatch.setattr(data.digits, "DOWNLOAD_FOLDER", tmp_path / "own")
    monkeypatch.delenv("GANVAE_DATA", raising=False)
    with pytest.raises(UserError):
        data.load_images("mnist", "test", tmp_path / "named", download=True)
    with pytest.raises(UserError):
        data.load_images("mnist", "test")
    assert downloads == []
    assert data.load_images("mnist", "test", download=True).unique().tolist() == [9]
    data.load_images("mnist", "test", download=True)
    assert downloads == [tmp_path / "own"]


def test_failed_download_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Datasets:
        @staticmethod
        def MNIST(root: Path, download: bool) -> None:  # noqa: N802 - torchvision's name
            raise RuntimeError("no route\nto host.")

    class Torchvision:
        datasets = Datasets

    monkeypatch.setattr(data.digits, "import_torchvision", lambda: Torchvision)
    monkeypatch.setattr(data.digits, "DOWNLOAD_FOLDER", tmp_path)
    monkeypatch.delenv("GANVAE_DATA", raising=False)
    with pytest.raises(UserError, match=r"could not be downloaded \(no route to host\); fetch it"):
        data.load_images("mnist", "train", download=True)


def test_our_reading_agrees_with_torchvision(small_data: Path) -> None:
    datasets = data.digits.import_torchvision().datasets
    theirs = datasets.MNIST(small_data, train=False)
    assert torch.equal(theirs.data, data.load_images("mnist", "test", small_data)[:, 0])
    assert torch.equal(theirs.targets, data.load_labels("mnist", "test", small_data))


def test_float_and_back() -> None:
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    floats = data.to_float(levels)
    assert floats.dtype == torch.float32
    assert floats.flatten()[[0, 51, 255]].tolist() == pytest.approx([0, 0.2, 1])
    assert floats.max() <= 1
    assert torch.equal(data.to_uint8(floats), levels)
    both = data.to_float(levels, (-1.0, 1.0)).flatten()
    assert both[[0, 255]].tolist() == pytest.approx([-1, 1])
    assert both[51].item() == pytest.approx(-0.6)
    assert torch.equal(levels.flatten(), torch.arange(256, dtype=torch.uint8))
    assert data.to_uint8(torch.tensor([-0.5, 0.5, 1.5])).tolist() == [0, 128, 255]


def test_resize_keeps_what_is_flat_and_the_mean(small_data: Path) -> None:
    flat = torch.full((2, 1, 28, 28), 77, dtype=torch.uint8)
    assert data.resize(flat, (32, 32)).unique().tolist() == [77]
    images = data.load_images("mnist", "test", small_data)
    assert data.resize(images, (28, 28)) is images
    larger = data.resize(images, (32, 32))
    assert larger.float().mean().item() == pytest.approx(images.float().mean().item(), rel=0.02)
    # Each image by itself, whatever the others are.
    assert torch.equal(data.resize(images[7:8], (32, 32)), larger[7:8])


def test_resize_down_averages() -> None:
    """A board of single black and white pixels becomes grey: no pixel is just left out."""
    board = ((torch.arange(64)[:, None] + torch.arange(64)) % 2 * 255).to(torch.uint8)
    small = data.resize(board[None, None], (16, 16))
    assert small.min() >= 120
    assert small.max() <= 135


def test_batches_visit_every_image_once_an_epoch() -> None:
    images = torch.arange(70, dtype=torch.uint8).view(70, 1, 1, 1)
    batches = data.Batches(images, 32, 0, (0.0, 255.0))
    assert batches.steps_per_epoch == 3
    for epoch in (0, 1):
        order = batches.epoch_order(epoch)
        parts = [batches.batch(order, 3 * epoch + step) for step in range(3)]
        assert [len(part) for part in parts] == [32, 32, 6]
        seen = torch.cat(parts).flatten().round().int().tolist()
        assert sorted(seen) == list(range(70))
        assert seen == order.tolist()


def test_order_depends_on_seed_and_epoch_alone() -> None:
    images = torch.zeros(1000, 1, 1, 1, dtype=torch.uint8)

    def order(seed: int, epoch: int) -> list[int]:
        torch.manual_seed(epoch)  # PyTorch's generator has no say
        return data.Batches(images, 32, seed, (0.0, 1.0)).epoch_order(epoch).tolist()

    assert order(0, 3) == order(0, 3)
    orders = [order(0, 0), order(0, 1), order(1, 0), list(range(1000))]
    assert all(one != other for i, one in enumerate(orders) for other in orders[i + 1 :])


def test_batches_come_in_the_range_of_the_networks() -> None:
    images = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1)
    batches = data.Batches(images, 2, 0, (-1.0, 1.0))
    batch = batches.batch(batches.epoch_order(0), 0)
    assert batch.dtype == torch.float32
    assert sorted(batch.flatten().tolist()) == [-1, 1]

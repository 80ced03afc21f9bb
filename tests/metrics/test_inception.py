"""What Inception is given, and what is made of its answers; the network itself is a large one."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ganvae.data.vision import import_torchvision
from ganvae.metrics.inception import InceptionFeatures


class Extractor:
    """Stands for torch-fidelity's network: the mean of each channel, and what it was made with."""

    made: tuple[tuple[Any, ...], dict[str, Any]]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        Extractor.made = (arguments, named)
        self.seen: list[torch.Tensor] = []

    def __call__(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        self.seen.append(images)
        return (images.double().mean(dim=(2, 3)),)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> InceptionFeatures:
    import_torchvision()
    from torch_fidelity import feature_extractor_inceptionv3

    monkeypatch.setattr(feature_extractor_inceptionv3, "FeatureExtractorInceptionV3", Extractor)
    return InceptionFeatures()


def test_it_is_the_network_that_the_fid_is_defined_in(network: InceptionFeatures) -> None:
    arguments, _ = Extractor.made
    assert arguments == ("inception", ["2048"])
    assert network.name == "inception"
    assert network.fingerprint == "2015-12-05"


@pytest.mark.parametrize("channels", [1, 3])
def test_it_sees_bytes_in_three_colours(network: InceptionFeatures, channels: int) -> None:
    images = torch.rand(120, channels, 8, 8)
    features = network.features(images)
    seen = network._network.seen
    # Few at once: they are enlarged to many times their size.
    assert max(len(part) for part in seen) == 50
    together = torch.cat(seen)
    assert together.dtype == torch.uint8
    assert together.shape == (120, 3, 8, 8)
    assert torch.equal(together, (images * 255).round().to(torch.uint8).expand(-1, 3, -1, -1))
    torch.testing.assert_close(features, together.double().mean(dim=(2, 3)))

"""The average that draws, and the weights that are held."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganvae.models import GAN, build
from ganvae.training.step import make_update, spectral
from ganvae.training.step.averaging import Averaged
from tests.training.conftest import SHORT_RESIDUAL_GAN


def test_the_average_follows_by_hand() -> None:
    average = nn.Linear(1, 1, bias=False)
    nn.init.constant_(average.weight, 1.0)
    averaged = Averaged(average, 0.9)
    nn.init.constant_(averaged.trained.weight, 2.0)
    averaged.follow(0)
    # At first nine tenths of the way: (1 + 0) / (10 + 0) is what stays.
    assert average.weight.item() == pytest.approx(1.9)
    nn.init.constant_(averaged.trained.weight, 3.0)
    averaged.follow(1000)
    assert average.weight.item() == pytest.approx(0.9 * 1.9 + 0.1 * 3)


def test_the_model_draws_with_the_average() -> None:
    torch.manual_seed(0)
    model = build(SHORT_RESIDUAL_GAN)
    assert isinstance(model, GAN)
    update = make_update(model)
    images = torch.rand(8, 1, 28, 28) * 2 - 1
    for step in range(3):
        update(images, step)
    trained = update.besides["generator"]
    first = next(model.generator.parameters())
    assert not torch.equal(first, next(trained.parameters()))
    # Running statistics are those of the network that is trained.
    pairs = zip(model.generator.buffers(), trained.buffers(), strict=True)
    assert all(torch.equal(kept, new) for kept, new in pairs)
    assert first.grad is None
    assert model.parameter_count() > 0


def test_held_weights_have_a_norm_of_one_and_are_released_as_they_are() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(2, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3))
    with torch.no_grad():
        network[0].weight.mul_(50)
    names = set(network.state_dict())
    spectral.hold(network)
    images = torch.randn(4, 2, 3, 3)
    for _ in range(30):  # each call comes nearer to the norm
        network(images)
    network.eval()
    held = network(images)
    norm = torch.linalg.matrix_norm(network[0].weight.flatten(1), 2)
    assert norm.item() == pytest.approx(1, abs=0.02)
    spectral.release(network)
    assert set(network.state_dict()) == names
    assert torch.allclose(network(images), held, atol=1e-6)

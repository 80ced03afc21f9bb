"""A stop of the bridge: the VAE's encoder as it is, and a decoder that a discriminator teaches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim import SGD, Adam

from ganvae.models import VAE, build
from ganvae.prior.fit import prior_of
from ganvae.prior.format import FittedPrior
from ganvae.training.step import BridgeUpdate, make_update
from tests.training.conftest import SHORT_BRIDGE


def begin(weight: float) -> tuple[VAE, BridgeUpdate, Tensor]:
    torch.manual_seed(3)
    model = build(SHORT_BRIDGE.replace(adversarial=weight))
    assert isinstance(model, VAE)
    update = make_update(model)
    assert isinstance(update, BridgeUpdate)
    return model, update, torch.rand(8, 3, 16, 16) * 2 - 1


def values(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_at_the_first_stop_the_decoder_learns_as_a_vae_does() -> None:
    model, update, images = begin(0.0)
    other, _, _ = begin(0.0)
    before = values(update.judge)
    torch.manual_seed(5)
    update(images, 0)

    torch.manual_seed(5)
    other.encoder.eval()
    mean, log_variance = other.encoder(images)
    z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
    optimiser = Adam(other.decoder.parameters(), SHORT_BRIDGE.lr, SHORT_BRIDGE.adam_betas)
    ((torch.tanh(other.decoder(z)) - images).square().mean() / images.var()).backward()
    optimiser.step()
    # By what they draw: a bias before batch norm moves by rounding errors alone.
    z = torch.randn(8, SHORT_BRIDGE.latent)
    assert torch.allclose(model.decoder(z), other.decoder(z), atol=1e-4)
    assert not torch.allclose(model.decoder(z), begin(0.0)[0].decoder(z), atol=1e-3)
    # The discriminator is not asked.
    assert all(torch.equal(value, before[name]) for name, value in values(update.judge).items())


def test_at_the_others_it_listens_to_the_discriminator_and_the_encoder_stays() -> None:
    model, update, images = begin(0.5)
    encoder, decoder, judge = values(model.encoder), values(model.decoder), values(update.judge)
    for step in range(3):
        found = update(images, step)
        # What scores and draws in between puts the whole model into training mode.
        model.train()
    assert set(found) == {"train_loss", "train_reconstruction", "train_kl"}
    assert all(torch.equal(value, encoder[name]) for name, value in values(model.encoder).items())
    moved = [not torch.equal(value, decoder[name]) for name, value in values(model.decoder).items()]
    assert all(moved)
    assert any(not torch.equal(value, judge[name]) for name, value in values(update.judge).items())
    assert all(parameter.requires_grad for parameter in update.judge.parameters())


def test_a_step_is_the_equation_of_the_stop() -> None:
    w = 0.3
    model, update, images = begin(w)
    update.optimisers = [SGD(part.parameters(), 0.1) for part in (update.judge, model.decoder)]
    seen: list[Tensor] = []
    update.judge.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    torch.manual_seed(5)
    update(images, 0)

    other, others, _ = begin(w)
    judge, decoder = others.judge, other.decoder
    torch.manual_seed(5)
    mean, log_variance = other.encoder.eval()(images)
    z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
    drawn = torch.tanh(decoder(torch.cat([z, torch.randn_like(mean)]).detach()))
    # D sees the batch, and as many pictures: of each image its reconstruction or the sample.
    shown = drawn[[0, 2, 4, 6, 9, 11, 13, 15]].detach()
    assert len(seen) == 4
    for found, wanted in zip(seen, (images, shown, drawn, images), strict=True):
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)
    real, fake = judge(images)[0], judge(shown)[0]
    (F.relu(1 - real).mean() + F.relu(1 + fake).mean()).backward()
    SGD(judge.parameters(), 0.1).step()
    scores, maps = judge(drawn)
    with torch.no_grad():
        _, goals = judge(images)

    def share(found: Tensor, wanted: Tensor) -> Tensor:
        return (found - wanted).square().mean() / wanted.var()

    features = [share(one[:8], goal) for one, goal in zip(maps, goals, strict=True)]
    wrong = (1 - w) * share(drawn[:8], images) + w * sum(features) / len(features)
    ((1 - w) * wrong - w * scores.mean()).backward()
    SGD(decoder.parameters(), 0.1).step()
    z = torch.randn(8, SHORT_BRIDGE.latent)
    torch.testing.assert_close(model.decoder(z), decoder(z), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(update.judge(images)[0], judge(images)[0], atol=1e-4, rtol=1e-4)


def test_a_stop_has_the_fitted_prior_of_its_vae(tmp_path: Path) -> None:
    model, _, _ = begin(0.5)
    images = torch.randint(0, 256, (40, 3, 16, 16), dtype=torch.uint8)
    latent = model.recipe.latent
    theirs = FittedPrior(
        np.ones(1, np.float32), np.ones((1, latent), np.float32), np.eye(latent, dtype="f4")[None]
    )
    assert len(prior_of(model, images, tmp_path).shares) == model.recipe.components
    theirs.write(tmp_path)
    np.testing.assert_array_equal(prior_of(model, images, tmp_path).means, theirs.means)
    # Another VAE's encoder is no other's.
    model.recipe = model.recipe.replace(adversarial=None, pretraining=None)
    assert len(prior_of(model, images, tmp_path).shares) == model.recipe.components

"""R1 and R2: gradients of a discriminator's gradient, whatever the recipe's precision."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from ganvae.models import GAN, build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training import hardware
from ganvae.training.processes import Processes
from ganvae.training.step import GANUpdate, penalties
from ganvae.training.step.penalties import scores_and_steepness

SMALL = RECIPES["tuned-gan-faces"].replace(
    decoder_widths=(8, 8, 4),
    encoder_widths=(4, 8),
    latent=5,
    image_shape=(3, 16, 16),
    batch_norm=False,
    spectral_norm=False,
    averaging=0.0,
    cooldown=0.0,
    loss="relativistic",
    gradient_penalty=3.0,
    precision="float32",
)


def a_discriminator(recipe: Recipe = SMALL) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(1)
    model = build(recipe)
    assert isinstance(model, GAN)
    return model.discriminator, torch.rand(6, *recipe.image_shape) * 2 - 1


def test_steepness_of_a_plane() -> None:
    plane = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Flatten(0))
    scores, steepness = scores_and_steepness(plane, torch.rand(5, 3, 2, 2))
    assert scores.shape == (5,)
    assert steepness.item() == pytest.approx(plane[1].weight.square().sum().item(), rel=1e-5)
    steepness.backward()
    assert torch.allclose(plane[1].weight.grad, 2 * plane[1].weight.detach())


def test_the_gradient_of_the_gradient_agrees_with_differences() -> None:
    discriminator, images = a_discriminator()
    discriminator.double()

    def steepness() -> Tensor:
        # As the function under test does, but for its float32.
        seen = images.double().requires_grad_()
        (gradient,) = torch.autograd.grad(discriminator(seen).sum(), seen)
        return gradient.square().sum((1, 2, 3)).mean()

    weight = next(p for name, p in discriminator.named_parameters() if name.endswith("weight"))
    plain = copy.deepcopy(discriminator).float()
    scores_and_steepness(plain, images)[1].backward()
    own = next(p for name, p in plain.named_parameters() if name.endswith("weight")).grad
    assert own is not None
    for place in (0, 7, 50):
        values = []
        for small in (1e-6, -1e-6):
            with torch.no_grad():
                weight.view(-1)[place] += small
            values.append(steepness().item())
            with torch.no_grad():
                weight.view(-1)[place] -= small
        by_difference = (values[0] - values[1]) / 2e-6
        assert own.view(-1)[place].item() == pytest.approx(by_difference, rel=2e-3, abs=1e-6)


def test_bfloat16_leaves_the_penalty_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "computes_bfloat16", lambda device: True)
    gradients = []
    for around in (False, True):
        discriminator, images = a_discriminator()
        with torch.autocast("cpu", torch.bfloat16, enabled=around):
            scores, steepness = scores_and_steepness(discriminator, images)
        assert scores.dtype == steepness.dtype == torch.float32
        steepness.backward()
        gradients.append([p.grad for p in discriminator.parameters() if p.grad is not None])
    assert gradients[0]
    for one, other in zip(*gradients, strict=True):
        assert torch.equal(one, other)


def test_when_it_is_due_and_what_it_counts() -> None:
    lazy = SMALL.replace(penalty_every=4)
    assert [step for step in range(10) if penalties.is_due(lazy, step)] == [0, 4, 8]
    assert penalties.weight(lazy) == 4 * penalties.weight(SMALL) == 6.0
    assert not penalties.is_due(SMALL.replace(gradient_penalty=0.0), 0)


@pytest.mark.parametrize(("step", "due"), [(0, True), (1, False), (3, False), (4, True)])
def test_step_is_the_textbook_step(step: int, due: bool) -> None:
    recipe = SMALL.replace(penalty_every=4)
    torch.manual_seed(3)
    model = build(recipe)
    assert isinstance(model, GAN)
    textbook = copy.deepcopy(model)
    images = torch.rand(6, *recipe.image_shape) * 2 - 1
    update = GANUpdate(model, alone())
    networks = (model.discriminator, model.generator)
    update.optimisers = [torch.optim.SGD(network.parameters(), 0.05) for network in networks]
    torch.manual_seed(0)
    values = update(images, step)

    torch.manual_seed(0)
    generator, discriminator = textbook.generator, textbook.discriminator
    fakes = generator(torch.randn(len(images), recipe.latent))
    real, fake = images.clone().requires_grad_(), fakes.detach().requires_grad_()
    real_scores, fake_scores = discriminator(real), discriminator(fake)
    level = (real_scores.mean() + fake_scores.mean()) / 2
    d_loss = -torch.log(torch.sigmoid(real_scores - fake_scores)).mean() + 0.01 * level**2
    total = d_loss
    if due:
        for seen, scores in ((real, real_scores), (fake, fake_scores)):
            (gradient,) = torch.autograd.grad(scores.sum(), seen, create_graph=True)
            total = total + 4 * 3.0 / 2 * (gradient**2).sum() / len(images)
    total.backward(inputs=list(discriminator.parameters()))
    torch.optim.SGD(discriminator.parameters(), 0.05).step()
    # G meets D as it is after its step, at real images too.
    pairs = discriminator(fakes) - discriminator(images)
    g_loss = -torch.log(torch.sigmoid(pairs)).mean()
    generator.zero_grad()
    g_loss.backward(inputs=list(generator.parameters()))
    torch.optim.SGD(generator.parameters(), 0.05).step()

    for (name, ours), theirs in zip(model.named_parameters(), textbook.parameters(), strict=True):
        torch.testing.assert_close(
            ours, theirs, atol=2e-6, rtol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
        )
    # The curves tell of the game alone.
    assert values["d_loss"].item() == pytest.approx(d_loss.item(), rel=1e-4)
    assert values["g_loss"].item() == pytest.approx(g_loss.item(), rel=1e-4)


def alone() -> Processes:
    return Processes(torch.device("cpu"))


def test_penalties_make_a_discriminator_flatter() -> None:
    found = []
    for weight in (0.0, 30.0):
        torch.manual_seed(3)
        model = build(SMALL.replace(gradient_penalty=weight, lr=1e-3))
        assert isinstance(model, GAN)
        images = torch.rand(6, *SMALL.image_shape) * 2 - 1
        update = GANUpdate(model, alone())
        for step in range(60):
            update(images, step)
        found.append(scores_and_steepness(model.discriminator, images)[1].item())
    assert found[1] < 0.5 * found[0]

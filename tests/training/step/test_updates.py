from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganvae.models import GAN, VAE, build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training import hardware
from ganvae.training.processes import Processes
from ganvae.training.step import GANUpdate, VAEUpdate, make_update
from tests.training.conftest import SHORT_BRIDGE, SHORT_RESIDUAL_GAN, SHORT_STRIDED_GAN

SMALL_VAE = RECIPES["mlp-vae-20"].replace(
    decoder_widths=(32,), encoder_widths=(32,), precision="float32"
)
SMALL_GAN = RECIPES["mlp-gan-100"].replace(
    decoder_widths=(16, 32), encoder_widths=(32, 16), precision="float32"
)
SMALL_CONV_VAE = RECIPES["vae-3"].replace(precision="float32")
SMALL_CONV_GAN = RECIPES["gan-100"].replace(
    decoder_widths=(8, 8, 4), encoder_widths=(4, 8, 8), precision="float32"
)


def model_and_images(recipe: Recipe, count: int = 16) -> tuple[Any, Tensor]:
    torch.manual_seed(3)
    low, high = recipe.image_range
    images = torch.rand(count, *recipe.image_shape) * (high - low) + low
    return build(recipe), images


def copies(module: nn.Module) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in module.parameters()]


def same(before: list[Tensor], module: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))


def assert_close_parameters(ours: nn.Module, theirs: nn.Module) -> None:
    for (name, a), b in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(
            a, b, atol=2e-6, rtol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
        )


@pytest.mark.parametrize("recipe", [SMALL_VAE, SMALL_CONV_VAE, SMALL_VAE.replace(beta=4.0)])
def test_vae_step_is_the_textbook_step(recipe: Recipe) -> None:
    model, images = model_and_images(recipe)
    textbook = copy.deepcopy(model)
    update = make_update(model)
    assert isinstance(update, VAEUpdate)
    torch.manual_seed(0)
    values = update(images, 0)

    torch.manual_seed(0)
    optimiser = torch.optim.Adam(textbook.parameters(), recipe.lr, betas=recipe.adam_betas)
    mean, log_variance = textbook.encoder(images)
    z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
    probabilities = torch.sigmoid(textbook.decoder(z))
    reconstruction = F.binary_cross_entropy(probabilities, images, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())
    loss = reconstruction + recipe.beta * kl
    if recipe.reduction == "mean":
        loss = loss / len(images)
    loss.backward()

    for ours, theirs in zip(model.parameters(), textbook.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, atol=1e-3, rtol=1e-3)
    optimiser.step()
    assert_close_parameters(model, textbook)
    count = len(images)
    assert values["train_reconstruction"].item() == pytest.approx(reconstruction.item() / count)
    assert values["train_kl"].item() == pytest.approx(kl.item() / count, rel=1e-4)
    assert values["train_loss"].item() == pytest.approx(
        (reconstruction + recipe.beta * kl).item() / count
    )


@pytest.mark.parametrize(
    "recipe",
    [
        SMALL_GAN,
        SMALL_GAN.replace(batch_norm=False, leak=0.2, dropout=0.3, real_label=0.9, prior="uniform"),
        SMALL_CONV_GAN,
    ],
)
def test_gan_step_is_the_textbook_step(recipe: Recipe) -> None:
    model, images = model_and_images(recipe)
    textbook = copy.deepcopy(model)
    update = make_update(model)
    assert isinstance(update, GANUpdate)
    # Plain gradient descent: Adam blows up the rounding noise of a bias that a batch norm cancels.
    networks = (model.discriminator, model.generator)
    update.optimisers = [torch.optim.SGD(network.parameters(), 0.1) for network in networks]
    torch.manual_seed(0)
    values = [update(images, step) for step in range(2)][-1]

    torch.manual_seed(0)
    generator, discriminator = textbook.generator, textbook.discriminator
    d_optimiser = torch.optim.SGD(discriminator.parameters(), 0.1)
    g_optimiser = torch.optim.SGD(generator.parameters(), 0.1)
    count = len(images)
    for _ in range(2):
        if recipe.prior == "normal":
            z = torch.randn(count, recipe.latent)
        else:
            z = torch.rand(count, recipe.latent) * 2 - 1
        fakes = generator(z)
        real = torch.sigmoid(discriminator(images))
        fake = torch.sigmoid(discriminator(fakes.detach()))
        d_loss = F.binary_cross_entropy(
            real, torch.full((count,), recipe.real_label)
        ) + F.binary_cross_entropy(fake, torch.zeros(count))
        d_optimiser.zero_grad()
        d_loss.backward()
        d_optimiser.step()
        judged = torch.sigmoid(discriminator(fakes))
        g_loss = F.binary_cross_entropy(judged, torch.ones(count))
        g_optimiser.zero_grad()
        g_loss.backward()
        g_optimiser.step()

    assert_close_parameters(model, textbook)
    for ours, theirs in zip(model.buffers(), textbook.buffers(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-4)
    expected = {
        "d_loss": d_loss,
        "g_loss": g_loss,
        "d_real": real.mean(),
        "d_fake_before": fake.mean(),
        "d_fake_after": judged.mean(),
    }
    assert set(values) == set(expected)
    for name, value in expected.items():
        assert values[name].item() == pytest.approx(value.item(), rel=1e-4), name


@pytest.mark.parametrize("recipe", [SMALL_GAN, SMALL_CONV_GAN])
def test_each_gan_step_leaves_the_other_network_alone(recipe: Recipe) -> None:
    model, images = model_and_images(recipe)
    update = make_update(model)
    d_optimiser, g_optimiser = update.optimisers
    seen: list[str] = []

    def watch(name: str, own: nn.Module, other: nn.Module, optimiser: Any) -> None:
        step = optimiser.step

        def watched() -> None:
            seen.append(name)
            before, own_before = copies(other), copies(own)
            step()
            assert same(before, other)
            assert not same(own_before, own)

        optimiser.step = watched

    watch("d", model.discriminator, model.generator, d_optimiser)
    watch("g", model.generator, model.discriminator, g_optimiser)
    update(images, 0)
    update(images, 0)
    assert seen == ["d", "g", "d", "g"]


def test_gan_gradients_do_not_cross() -> None:
    model, images = model_and_images(SMALL_GAN)
    update = make_update(model)
    d_optimiser = update.optimisers[0]
    gradients: dict[str, list[Tensor | None]] = {}

    def note() -> None:
        # D's loss sent nothing into the generator.
        assert all(parameter.grad is None for parameter in model.generator.parameters())
        gradients["d"] = [parameter.grad.clone() for parameter in model.discriminator.parameters()]

    d_optimiser.step = note  # type: ignore[method-assign,assignment]
    before = copies(model.discriminator)
    update(images, 0)
    # G's loss added nothing to D's gradients, and D can learn again afterwards.
    for parameter, gradient in zip(model.discriminator.parameters(), gradients["d"], strict=True):
        assert torch.equal(parameter.grad, gradient)
        assert parameter.requires_grad
    assert all(parameter.grad is not None for parameter in model.generator.parameters())
    # With D's step taken away nothing moved D.
    assert same(before, model.discriminator)


@pytest.mark.parametrize("recipe", [SMALL_VAE, SMALL_GAN, SMALL_CONV_GAN])
def test_optimisers_are_adam_as_the_recipe_says(recipe: Recipe) -> None:
    model, _ = model_and_images(recipe)
    optimisers = make_update(model).optimisers
    trained = [id(p) for o in optimisers for group in o.param_groups for p in group["params"]]
    assert sorted(trained) == sorted(id(parameter) for parameter in model.parameters())
    for optimiser in optimisers:
        assert isinstance(optimiser, torch.optim.Adam)
        assert optimiser.defaults["lr"] == recipe.lr
        assert optimiser.defaults["betas"] == recipe.adam_betas
        assert optimiser.defaults["weight_decay"] == 0


def test_zero_gradients_before_each_step() -> None:
    """A second step must not carry the first one's gradients along."""
    model, images = model_and_images(SMALL_VAE)
    update = make_update(model)
    update(images, 0)
    for parameter in model.parameters():
        parameter.grad = torch.full_like(parameter, 1e6)
    update(images, 0)
    assert max(parameter.grad.abs().max() for parameter in model.parameters()) < 1e4


@pytest.mark.parametrize(("prior", "deviation"), [("normal", 1.0), ("uniform", 3**-0.5)])
def test_generator_is_trained_on_the_prior(prior: Any, deviation: float) -> None:
    model, images = model_and_images(SMALL_GAN.replace(prior=prior), count=200)
    drawn: list[Tensor] = []
    model.generator.register_forward_pre_hook(lambda module, inputs: drawn.append(inputs[0]))
    make_update(model)(images, 0)
    (z,) = drawn
    assert z.shape == (200, 100)
    assert z.mean().item() == pytest.approx(0, abs=0.02)
    assert z.std().item() == pytest.approx(deviation, abs=0.02)
    assert (z.abs().max() <= 1) == (prior == "uniform")


@pytest.mark.parametrize("recipe", [SMALL_VAE, SMALL_GAN, SMALL_CONV_VAE, SMALL_CONV_GAN])
def test_bfloat16_keeps_float32_weights_and_about_the_same_loss(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Also where the processor has to emulate it.
    monkeypatch.setattr(hardware, "computes_bfloat16", lambda device: True)
    losses = {}
    for precision in ("float32", "bfloat16"):
        model, images = model_and_images(recipe.replace(precision=precision))
        torch.manual_seed(0)
        values = make_update(model)(images, 0)
        assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
        assert {value.dtype for value in values.values()} == {torch.float32}
        losses[precision] = {name: value.item() for name, value in values.items()}
    for name, value in losses["float32"].items():
        assert losses["bfloat16"][name] == pytest.approx(value, rel=0.03, abs=0.02), name
    assert losses["bfloat16"] != losses["float32"]


def test_vae_learns_one_batch() -> None:
    model, images = model_and_images(SMALL_VAE)
    images = images.round()
    update = make_update(model)
    losses = [update(images, step)["train_loss"].item() for step in range(200)]
    assert losses[-1] < 0.9 * losses[0]


def test_each_side_of_a_gan_wins_against_one_that_stands_still() -> None:
    def play(frozen: int) -> dict[str, Tensor]:
        model, images = model_and_images(SMALL_GAN.replace(lr=2e-3, batch_norm=False, leak=0.2))
        update = make_update(model)
        for group in update.optimisers[frozen].param_groups:
            group["lr"] = 0.0
        return [update(images, step) for step in range(60)][-1]

    discriminator_wins = play(frozen=1)
    assert discriminator_wins["d_real"] > 0.8
    assert discriminator_wins["d_fake_before"] < 0.2
    generator_wins = play(frozen=0)
    # The first fakes were judged about .5.
    assert generator_wins["d_fake_before"] > 0.65
    # A discriminator that stands still judges the same before and after its step.
    assert generator_wins["d_fake_after"].item() == pytest.approx(
        generator_wins["d_fake_before"].item(), abs=1e-5
    )


PLAIN: dict[str, Any] = {"label_noise": 0.0, "input_noise": 0.0, "mixed_batches": False}


def least_squares_gan(**changes: Any) -> Recipe:
    return SHORT_STRIDED_GAN.replace(
        precision="float32",
        **({"label_noise": 0.0, "input_noise": 0.0, "mixed_batches": False} | changes),
    )


@pytest.mark.parametrize(
    ("step", "flipped"), [(0, False), (2, False), (3, True), (4, False), (7, True)]
)
def test_every_fourth_step_swaps_the_targets(step: int, flipped: bool) -> None:
    model, images = model_and_images(least_squares_gan(flip_every=4))
    update = make_update(model)
    seen: list[tuple[Tensor, Tensor]] = []
    objective = update.objective.discriminator

    class Noted(type(update.objective)):  # type: ignore[misc]
        def discriminator(self, real_scores: Tensor, fake_scores: Tensor, *noise: Any) -> Tensor:
            seen.append((real_scores.detach(), fake_scores.detach()))
            return objective(real_scores, fake_scores, *noise)

    update.objective = Noted()
    values = update(images, step)
    first, second = (scores.mean().item() for scores in seen[0])
    # The curves say what D thinks of real and generated images, whatever it was told they are.
    expected = (values["d_fake_before"].item(), values["d_real"].item())
    assert (first, second) == pytest.approx(expected if flipped else expected[::-1])
    assert first != second


def test_without_flips_no_step_swaps() -> None:
    losses = []
    for every in (0, 4):
        model, images = model_and_images(least_squares_gan(flip_every=every))
        torch.manual_seed(0)
        losses.append(make_update(model)(images, 3)["d_loss"].item())
    assert losses[0] != losses[1]
    model, images = model_and_images(least_squares_gan(flip_every=0))
    torch.manual_seed(0)
    assert make_update(model)(images, 15)["d_loss"].item() == losses[0]


def test_input_noise_is_on_all_that_the_discriminator_sees_and_on_nothing_else() -> None:
    model, images = model_and_images(least_squares_gan(input_noise=0.5), count=64)
    untouched = images.clone()
    fakes: list[Tensor] = []
    seen: list[Tensor] = []
    model.generator.register_forward_hook(lambda module, inputs, output: fakes.append(output))
    model.discriminator.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    make_update(model)(images, 0)
    assert torch.equal(images, untouched)
    for noisy, clean in zip(seen, (images, fakes[0], fakes[0]), strict=True):
        noise = noisy - clean
        assert noise.mean().item() == pytest.approx(0, abs=0.01)
        assert noise.std().item() == pytest.approx(0.5, rel=0.02)
    # The generator learns through the noise.
    assert seen[2].requires_grad


def test_mixed_batches_share_statistics_and_the_generator_meets_a_settled_judge() -> None:
    model, images = model_and_images(least_squares_gan(mixed_batches=True), count=20)
    seen: list[tuple[int, bool]] = []
    model.discriminator.register_forward_pre_hook(
        lambda module, inputs: seen.append((len(inputs[0]), module.training))
    )
    make_update(model)(images, 0)
    # D learns from 20 real and 20 generated images at once; G's judge uses running statistics.
    assert seen == [(40, True), (20, False)]
    assert model.discriminator.training
    counted = [n for name, n in model.discriminator.named_buffers() if "num_batches" in name]
    assert counted
    assert {count.item() for count in counted} == {1}


def test_least_squares_step_is_the_textbook_step() -> None:
    recipe = least_squares_gan(flip_every=0, mixed_batches=False)
    model, images = model_and_images(recipe)
    textbook = copy.deepcopy(model)
    update = make_update(model)
    networks = (model.discriminator, model.generator)
    update.optimisers = [torch.optim.SGD(network.parameters(), 0.1) for network in networks]
    torch.manual_seed(0)
    values = update(images, 0)

    torch.manual_seed(0)
    generator, discriminator = textbook.generator, textbook.discriminator
    fakes = generator(torch.randn(len(images), recipe.latent))
    d_loss = ((discriminator(images) - 1) ** 2).mean() + (discriminator(fakes.detach()) ** 2).mean()
    d_optimiser = torch.optim.SGD(discriminator.parameters(), 0.1)
    d_loss.backward()
    d_optimiser.step()
    g_loss = ((discriminator(fakes) - 1) ** 2).mean()
    g_loss.backward()
    torch.optim.SGD(generator.parameters(), 0.1).step()
    assert_close_parameters(model, textbook)
    assert values["d_loss"].item() == pytest.approx(d_loss.item(), rel=1e-4)
    assert values["g_loss"].item() == pytest.approx(g_loss.item(), rel=1e-4)


ONE_PASS = SHORT_RESIDUAL_GAN.replace(
    spectral_norm=False,
    loss="relativistic",
    one_pass=True,
    averaging=0.0,
    batch_norm=False,
    precision="float32",
)


@pytest.mark.parametrize(
    ("loss", "sure", "level"),
    [
        ("relativistic", 1.0, 0.0),
        ("relativistic", 40.0, 5.0),
        ("relativistic", 40.0, -20.0),  # what holds the level pulls all scores up
        ("cross-entropy", 1.0, 0.0),
        ("cross-entropy", 40.0, 0.0),
    ],
)
def test_one_pass_gives_both_networks_their_own_gradients(
    loss: str, sure: float, level: float
) -> None:
    model, images = model_and_images(ONE_PASS.replace(loss=loss))
    with torch.no_grad():
        # A discriminator that is sure of itself: next to no slope of its own is left.
        score = [layer for layer in model.discriminator if isinstance(layer, nn.Linear)][-1]
        score.weight *= sure
        score.bias += level
    textbook = copy.deepcopy(model)
    update = make_update(model)
    networks = (model.discriminator, model.generator)
    update.optimisers = [torch.optim.SGD(network.parameters(), 0.0) for network in networks]
    seen: list[int] = []
    model.discriminator.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    torch.manual_seed(0)
    values = update(images, 0)
    assert seen == [2 * len(images)]

    torch.manual_seed(0)
    fakes = textbook.generator(torch.randn(len(images), model.recipe.latent))
    real, fake = textbook.discriminator(images), textbook.discriminator(fakes)
    d_loss = update.objective.discriminator(real, fake)
    g_loss = update.objective.generator(fake, real)
    expected = {
        model.discriminator: torch.autograd.grad(
            d_loss, list(textbook.discriminator.parameters()), retain_graph=True
        ),
        model.generator: torch.autograd.grad(g_loss, list(textbook.generator.parameters())),
    }
    for network, gradients in expected.items():
        for parameter, gradient in zip(network.parameters(), gradients, strict=True):
            scale = gradient.abs().max().item()
            torch.testing.assert_close(parameter.grad, gradient, atol=1e-4 * scale, rtol=1e-3)
    assert values["d_loss"].item() == pytest.approx(d_loss.item(), rel=1e-4)
    assert values["g_loss"].item() == pytest.approx(g_loss.item(), rel=1e-4)


def test_penalties_take_passes_of_their_own() -> None:
    model, images = model_and_images(ONE_PASS.replace(gradient_penalty=1.0, penalty_every=4))
    seen: list[int] = []
    model.discriminator.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    update = make_update(model)
    update(images, 4)
    # Real and generated images for D, then generated and real ones for G.
    assert seen == [16] * 4
    seen.clear()
    update(images, 5)
    assert seen == [32]


def test_families() -> None:
    assert isinstance(make_update(VAE(SMALL_VAE)), VAEUpdate)
    assert isinstance(make_update(GAN(SMALL_GAN)), GANUpdate)


class Noting(Processes):
    """This process alone, which notes what should be the mean over several."""

    def __init__(self) -> None:
        super().__init__(torch.device("cpu"))
        self.averaged: list[tuple[str, bool]] = []
        self.names: dict[int, str] = {}

    def average_statistics(self, model: nn.Module) -> None:
        frozen = not any(parameter.requires_grad for parameter in model.parameters())
        self.averaged.append((self.names.get(id(model), "trained"), frozen))


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        # D's before G learns through it, and all of it at the end.
        (SMALL_CONV_GAN, ["discriminator", "whole"]),
        # The network that is trained besides the one that draws, before that one follows.
        (SMALL_CONV_GAN.replace(averaging=0.9), ["discriminator", "whole", "trained"]),
        (SMALL_CONV_VAE, ["whole"]),
    ],
)
def test_running_statistics_are_shared_in_time(recipe: Recipe, expected: list[str]) -> None:
    model, images = model_and_images(recipe)
    processes = Noting()
    processes.names = {id(part): name for name, part in model.named_children()}
    processes.names[id(model)] = "whole"
    make_update(model, processes)(images, 0)
    assert [name for name, _ in processes.averaged] == expected
    assert not processes.averaged[0][1]


@pytest.mark.parametrize("recipe", [SMALL_VAE, SMALL_GAN, SHORT_BRIDGE])
def test_alone_a_step_is_computed_where_the_model_lies(recipe: Recipe) -> None:
    model, _ = model_and_images(recipe)
    processes = make_update(model).processes  # type: ignore[attr-defined]
    assert processes.device == torch.device("cpu")
    assert processes.world == 1

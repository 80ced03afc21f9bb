from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from ganvae import networks
from ganvae.models import GAN, VAE
from ganvae.networks import (
    build_decoder,
    build_discriminator,
    build_encoder,
    build_generator,
)
from ganvae.networks.residual import Halving, MinibatchDeviation
from ganvae.networks.strided import copy_trunk
from ganvae.recipe.shipped import RECIPES, find_recipe


def describe(module: nn.Module) -> list[tuple[Any, ...]]:
    """The layers of a network in order, as short tuples; containers are left out."""
    rows: list[tuple[Any, ...]] = []
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            rows.append(("linear", layer.in_features, layer.out_features))
        elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            kind = "conv" if isinstance(layer, nn.Conv2d) else "transposed"
            rows.append(
                (
                    kind,
                    layer.in_channels,
                    layer.out_channels,
                    layer.kernel_size[0],
                    layer.stride[0],
                    layer.padding[0],
                    layer.bias is not None,
                )
            )
        elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            rows.append(("batch norm", layer.num_features))
        elif isinstance(layer, nn.LeakyReLU):
            rows.append(("leaky", layer.negative_slope))
        elif isinstance(layer, nn.Dropout):
            rows.append(("dropout", layer.p))
        elif isinstance(layer, (nn.ReLU, nn.Tanh)):
            rows.append((type(layer).__name__.lower(),))
    return rows


def test_study_a_vae() -> None:
    recipe = RECIPES["mlp-vae-20"]
    assert describe(networks.build_encoder(recipe)) == [
        ("linear", 784, 400),
        ("relu",),
        ("linear", 400, 20),
        ("linear", 400, 20),
    ]
    assert describe(networks.build_decoder(recipe)) == [
        ("linear", 20, 400),
        ("relu",),
        ("linear", 400, 784),
    ]


def test_study_a_gan_by_its_text() -> None:
    recipe = RECIPES["mlp-gan-100"]
    assert describe(networks.build_generator(recipe)) == [
        ("linear", 100, 256),
        ("batch norm", 256),
        ("relu",),
        ("linear", 256, 512),
        ("batch norm", 512),
        ("relu",),
        ("linear", 512, 1024),
        ("batch norm", 1024),
        ("relu",),
        ("linear", 1024, 784),
        ("tanh",),
    ]
    assert describe(networks.build_discriminator(recipe)) == [
        ("linear", 784, 1024),
        ("batch norm", 1024),
        ("relu",),
        ("linear", 1024, 512),
        ("batch norm", 512),
        ("relu",),
        ("linear", 512, 256),
        ("batch norm", 256),
        ("relu",),
        ("linear", 256, 1),
    ]


@pytest.mark.parametrize(
    ("name", "widths"), [("mlp-gan-100-leaky", (256, 512, 1024)), ("mini-gan-100", (32, 64, 128))]
)
def test_leaky_gans_have_dropout_and_no_batch_norm(name: str, widths: tuple[int, ...]) -> None:
    recipe = RECIPES[name]
    first, second, third = widths
    hidden = [("leaky", 0.2), ("dropout", 0.3)]
    assert describe(networks.build_generator(recipe)) == [
        ("linear", 100, first),
        *hidden,
        ("linear", first, second),
        *hidden,
        ("linear", second, third),
        *hidden,
        ("linear", third, 784),
        ("tanh",),
    ]
    assert describe(networks.build_discriminator(recipe)) == [
        ("linear", 784, third),
        *hidden,
        ("linear", third, second),
        *hidden,
        ("linear", second, first),
        *hidden,
        ("linear", first, 1),
    ]


@pytest.mark.parametrize("latent", [3, 10, 100])
def test_study_d_vae(latent: int) -> None:
    recipe = find_recipe("vae", latent)
    assert describe(networks.build_encoder(recipe)) == [
        ("conv", 1, 16, 3, 1, 1, True),
        ("relu",),
        ("conv", 16, 32, 3, 2, 1, True),
        ("relu",),
        ("conv", 32, 32, 3, 1, 1, True),
        ("relu",),
        ("conv", 32, 16, 3, 2, 1, True),
        ("relu",),
        ("linear", 1024, 2 * latent),
        ("relu",),
        ("linear", 2 * latent, 2 * latent),
    ]
    assert describe(networks.build_decoder(recipe)) == [
        ("linear", latent, latent),
        ("relu",),
        ("linear", latent, 1024),
        ("transposed", 16, 32, 3, 2, 1, True),
        ("relu",),
        ("transposed", 32, 32, 3, 1, 1, True),
        ("relu",),
        ("transposed", 32, 16, 3, 2, 1, True),
        ("relu",),
        ("transposed", 16, 1, 3, 1, 1, True),
    ]


def test_study_d_gan() -> None:
    recipe = RECIPES["gan-100"]
    assert describe(networks.build_generator(recipe)) == [
        ("transposed", 100, 64, 4, 1, 0, True),
        ("batch norm", 64),
        ("relu",),
        ("transposed", 64, 32, 4, 2, 1, True),
        ("batch norm", 32),
        ("relu",),
        ("transposed", 32, 16, 4, 2, 1, True),
        ("batch norm", 16),
        ("relu",),
        ("transposed", 16, 1, 4, 2, 1, True),
        ("tanh",),
    ]
    assert describe(networks.build_discriminator(recipe)) == [
        ("conv", 1, 16, 4, 2, 1, False),
        ("leaky", 0.2),
        ("conv", 16, 32, 4, 2, 1, False),
        ("batch norm", 32),
        ("leaky", 0.2),
        ("conv", 32, 64, 4, 2, 1, False),
        ("batch norm", 64),
        ("leaky", 0.2),
        ("conv", 64, 1, 4, 1, 0, False),
    ]


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_shapes_and_ranges(recipe: Any) -> None:
    torch.manual_seed(0)
    z, images = torch.randn(2, recipe.latent) * 50, torch.rand(2, *recipe.image_shape)
    if recipe.family == "vae":
        mean, log_variance = networks.build_encoder(recipe)(images)
        assert mean.shape == log_variance.shape == (2, recipe.latent)
        assert not torch.equal(mean, log_variance)
        logits = networks.build_decoder(recipe)(z)
        assert logits.shape == images.shape
        # Logits, not probabilities: they must be free to leave [0, 1].
        assert logits.min() < 0
    else:
        fakes = networks.build_generator(recipe)(z)
        assert fakes.shape == images.shape
        assert -1 <= fakes.min() < 0 < fakes.max() <= 1
        assert networks.build_discriminator(recipe)(fakes).shape == (2,)


def trunk_of_study_c() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [("linear", 128, 2048)]
    for before, after in ((512, 256), (256, 128), (128, 64), (64, 32)):
        rows += [
            ("transposed", before, after, 3, 2, 1, True),
            ("batch norm", after),
            ("leaky", 0.2),
        ]
    return rows


def halving_of_study_c(*widths: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for before, after in pairwise((3, *widths)):
        rows += [("conv", before, after, 3, 2, 1, True), ("batch norm", after), ("leaky", 0.2)]
    return rows


def test_study_c_vae() -> None:
    recipe = RECIPES["face-vae-128"]
    assert describe(networks.build_encoder(recipe)) == [
        *halving_of_study_c(32, 64, 128, 256, 512),
        ("linear", 2048, 128),
        ("linear", 2048, 128),
    ]
    # The last tanh is the model's, so that the loss can be taken before it.
    assert describe(networks.build_decoder(recipe)) == [
        *trunk_of_study_c(),
        ("transposed", 32, 3, 3, 2, 1, True),
        ("batch norm", 3),
    ]
    assert VAE(recipe).parameter_count() == 3_928_329


def test_study_c_gan() -> None:
    recipe = RECIPES["face-gan-128"]
    assert describe(networks.build_generator(recipe)) == [
        *trunk_of_study_c(),
        ("transposed", 32, 32, 3, 2, 1, True),
        ("batch norm", 32),
        ("leaky", 0.2),
        ("conv", 32, 3, 3, 1, 1, True),
        ("tanh",),
    ]
    assert describe(networks.build_discriminator(recipe)) == [
        *halving_of_study_c(32, 64, 128, 256),
        ("linear", 4096, 128),
        ("leaky", 0.2),
        ("linear", 128, 1),
    ]
    model = GAN(recipe)
    counts = [
        sum(parameter.numel() for parameter in network.parameters())
        for network in (model.generator, model.discriminator, model.generator.trunk)
    ]
    assert counts == [1_842_531, 913_921, 1_832_352]


def test_copying_a_trunk_takes_its_running_statistics_along() -> None:
    torch.manual_seed(0)
    decoder = networks.build_decoder(RECIPES["face-vae-128"])
    generator = networks.build_generator(RECIPES["face-gan-128"])
    decoder(torch.randn(8, 128))  # moves the running statistics
    before = {name: value.clone() for name, value in generator.output.state_dict().items()}
    copy_trunk(decoder, generator)
    theirs = decoder.trunk.state_dict()
    assert {"3.running_mean", "3.running_var"} <= set(theirs)
    for name, value in generator.trunk.state_dict().items():
        assert torch.equal(value, theirs[name]), name
    assert all(torch.equal(before[name], v) for name, v in generator.output.state_dict().items())
    # A copy, not the same memory: training one must not move the other.
    with torch.no_grad():
        generator.trunk[0].weight.zero_()
    assert decoder.trunk[0].weight.abs().sum() > 0


def test_encoder_of_study_d_splits_mean_first() -> None:
    encoder = networks.build_encoder(RECIPES["vae-3"])
    last = [layer for layer in encoder.modules() if isinstance(layer, nn.Linear)][-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(torch.arange(6.0))
    mean, log_variance = encoder(torch.rand(1, 1, 32, 32))
    assert mean.tolist() == [[0, 1, 2]]
    assert log_variance.tolist() == [[3, 4, 5]]


def test_xavier_initialisation() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(784, 400)
    networks.initialise(layer, "xavier")
    bound = (6 / (784 + 400)) ** 0.5
    assert layer.bias.abs().max() == 0
    assert layer.weight.abs().max() <= bound
    # A uniform's deviation; PyTorch's own initialisation has .0206 here, this one .0411.
    assert layer.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.01)


def test_dcgan_initialisation() -> None:
    torch.manual_seed(0)
    conv, transposed = nn.Conv2d(64, 64, 4), nn.ConvTranspose2d(64, 64, 4)
    norm, linear = nn.BatchNorm2d(4096), nn.Linear(8, 8)
    before = linear.weight.clone()
    networks.initialise(nn.Sequential(conv, transposed, norm, linear), "dcgan")
    for weight, mean in ((conv.weight, 0), (transposed.weight, 0), (norm.weight, 1)):
        assert weight.mean().item() == pytest.approx(mean, abs=0.002)
        assert weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert norm.bias.abs().max() == 0
    assert torch.equal(linear.weight, before)


def test_default_initialisation_changes_nothing() -> None:
    layer = nn.Linear(8, 8)
    before = layer.weight.clone()
    networks.initialise(layer, "default")
    assert torch.equal(layer.weight, before)


def test_residual_networks() -> None:
    recipe = RECIPES["tuned-gan-digits"].replace(
        decoder_widths=(8, 6, 4), encoder_widths=(4, 8), latent=5
    )
    generator, discriminator = build_generator(recipe), build_discriminator(recipe)
    images = generator(torch.randn(3, 5))
    assert images.shape == (3, 1, 28, 28)
    assert images.abs().max() <= 1
    assert discriminator(images).shape == (3,)
    assert describe(generator)[0] == ("linear", 5, 8 * 7 * 7)
    # No batch norm where real and generated images come in batches of their own.
    assert not any(row[0] == "batch norm" for row in describe(discriminator))
    faces = RECIPES["face-vae-128"].replace(
        network="residual", decoder_widths=(8, 8, 4, 4, 4), encoder_widths=(4, 4, 8, 8)
    )
    assert build_decoder(faces)(torch.randn(2, 128)).shape == (2, 3, 64, 64)
    mean, log_variance = build_encoder(faces)(torch.randn(2, 3, 64, 64))
    assert mean.shape == log_variance.shape == (2, 128)


def test_a_patch_is_drawn_and_seen_as_a_whole() -> None:
    recipe = RECIPES["tuned-gan-faces"].replace(
        decoder_widths=(8, 8, 4), encoder_widths=(4, 8, 8), latent=5, patch=4
    )
    generator, discriminator = build_generator(recipe), build_discriminator(recipe)
    assert generator(torch.randn(3, 5)).shape == (3, 3, 64, 64)
    sizes: list[torch.Size] = []
    for layer in (*generator.modules(), *discriminator.modules()):
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(lambda _, seen, out: sizes.append(out.shape[2:]))
    discriminator(generator(torch.randn(3, 5)))
    assert max(sizes) == (16, 16)
    first = next(layer for layer in discriminator.modules() if isinstance(layer, nn.Conv2d))
    assert first.in_channels == 3 * 4 * 4


def test_minibatch_deviation_by_hand() -> None:
    layer = MinibatchDeviation()
    x = torch.zeros(2, 3, 2, 2)
    x[0, 0] = 6.0  # 0 and 6 deviate by 3, in one of three features
    seen = layer(x)
    assert seen.shape == (2, 4, 2, 2)
    assert torch.equal(seen[:, :3], x)
    assert torch.allclose(seen[:, 3], torch.ones(2, 2, 2), atol=1e-3)
    # A batch of equals has next to none, and a slope that is finite.
    same = torch.ones(4, 3, 2, 2, requires_grad=True)
    layer(same)[:, 3].sum().backward()
    assert layer(same)[:, 3].max() < 1e-3
    assert same.grad is not None
    assert torch.isfinite(same.grad).all()


def test_a_single_picture_is_judged_with_the_deviation_of_training() -> None:
    recipe = RECIPES["tuned-gan-faces"].replace(minibatch_deviation=True)
    torch.manual_seed(0)
    discriminator = build_discriminator(recipe)
    images = torch.rand(8, 3, 64, 64) * 2 - 1
    for _ in range(3):
        discriminator(images)
    (layer,) = (one for one in discriminator.modules() if isinstance(one, MinibatchDeviation))
    assert layer.running > 0
    discriminator.eval()
    with torch.no_grad():
        together = discriminator(images)
        alone = torch.cat([discriminator(image[None]) for image in images])
    assert torch.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("deviation", [False, True])
def test_a_seed_draws_the_score_of_a_residual_discriminator_first(deviation: bool) -> None:
    recipe = RECIPES["tuned-gan-faces"].replace(minibatch_deviation=deviation)
    torch.manual_seed(0)
    first = nn.Linear(recipe.encoder_widths[-1], 1)
    torch.manual_seed(0)
    linear = [one for one in build_discriminator(recipe) if isinstance(one, nn.Linear)]
    # What ships was trained from weights drawn in this order.
    assert torch.equal(linear[-1].weight, first.weight)
    assert torch.equal(linear[-1].bias, first.bias)


def test_a_halving_block_pools_its_skip_first() -> None:
    block = Halving(3, 5, 0.1, batch_norm=False)
    x = torch.randn(2, 3, 8, 8)
    by_hand = block.last(block.body(x) + block.down(block.skip(x)))
    assert torch.allclose(block(x), by_hand, atol=1e-5)

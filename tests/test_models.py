from __future__ import annotations

import copy

import pytest
import torch

from ganvae.errors import UserError
from ganvae.models import GAN, VAE, build, evaluation
from ganvae.recipe.shipped import RECIPES

NAMES = list(RECIPES)
VAES = [name for name, recipe in RECIPES.items() if recipe.family == "vae"]
GANS = [name for name, recipe in RECIPES.items() if recipe.family == "gan"]


@pytest.fixture(scope="module")
def models() -> dict[str, VAE | GAN]:
    """One model of each recipe, its running statistics far from those of a fresh one."""
    torch.manual_seed(1)
    built = {name: build(recipe) for name, recipe in RECIPES.items()}
    for model in built.values():
        for module in model.modules():
            if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                assert module.running_mean is not None
                assert module.running_var is not None
                module.running_mean.normal_(0, 0.5)
                module.running_var.uniform_(0.5, 2)
    return built


@pytest.fixture
def model(models: dict[str, VAE | GAN], request: pytest.FixtureRequest) -> VAE | GAN:
    return models[request.param]


def every(names: list[str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", names, indirect=True)


@every(NAMES)
def test_generate_gives_images_in_zero_to_one(model: VAE | GAN) -> None:
    z = torch.randn(5, model.recipe.latent) * 1e4
    images = model.generate(z)
    assert images.shape == (5, *model.recipe.image_shape)
    assert images.dtype == torch.float32
    assert not images.requires_grad
    assert images.min() >= 0
    assert images.max() <= 1
    # Outputs so far from the centre use the range: no half of it is lost in the conversion.
    assert images.min() < 0.3
    assert images.max() > 0.7


@every([name for name in VAES if RECIPES[name].loss == "cross-entropy"])
def test_vae_generate_is_the_sigmoid_of_the_logits(model: VAE) -> None:
    z = torch.randn(3, model.recipe.latent)
    with evaluation(model.decoder):
        expected = 1 / (1 + torch.exp(-model.decoder(z)))
    torch.testing.assert_close(model.generate(z), expected)


@every(GANS)
def test_gan_generate_is_the_generator_moved_to_zero_to_one(model: GAN) -> None:
    z = torch.randn(3, model.recipe.latent)
    with evaluation(model.generator):
        expected = model.generator(z) * 0.5 + 0.5
    torch.testing.assert_close(model.generate(z), expected)


@pytest.mark.parametrize("training", [False, True])
@every(NAMES)
def test_a_picture_does_not_depend_on_its_company(model: VAE | GAN, training: bool) -> None:
    model.train(training)
    z = torch.randn(6, model.recipe.latent)
    z[3:] *= 10  # would shift batch statistics a long way
    before = copy.deepcopy(model.state_dict())
    together = model.generate(z)
    again = model.generate(z)
    alone = torch.cat([model.generate(row[None]) for row in z])
    assert model.training is training
    model.eval()
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=0)
    assert torch.equal(again, together)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("training", [False, True])
@every(GANS)
def test_realness_is_a_probability_free_of_batch_statistics(model: GAN, training: bool) -> None:
    model.train(training)
    images = torch.rand(6, *model.recipe.image_shape)
    before = copy.deepcopy(model.state_dict())
    together = model.realness(images)
    alone = torch.cat([model.realness(image[None]) for image in images])
    assert model.training is training
    model.eval()
    assert together.shape == (6,)
    if model.recipe.loss == "cross-entropy":
        assert together.min() > 0
        assert together.max() < 1
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=0)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@every(["face-gan-128"])
def test_realness_of_least_squares_is_the_score_cut_off(model: GAN) -> None:
    images = torch.rand(3, *model.recipe.image_shape)
    last = model.discriminator[-2]
    with torch.no_grad():
        last.weight.zero_()
        for score, shown in ((-0.5, 0.0), (0.25, 0.25), (1.5, 1.0)):
            last.bias.fill_(score)
            assert model.realness(images).tolist() == [shown] * 3


@every(["face-vae-128"])
def test_images_of_minus_one_to_one_are_moved_on_both_sides(model: VAE) -> None:
    z = torch.randn(3, model.recipe.latent)
    images = torch.rand(3, *model.recipe.image_shape)
    with evaluation(model):
        torch.testing.assert_close(model.generate(z), torch.tanh(model.decoder(z)) / 2 + 0.5)
        torch.testing.assert_close(model.encode(images)[0], model.encoder((images - 0.5) / 0.5)[0])


@every([name for name in GANS if RECIPES[name].loss == "cross-entropy"])
def test_realness_feeds_the_discriminator_its_own_range(model: GAN) -> None:
    images = torch.rand(2, *model.recipe.image_shape)
    with evaluation(model.discriminator):
        expected = torch.sigmoid(model.discriminator((images - 0.5) / 0.5))
    torch.testing.assert_close(model.realness(images), expected, atol=1e-6, rtol=0)


@every(VAES)
def test_encode_and_reconstruct(model: VAE) -> None:
    images = torch.rand(4, *model.recipe.image_shape)
    mean, log_variance = model.encode(images)
    assert mean.shape == log_variance.shape == (4, model.recipe.latent)
    assert not mean.requires_grad
    alone = torch.cat([model.encode(image[None])[0] for image in images])
    torch.testing.assert_close(alone, mean, atol=1e-5, rtol=0)
    # From the means, with no noise: the same image twice gives the same picture.
    assert torch.equal(model.reconstruct(images), model.generate(mean))


@every(["vae-3", "mini-gan-100"])
def test_bad_z_is_one_sentence(model: VAE | GAN) -> None:
    name, latent = model.recipe.name, model.recipe.latent
    for shape in ((0, latent), (latent,), (2, latent + 1), (1, latent, 1)):
        with pytest.raises(UserError, match=rf"^{name} takes z of shape \(N, {latent}\), not \("):
            model.generate(torch.zeros(shape))
    for value in (float("nan"), float("inf"), -float("inf")):
        z = torch.zeros(2, latent)
        z[1, -1] = value
        with pytest.raises(UserError, match="finite numbers only"):
            model.generate(z)
    for dtype, said in ((torch.float64, "float64"), (torch.int64, "int64")):
        with pytest.raises(UserError, match=f"z must be float32, not {said}"):
            model.generate(torch.zeros(1, latent, dtype=dtype))


def test_bad_images_are_one_sentence(models: dict[str, VAE | GAN]) -> None:
    vae, gan = models["vae-3"], models["gan-100"]
    assert isinstance(vae, VAE)
    assert isinstance(gan, GAN)
    with pytest.raises(
        UserError, match=r"vae-3 takes images of shape \(N, 1, 32, 32\), not \(1, 1,"
    ):
        vae.encode(torch.zeros(1, 1, 28, 28))
    with pytest.raises(UserError, match=r"gan-100 takes images of shape .*not \(32, 32\)"):
        gan.realness(torch.zeros(32, 32))
    with pytest.raises(UserError, match=r"Images must be float32 in .*not uint8"):
        vae.encode(torch.zeros(1, 1, 32, 32, dtype=torch.uint8))


def test_first_weights_come_from_the_global_generator() -> None:
    torch.manual_seed(5)
    first = build(RECIPES["gan-100"]).state_dict()
    torch.manual_seed(5)
    second = build(RECIPES["gan-100"]).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    third = build(RECIPES["gan-100"]).state_dict()
    assert any(not torch.equal(first[name], third[name]) for name in first)

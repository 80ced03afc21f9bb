from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.models import GAN, VAE, build
from ganvae.training.pretraining import start_from
from tests.conftest import write_model
from tests.training.conftest import (
    SHORT_BRIDGE,
    SHORT_RESIDUAL_GAN,
    SHORT_RESIDUAL_VAE,
    SHORT_STRIDED_GAN,
    SHORT_STRIDED_VAE,
    SHORT_VAE,
)


def gan(**changes: object) -> GAN:
    torch.manual_seed(7)
    model = build(SHORT_STRIDED_GAN.replace(pretraining="short-strided-vae", **changes))
    assert isinstance(model, GAN)
    return model


def test_the_generator_starts_as_the_decoder_and_the_rest_at_random(tmp_path: Path) -> None:
    folder = tmp_path / "short-strided-vae"
    write_model(folder, SHORT_STRIDED_VAE)
    vae = checkpoint.load(folder)
    assert isinstance(vae, VAE)
    model, fresh = gan(), gan()
    start_from(model, folder)
    theirs = vae.decoder.get_submodule("trunk").state_dict()
    for name, value in model.generator.get_submodule("trunk").state_dict().items():
        assert torch.equal(value, theirs[name]), name
    untouched = [(model.discriminator, fresh.discriminator)]
    untouched.append(
        (model.generator.get_submodule("output"), fresh.generator.get_submodule("output"))
    )
    for ours, before in untouched:
        expected = before.state_dict()
        assert all(torch.equal(value, expected[name]) for name, value in ours.state_dict().items())
    # Nothing is frozen.
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_a_residual_generator_starts_as_all_of_the_decoder(tmp_path: Path) -> None:
    folder = tmp_path / SHORT_RESIDUAL_VAE.name
    write_model(folder, SHORT_RESIDUAL_VAE)
    vae = checkpoint.load(folder)
    assert isinstance(vae, VAE)
    networks = ("image_shape", "decoder_widths", "patch", "latent", "dataset")
    values = {field: getattr(SHORT_RESIDUAL_VAE, field) for field in networks}
    torch.manual_seed(7)
    recipe = SHORT_RESIDUAL_GAN.replace(pretraining=SHORT_RESIDUAL_VAE.name, **values)
    model = build(recipe)
    assert isinstance(model, GAN)
    start_from(model, folder)
    # Its first pictures are the VAE's.
    z = torch.randn(5, recipe.latent)
    assert torch.equal(model.generate(z), vae.generate(z))
    write_model(tmp_path / "small", SHORT_RESIDUAL_VAE.replace(latent=5))
    with pytest.raises(UserError, match="other sizes than the generator of short-residual-gan"):
        start_from(model, tmp_path / "small")


def test_a_stop_of_a_bridge_starts_as_the_vae(tmp_path: Path) -> None:
    folder = tmp_path / SHORT_RESIDUAL_VAE.name
    write_model(folder, SHORT_RESIDUAL_VAE)
    torch.manual_seed(7)
    model = build(SHORT_BRIDGE)
    start_from(model, folder)
    theirs = checkpoint.load(folder).state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in model.state_dict().items())
    write_model(tmp_path / "small", SHORT_RESIDUAL_VAE.replace(latent=5))
    with pytest.raises(UserError, match="has other sizes than short-bridge, which starts from it"):
        start_from(model, tmp_path / "small")
    write_model(tmp_path / SHORT_VAE.name, SHORT_VAE)
    with pytest.raises(UserError, match=r"nobody, which is not in .*: train it first\.$"):
        start_from(model, tmp_path / "nobody")
    with pytest.raises(UserError, match="a VAE with residual networks and the calibrated loss"):
        start_from(model, tmp_path / SHORT_VAE.name)


def test_a_missing_vae_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"starts from the VAE nobody, which is not in .*train it"):
        start_from(gan(), tmp_path / "nobody")


def test_another_kind_of_model_is_one_sentence(tmp_path: Path) -> None:
    for recipe in (SHORT_VAE, SHORT_STRIDED_GAN):
        write_model(tmp_path / recipe.name, recipe)
        with pytest.raises(UserError, match=f"{recipe.name} is no VAE with strided networks"):
            start_from(gan(), tmp_path / recipe.name)


def test_another_latent_size_is_one_sentence(tmp_path: Path) -> None:
    write_model(tmp_path / "small", SHORT_STRIDED_VAE.replace(latent=5))
    with pytest.raises(UserError, match="small has other sizes than the generator"):
        start_from(gan(), tmp_path / "small")

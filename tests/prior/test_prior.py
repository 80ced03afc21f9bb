from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.models import VAE, build
from ganvae.prior import fit
from ganvae.prior.fit import encode, fit_prior
from ganvae.prior.format import FITTED_PRIOR, FittedPrior, read_fitted_prior
from ganvae.recipe.shipped import RECIPES

RECIPE = RECIPES["vae-3"]


def mixture() -> FittedPrior:
    factors = np.stack([np.eye(3), [[2, 0, 0], [1, 0.5, 0], [0, 0, 0.1]]]).astype(np.float32)
    means = np.array([[0, 0, 0], [10, -10, 5]], dtype=np.float32)
    return FittedPrior(np.array([0.25, 0.75], dtype=np.float32), means, factors)


def test_samples_have_the_mixtures_shares_means_and_covariances() -> None:
    z = mixture().sample(7, 20_000)
    assert z.dtype == np.float32
    far = z[:, 0] - z[:, 1] > 10
    assert far.mean() == pytest.approx(0.75, abs=0.01)
    np.testing.assert_allclose(z[far].mean(0), [10, -10, 5], atol=0.06)
    factor = mixture().factors[1]
    np.testing.assert_allclose(np.cov(z[far].T), factor @ factor.T, atol=0.1)
    np.testing.assert_allclose(np.cov(z[~far].T), np.eye(3), atol=0.1)


def test_a_row_is_the_same_however_many_are_asked_for() -> None:
    np.testing.assert_array_equal(mixture().sample(3, 100)[:7], mixture().sample(3, 7))
    assert not np.array_equal(mixture().sample(3, 7), mixture().sample(4, 7))


def test_the_noise_is_that_of_the_seed_and_the_temperature_multiplies_it() -> None:
    prior = mixture()
    z, noise = prior.sample(5, 50), sample_z(5, 3, 50)
    near = z[:, 0] - z[:, 1] < 10
    np.testing.assert_allclose(z[near], noise[near], atol=1e-6)
    cold = prior.sample(5, 50, temperature=0)
    np.testing.assert_allclose(cold[~near], np.tile(prior.means[1], (int((~near).sum()), 1)))
    half = prior.sample(5, 50, temperature=0.5)
    np.testing.assert_allclose(half - cold, (z - cold) / 2, atol=1e-5)


def test_written_and_read(tmp_path: Path) -> None:
    assert read_fitted_prior(tmp_path, RECIPE) is None
    mixture().write(tmp_path)
    prior = read_fitted_prior(tmp_path, RECIPE)
    assert prior is not None
    np.testing.assert_array_equal(prior.sample(1, 9), mixture().sample(1, 9))


@pytest.mark.parametrize("latent", [2, 10])
def test_a_mixture_of_another_size_is_refused(tmp_path: Path, latent: int) -> None:
    mixture().write(tmp_path)
    with pytest.raises(UserError, match=rf"is not a mixture in {latent} dimensions"):
        read_fitted_prior(tmp_path, RECIPE.replace(latent=latent))


def test_a_file_of_before_has_whole_matrices(tmp_path: Path) -> None:
    prior = mixture()
    prior.write(tmp_path)
    arrays = {"shares": prior.shares, "means": prior.means, "factors": prior.factors}
    (tmp_path / "before").mkdir()
    save_file(arrays, tmp_path / "before" / FITTED_PRIOR)
    for folder in (tmp_path, tmp_path / "before"):
        read = read_fitted_prior(folder, RECIPE)
        assert read is not None
        np.testing.assert_array_equal(read.factors, prior.factors)
        np.testing.assert_array_equal(read.sample(0, 9), prior.sample(0, 9))


def test_broken_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / FITTED_PRIOR
    mixture().write(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="cut short or not a safetensors file"):
        read_fitted_prior(tmp_path, RECIPE)
    bad = mixture().means.copy()
    bad[0, 0] = np.nan
    arrays = {"shares": mixture().shares, "means": bad, "factors": mixture().factors}
    save_file(arrays, path)
    with pytest.raises(UserError, match="not finite float32, in means"):
        read_fitted_prior(tmp_path, RECIPE)
    save_file({"means": bad}, path)
    with pytest.raises(UserError, match="is not a mixture in 3 dimensions"):
        read_fitted_prior(tmp_path, RECIPE)


def test_the_fit_lies_where_the_encoder_puts_the_images() -> None:
    torch.manual_seed(0)
    vae = build(RECIPE)
    assert isinstance(vae, VAE)
    with torch.no_grad():
        for parameter in vae.encoder.parameters():
            parameter.mul_(2)  # Fresh weights put all images at one point.
    vae.eval()
    images = torch.randint(0, 256, (400, 1, 32, 32), dtype=torch.uint8)
    images[:200] //= 4
    means = encode(vae, images)
    assert means.shape == (400, 3)
    prior = fit_prior(vae, images)
    assert prior.means.shape == (10, 3)
    assert prior.shares.sum() == pytest.approx(1, abs=1e-5)
    z = prior.sample(0, 20_000)
    np.testing.assert_allclose(z.mean(0), means.mean(0), atol=0.1 * means.std())
    np.testing.assert_allclose(z.std(0), means.std(0), rtol=0.1)
    vae.recipe = RECIPE.replace(components=3)
    assert fit_prior(vae, images).means.shape == (3, 3)
    vae.recipe = RECIPE
    again = fit_prior(vae, images)
    np.testing.assert_array_equal(again.factors, prior.factors)


def test_more_images_than_are_needed_are_drawn_from_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Images in the order of their kinds: the first ones alone say nothing of the others."""
    torch.manual_seed(0)
    vae = build(RECIPE)
    assert isinstance(vae, VAE)
    vae.recipe = RECIPE.replace(components=2)
    with torch.no_grad():
        for parameter in vae.encoder.parameters():
            parameter.mul_(2)
    vae.eval()
    images = torch.randint(0, 256, (600, 1, 32, 32), dtype=torch.uint8)
    images[:200] //= 4
    images[400:] //= 2
    monkeypatch.setattr(fit, "_ENOUGH", 150)
    monkeypatch.setattr(fit, "_ENOUGH_EACH", 1)
    encoded: list[torch.Tensor] = []

    def encode_and_note(model: VAE, train: torch.Tensor) -> np.ndarray:
        encoded.append(train)
        return encode(model, train)

    monkeypatch.setattr(fit, "encode", encode_and_note)
    prior = fit_prior(vae, images)
    (drawn,) = encoded
    assert len(drawn) == 150
    # Of each kind about a third; the brightest pixel tells them apart.
    brightest = drawn.flatten(1).amax(dim=1)
    kinds = [(brightest < 64).sum(), (brightest < 128).sum() - (brightest < 64).sum()]
    assert all(30 < kind < 70 for kind in kinds)
    # One draw, not one at each call.
    np.testing.assert_array_equal(fit_prior(vae, images).means, prior.means)
    assert torch.equal(encoded[1], drawn)
    # Each Gaussian has images enough of its own where a recipe has many.
    monkeypatch.setattr(fit, "_ENOUGH_EACH", 100)
    fit_prior(vae, images)
    assert len(encoded[2]) == 200

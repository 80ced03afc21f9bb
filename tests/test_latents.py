from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganvae import latents
from ganvae.errors import UserError
from ganvae.models import GAN, VAE, build
from ganvae.recipe.shipped import RECIPES

# The first numbers of seed 42: they must never change, or every shared link shows other pictures.
GOLDEN = {
    (42, 100, "normal"): [-1.1549841, 0.9983882, 1.8040996, -1.2210497],
    (42, 20, "normal"): [0.8837408, -0.9921121, 0.0925283, 0.3542831],
    (42, 3, "normal"): [-1.053126, 0.205187, 2.1812546],
    (42, 100, "uniform"): [0.1928381, 0.2133815, 0.4366455, 0.8682927],
}


@pytest.mark.parametrize(("key", "numbers"), GOLDEN.items())
def test_golden_numbers(key: tuple[int, int, latents.Prior], numbers: list[float]) -> None:
    seed, latent, prior = key
    z = latents.sample_z(seed, latent, 1, prior)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z[0, :4], numbers, atol=5e-7)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 3, 20, 101]),
    st.integers(1, 40),
    st.sampled_from(["normal", "uniform"]),
)
def test_rows_are_the_same_however_many(
    seed: int, latent: int, count: int, prior: latents.Prior
) -> None:
    table = latents.sample_z(seed, latent, 50, prior)
    assert np.array_equal(latents.sample_z(seed, latent, count, prior), table[:count])


def test_seeds_and_latent_sizes_differ() -> None:
    tables = [latents.sample_z(seed, 100, 1)[0] for seed in (0, 1, 42, 2**32 - 1)]
    tables.append(latents.sample_z(42, 101, 1)[0, :100])
    for index, one in enumerate(tables):
        for other in tables[index + 1 :]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.5


def test_normal_prior_moments() -> None:
    z = latents.sample_z(0, 100, 1000)
    assert z.mean() == pytest.approx(0, abs=0.01)
    assert z.std() == pytest.approx(latents.prior_std("normal"), abs=0.01)


def test_uniform_prior_moments_and_range() -> None:
    z = latents.sample_z(0, 100, 1000, "uniform")
    assert -1 <= z.min() < -0.9999
    assert 0.9999 < z.max() <= 1
    assert z.mean() == pytest.approx(0, abs=0.01)
    assert latents.prior_std("uniform") == pytest.approx(3**-0.5)
    assert z.std() == pytest.approx(3**-0.5, abs=0.005)


def test_temperature_multiplies() -> None:
    z = latents.sample_z(7, 20, 3)
    np.testing.assert_allclose(latents.sample_z(7, 20, 3, temperature=0.5), z / 2)
    assert not latents.sample_z(7, 20, 3, temperature=0).any()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", None, True, float("nan")])
def test_bad_seed(seed: int) -> None:
    with pytest.raises(UserError, match="seed must be a whole number from 0 to 4294967295"):
        latents.sample_z(seed, 3, 1)


def test_bad_count() -> None:
    with pytest.raises(UserError, match="At least 1 image must be asked for, not 0"):
        latents.sample_z(1, 3, 0)


def gan_walk(z: np.ndarray) -> list[np.ndarray]:
    """Study A's walk of its GAN, one plain step after another."""
    z = z.astype(np.float64).copy()
    has = len(z)
    dimension = 0
    while dimension <= 96:
        if dimension < has:
            z[dimension] -= 1
        dimension += 4
    dimension = 1
    while dimension <= 96:
        if dimension < has:
            z[dimension] += 1
        dimension += 5
    frames = []
    for _ in range(21):
        for dimension in (0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48):
            if dimension < has:
                z[dimension] += 0.1
        for dimension in (1, 6, 11, 16, 21, 26, 31, 36, 41, 46):
            if dimension < has:
                z[dimension] -= 0.1
        frames.append(z.copy())
    return frames


def vae_walk(z: np.ndarray, moved: int) -> list[np.ndarray]:
    """Study A's walk of its VAE, one plain step after another."""
    z = z.astype(np.float64).copy()
    for dimension in range(moved):
        z[dimension] += -1 if dimension % 2 == 0 else 1
    frames = []
    for _ in range(21):
        for dimension in range(moved):
            z[dimension] += 0.1 if dimension % 2 == 0 else -0.1
        frames.append(z.copy())
    return frames


@pytest.mark.parametrize("latent", [100, 20, 3, 10, 1, 128])
def test_perturbation_walk_of_a_gan(latent: int) -> None:
    z = latents.sample_z(3, latent, 1)[0]
    walk = latents.perturbation_walk(z, "gan")
    assert walk.dtype == np.float32
    np.testing.assert_allclose(walk, gan_walk(z), atol=1e-5)


@pytest.mark.parametrize(
    ("latent", "moved"),
    [(20, 8), (3, 2), (10, 4), (100, 40), (2, 2), (1, 1), (4, 2), (6, 2), (7, 3)],
)
def test_perturbation_walk_of_a_vae(latent: int, moved: int) -> None:
    z = latents.sample_z(3, latent, 1)[0]
    np.testing.assert_allclose(latents.perturbation_walk(z, "vae"), vae_walk(z, moved), atol=1e-5)


def test_perturbation_walk_does_not_clip_a_uniform_z() -> None:
    z = latents.sample_z(3, 100, 1, "uniform")[0]
    walk = latents.perturbation_walk(z, "gan")
    np.testing.assert_allclose(walk, gan_walk(z), atol=1e-5)
    assert np.abs(walk).max() > 1.1


def test_finer_perturbation_walk_is_the_same_path() -> None:
    z = latents.sample_z(3, 100, 1)[0]
    for family in ("vae", "gan"):
        coarse = latents.perturbation_walk(z, family)
        fine = latents.perturbation_walk(z, family, 41)
        assert fine.shape == (41, 100)
        np.testing.assert_allclose(fine[::2], coarse, atol=1e-6)


def test_walk_leaves_its_start_alone() -> None:
    z = latents.sample_z(3, 100, 1)[0]
    before = z.copy()
    latents.perturbation_walk(z, "vae")
    latents.perturbation_walk(z, "gan")
    assert np.array_equal(z, before)


def test_straight_path() -> None:
    path = latents.straight_path(np.float32([0, 4]), np.float32([2, 0]), 5)
    assert path.dtype == np.float32
    assert path.tolist() == [[0, 4], [0.5, 3], [1, 2], [1.5, 1], [2, 0]]


def test_spherical_path_of_a_quarter_turn() -> None:
    path = latents.spherical_path(np.float32([2, 0]), np.float32([0, 2]), 4)
    angles = np.radians([0, 30, 60, 90])
    expected = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose(path, expected, atol=1e-6)


@pytest.mark.parametrize("latent", [2, 3, 20, 100])
def test_spherical_path_keeps_the_norm_and_pace(latent: int) -> None:
    first, last = latents.sample_z(1, latent, 2)
    last *= np.linalg.norm(first) / np.linalg.norm(last)
    path = latents.spherical_path(first, last, 33)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), np.linalg.norm(first), rtol=1e-5)
    np.testing.assert_allclose(path[[0, -1]], [first, last], atol=1e-5)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)


def test_spherical_path_between_different_norms_goes_evenly() -> None:
    path = latents.spherical_path(np.float32([1, 0]), np.float32([0, 3]), 5)
    np.testing.assert_allclose(np.linalg.norm(path, axis=1), [1, 1.5, 2, 2.5, 3], rtol=1e-6)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 2, 3], [2, 4, 6]),
        ([1, 2, 3], [-1, -2, -3]),
        ([0, 0, 0], [1, 2, 3]),
        ([0, 0, 0], [0, 0, 0]),
        ([1], [-2]),
    ],
)
def test_spherical_path_without_a_turn_is_still_a_path(
    first: list[float], last: list[float]
) -> None:
    a, b = np.float32(first), np.float32(last)
    path = latents.spherical_path(a, b, 9)
    assert np.isfinite(path).all()
    np.testing.assert_allclose(path[[0, -1]], [a, b], atol=1e-5)
    assert np.linalg.norm(path, axis=1).max() <= max(np.linalg.norm(a), np.linalg.norm(b)) + 1e-5


@pytest.mark.parametrize("latent", [2, 3, 20, 100])
def test_closed_loop_closes_and_is_evenly_spaced(latent: int) -> None:
    first, second = latents.sample_z(5, latent, 2)
    loop = latents.closed_loop(first, second, 24)
    assert loop.shape == (24, latent)
    np.testing.assert_allclose(loop[0], first, atol=1e-6)
    np.testing.assert_allclose(loop[12], -first, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(loop, axis=1), np.linalg.norm(first), rtol=1e-5)
    # From the last frame back to the first is a step like any other.
    steps = np.linalg.norm(np.roll(loop, -1, axis=0) - loop, axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)
    assert loop[1] @ second > first @ second


def test_closed_loop_in_one_dimension_goes_there_and_back() -> None:
    loop = latents.closed_loop(np.float32([1]), np.float32([3]), 4)
    np.testing.assert_allclose(loop[:, 0], [1, 2, 3, 2], atol=1e-6)


def assert_orthonormal(directions: np.ndarray, latent: int) -> None:
    assert directions.shape == (latent, latent)
    assert directions.dtype == np.float32
    np.testing.assert_allclose(directions @ directions.T, np.eye(latent), atol=1e-5)


def test_axes_of_a_vae_are_its_dimensions_by_kl() -> None:
    torch.manual_seed(0)
    model = build(RECIPES["vae-3"])
    axes = latents.find_axes(model, [0.5, 0.0, 2.0])
    assert axes.directions.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert axes.strengths.tolist() == [2.0, 0.5, 0.0]
    assert axes.labels == ["z3", "z1", "z2"]
    unknown = latents.find_axes(model)
    assert unknown.directions.tolist() == np.eye(3).tolist()
    assert unknown.labels == ["z1", "z2", "z3"]
    with pytest.raises(UserError, match="vae-3 has 3 latent dimensions, not 2"):
        latents.find_axes(model, [1.0, 2.0])


@pytest.mark.parametrize(
    "name", ["gan-100", "mlp-gan-100", "mini-gan-100", "mlp-gan-100-leaky", "face-gan-128"]
)
def test_axes_of_a_gan_are_orthonormal_and_sorted(name: str) -> None:
    torch.manual_seed(0)
    model = build(RECIPES[name])
    latent = model.recipe.latent
    axes = latents.find_axes(model)
    assert_orthonormal(axes.directions, latent)
    assert (np.diff(axes.strengths) <= 0).all()
    assert axes.labels[:2] == ["direction 1", "direction 2"]
    # A generator with a narrow first layer can't see the other directions at all.
    seen = min(latent, model.recipe.decoder_widths[0] * (16 if name == "gan-100" else 1))
    assert (axes.strengths > 0).sum() == seen
    assert (axes.directions.max(axis=1) == np.abs(axes.directions).max(axis=1)).all()


@pytest.mark.parametrize("name", ["gan-100", "mlp-gan-100", "mini-gan-100", "face-gan-128"])
def test_axes_of_a_gan_change_its_first_features_by_their_strength(name: str) -> None:
    """Brute force: push z along each axis through all real layers before the first activation."""
    torch.manual_seed(0)
    model = build(RECIPES[name]).eval()
    assert isinstance(model, GAN)
    for module in model.generator.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            # As after training: each feature has a scale, a shift and statistics of its own.
            assert module.running_mean is not None
            assert module.running_var is not None
            torch.nn.init.uniform_(module.weight, 0.1, 5)
            torch.nn.init.normal_(module.bias)
            module.running_mean.normal_()
            module.running_var.uniform_(0.01, 9)
    latent = model.recipe.latent
    layers = [m for m in model.generator.modules() if not list(m.children())]
    upto = next(
        i for i, m in enumerate(layers) if isinstance(m, (torch.nn.ReLU, torch.nn.LeakyReLU))
    )
    first = torch.nn.Sequential(*layers[:upto]).double()

    axes = latents.find_axes(build_like(model))
    directions = torch.from_numpy(axes.directions).double()
    with torch.no_grad():
        moved = (first(directions) - first(torch.zeros(1, latent).double())).flatten(1)
    np.testing.assert_allclose(moved.norm(dim=1), axes.strengths, rtol=1e-4, atol=1e-4)
    # Principal directions: what they do to the features is orthogonal, and none does more.
    gram = moved @ moved.T
    off = gram - torch.diag(gram.diagonal())
    assert off.abs().max() < 1e-4 * gram.max()
    random = torch.nn.functional.normalize(torch.randn(200, latent).double(), dim=1)
    with torch.no_grad():
        others = (first(random) - first(torch.zeros(1, latent).double())).flatten(1).norm(dim=1)
    assert others.max() < axes.strengths[0]


def build_like(model: VAE | GAN) -> VAE | GAN:
    """A float32 copy: the brute-force check has turned some layers to float64."""
    same = build(model.recipe)
    same.load_state_dict(model.state_dict())
    return same


def test_prior_std_of_a_dimension() -> None:
    assert latents.prior_std("normal") == 1
    assert latents.prior_std("uniform") == 1 / math.sqrt(3)

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganvae.data.sets import Images
from ganvae.maps.format import read_latent_map
from ganvae.maps.make import (
    SEED,
    discriminant,
    make_latent_map,
    principal,
    response,
    write_latent_map,
)
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.subject import Subject
from ganvae.models import GAN, VAE
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from tests.conftest import TINY, enliven


def planted(count: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """Five classes in 12 dimensions: apart in the last two, far wider spread in the first."""
    random = np.random.default_rng(0)
    classes = random.integers(0, 5, count).astype(np.uint8)
    z = random.standard_normal((count, 12)).astype(np.float32)
    z[:, 0] *= 20
    angle = classes * 2 * np.pi / 5
    z[:, 10] += 8 * np.cos(angle)
    z[:, 11] += 8 * np.sin(angle)
    return z, classes


def nearest_mean(places: np.ndarray, classes: np.ndarray) -> float:
    """How many points lie nearest to the mean of their own class."""
    means = np.stack([places[classes == one].mean(0) for one in np.unique(classes)])
    found = ((places[:, None] - means) ** 2).sum(2).argmin(1)
    return float((found == classes).mean())


def test_the_discriminant_parts_planted_clusters_and_principal_components_do_not() -> None:
    z, classes = planted()
    directions, share = discriminant(z, classes)
    assert share > 0.99
    assert nearest_mean(z @ directions.T, classes) > 0.99
    # Within classes they have variance 1.
    within = np.concatenate([(z @ directions.T)[classes == c] for c in (0,)])
    np.testing.assert_allclose(within.std(0), 1, atol=0.15)
    shuffled = np.random.default_rng(1).permutation(classes)
    assert nearest_mean(z @ discriminant(z, shuffled)[0].T, classes) < 0.6


def test_fewer_points_than_dimensions_are_no_trouble() -> None:
    random = np.random.default_rng(0)
    z = random.standard_normal((40, 100)).astype(np.float32)
    directions, share = discriminant(z, random.integers(0, 10, 40).astype(np.uint8))
    assert directions.shape == (3, 100)
    assert np.isfinite(directions).all()
    assert 0 <= share <= 1


def test_principal_components_are_where_points_spread() -> None:
    z, _ = planted()
    directions, share = principal(z)
    assert abs(directions[0, 0]) > 0.99
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-9)
    assert share > 0.9


def test_the_response_is_what_pictures_follow() -> None:
    z = np.random.default_rng(0).standard_normal((4000, 9)).astype(np.float32)
    pictures = torch.zeros(4000, 1, 4, 4)
    pictures[:, 0, 0, 0] = torch.from_numpy(3 * z[:, 4])
    pictures[:, 0, 1, 1] = torch.from_numpy(-2 * z[:, 7])
    pictures[:, 0, 2, 2] = torch.from_numpy(z[:, 1])
    directions, share = response(z, pictures)
    assert [int(i) for i in np.abs(directions).argmax(axis=1)] == [4, 7, 1]
    assert np.abs(directions).max(axis=1).min() > 0.99
    # The largest entry of each is positive, whatever the decomposition gave.
    assert directions.max(axis=1).min() > 0.99
    assert share > 0.99


def tiny(name: str) -> Recipe:
    return next(recipe for recipe in TINY if recipe.name == name)


def subject(recipe: Recipe, folder: Path, labels: bool = True, count: int = 60) -> Subject:
    torch.manual_seed(0)
    model = VAE(recipe) if recipe.family == "vae" else GAN(recipe)
    enliven(model)
    images = torch.randint(0, 256, (count, *recipe.image_shape), dtype=torch.uint8)
    classes = torch.arange(count) % 10
    torch.manual_seed(0)
    return Subject(
        folder,
        folder,
        model.eval(),
        Images(images, images),
        {"train": classes, "test": classes} if labels else None,
        DigitClassifier().eval(),
    )


def test_a_vaes_points_are_where_its_encoder_puts_test_images(tmp_path: Path) -> None:
    given = subject(tiny("vae-10"), tmp_path)
    write_latent_map(given)
    found = read_latent_map(tmp_path, given.model.recipe)
    assert found is not None
    assert isinstance(given.model, VAE)
    mean, _ = given.model.encode(given.images.test.float() / 255)
    spans = (mean.max(0).values - mean.min(0).values).numpy()
    assert (np.abs(found.points.z() - mean.numpy()) <= spans / 255 * 0.51 + 1e-6).all()
    assert found.classes is not None
    assert found.classes.tolist() == [i % 10 for i in range(60)]
    assert found.kind == "discriminant"
    # The middle of the points is the middle of the map.
    centre = found.points.z().mean(0) @ found.projection.T + found.offset
    np.testing.assert_allclose(centre, 0, atol=1e-3 * np.abs(found.projection).max())


def test_a_dimension_that_the_encoder_does_not_use_does_not_move_the_map(tmp_path: Path) -> None:
    given = subject(tiny("vae-10"), tmp_path, count=600)
    assert given.labels is not None
    # The brightness of the first five pixels tells the class, that of the next five nothing.
    for pixel in range(5):
        given.images.test[:, 0, 0, pixel] = (given.labels["test"] * (2 * pixel + 3) % 10) * 25

    def posterior(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shade = images[:, 0, 0, :10].clone()
        mean = torch.cat((shade[:, :5] * 4, shade[:, 5:] * 1e-3), dim=1)
        log_variance = torch.tensor([-6.0] * 5 + [0.0] * 5).expand(len(images), 10)
        return mean, log_variance

    given.model.posterior = posterior  # type: ignore[union-attr, method-assign]
    projection = make_latent_map(given).projection
    # A z of the prior has numbers near 1 there: it would be off the map if they counted.
    assert np.abs(projection[:, 5:]).max() < 0.1 * np.abs(projection[:, :5]).max()


def test_true_coordinates_where_there_are_three(tmp_path: Path) -> None:
    made = make_latent_map(subject(tiny("vae-3"), tmp_path))
    assert (made.kind, made.share) == ("coordinates", 1.0)
    np.testing.assert_array_equal(made.projection, np.eye(3))
    np.testing.assert_array_equal(made.offset, np.zeros(3))


def test_a_gans_classes_are_what_the_classifier_sees(tmp_path: Path) -> None:
    given = subject(tiny("gan-100"), tmp_path)
    made = make_latent_map(given)
    assert (made.seed, len(made.points.steps)) == (SEED, 60)
    assert isinstance(given.network, DigitClassifier)
    images = given.model.generate(torch.from_numpy(made.points.z()))
    logits = given.network.head(given.network.features(images))
    assert made.classes is not None
    assert made.classes.tolist() == logits.argmax(1).tolist()


@pytest.mark.parametrize(("name", "kind"), [("vae-10", "principal"), ("gan-100", "response")])
def test_without_classes_points_have_their_pictures_colours(
    tmp_path: Path, name: str, kind: str
) -> None:
    given = subject(tiny(name), tmp_path, labels=False)
    made = make_latent_map(given)
    assert (made.kind, made.classes) == (kind, None)
    assert made.colours is not None
    images = given.model.generate(torch.from_numpy(made.points.z()))
    expected = (images.mean(dim=(1, 2, 3)) * 255).numpy()
    np.testing.assert_allclose(made.colours, np.stack([expected] * 3, 1), atol=2)


def test_it_is_the_same_every_time(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_latent_map(subject(tiny("vae-10"), tmp_path / folder))
    assert RECIPES["vae-10"].latent == 10
    for file in ("map.json", "map.safetensors"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()

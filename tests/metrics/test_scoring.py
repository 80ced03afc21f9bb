from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ganvae.data import to_float
from ganvae.data.sets import Images
from ganvae.errors import UserError
from ganvae.latents import sample_z
from ganvae.metrics import reference as references
from ganvae.metrics.diversity import mean_pairwise_distance
from ganvae.metrics.fidelity import (
    Statistics,
    frechet_distance,
    kernel_distance,
    precision_recall,
)
from ganvae.metrics.reference import (
    FACTS,
    STATISTICS,
    Reference,
    find_reference,
    is_measured,
)
from ganvae.metrics.scoring import SCORE_SEED, Scorer, generate, prior_z
from ganvae.metrics.sharpness import (
    bright_specks,
    high_frequency_share,
    histogram,
    histogram_edges,
    laplacian_variance,
    power_spectrum,
)
from ganvae.models import VAE, build
from ganvae.recipe import Prior
from ganvae.recipe.shipped import RECIPES

RECIPE = RECIPES["mlp-vae-20"].replace(name="small", dataset="cats")


class Corners:
    """A feature network that looks at the 12 pixels in the middle, and counts its calls."""

    name = "corners"

    def __init__(self, fingerprint: str = "1") -> None:
        self.fingerprint = fingerprint
        self.calls = 0

    def features(self, images: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return images[:, 0, 12:15, 12:16].flatten(1)


def some_images(seed: int = 0, fingerprint: str | None = "abc") -> Images:
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (90, 1, 28, 28), dtype=torch.uint8, generator=generator)
    return Images(pixels[:50], pixels[50:], fingerprint)


@pytest.fixture
def images() -> Images:
    return some_images()


@pytest.fixture
def model() -> VAE:
    torch.manual_seed(0)
    vae = build(RECIPE)
    assert isinstance(vae, VAE)
    return vae.eval()


def test_the_reference_is_measured_once_and_read_afterwards(images: Images, tmp_path: Path) -> None:
    network = Corners()
    first = find_reference(RECIPE, images, network, tmp_path)
    calls = network.calls
    again = find_reference(RECIPE, images, network, tmp_path)
    assert network.calls == calls > 0
    assert first.key == again.key == "cats-28"
    assert first.facts == again.facts
    assert first.statistics is not None
    assert again.statistics is not None
    np.testing.assert_array_equal(first.statistics.covariance, again.statistics.covariance)
    # The test images, not those for training.
    real = to_float(images.test)
    folder = tmp_path / "reference" / "cats-28"
    assert {path.name for path in folder.iterdir()} == {"reference.json", "statistics.safetensors"}
    facts = json.loads((folder / FACTS).read_text())
    assert facts["n"] == 40
    variance = laplacian_variance(real).mean().item()
    assert facts["sharpness"]["laplacian_variance"] == pytest.approx(variance)
    specks = bright_specks(real).float().mean().item()
    assert facts["specks"]["per_image"] == pytest.approx(specks)
    features = network.features(real)
    spread = mean_pairwise_distance(features)
    assert facts["diversity"]["mean_distance"] == pytest.approx(spread)
    floor = frechet_distance(
        Statistics.of(network.features(to_float(images.train))), Statistics.of(features)
    )
    assert facts["floor"]["n"] == 40
    assert facts["floor"]["distance"] == pytest.approx(floor, rel=0.5)


def test_a_reference_says_what_was_measured_and_how(images: Images, tmp_path: Path) -> None:
    facts = find_reference(RECIPE, images, Corners(), tmp_path).facts
    assert (facts["dataset"], facts["split"], facts["n"]) == ("cats", "test", 40)
    assert (facts["image_shape"], facts["fingerprint"]) == ([1, 28, 28], "abc")
    assert (facts["features"], facts["features_fingerprint"]) == ("corners", "1")
    power = power_spectrum(to_float(images.test)).mean(dim=0)
    expected = power.clamp(min=1e-12).log10().tolist()
    assert facts["sharpness"]["spectrum"] == pytest.approx(expected, abs=1e-6)
    assert facts["sharpness"]["high_frequency_share"] == pytest.approx(high_frequency_share(power))
    shares = histogram(laplacian_variance(to_float(images.test))).tolist()
    assert facts["sharpness"]["histogram"] == pytest.approx(shares, abs=1e-6)
    assert facts["sharpness"]["histogram_edges"] == histogram_edges()


def test_what_is_measured_is_told_from_what_lacks_features(images: Images, tmp_path: Path) -> None:
    assert not is_measured(RECIPE, tmp_path)
    find_reference(RECIPE, images, None, tmp_path)
    assert not is_measured(RECIPE, tmp_path)
    find_reference(RECIPE, images, Corners(), tmp_path)
    assert is_measured(RECIPE, tmp_path)
    assert not is_measured(RECIPE.replace(dataset="dogs"), tmp_path)


@pytest.mark.parametrize("prior", ["normal", "uniform"])
def test_scores_are_drawn_from_the_models_own_prior(prior: Prior) -> None:
    model = build(RECIPES["mini-gan-100"].replace(prior=prior))
    np.testing.assert_array_equal(prior_z(model, 5), sample_z(20_000, 100, 5, prior))


def test_other_images_are_refused(images: Images, tmp_path: Path) -> None:
    find_reference(RECIPE, images, Corners(), tmp_path)
    with pytest.raises(UserError, match=r"^The images are not those .* measured on.*remove .*cats"):
        find_reference(RECIPE, some_images(1, "def"), Corners(), tmp_path)


def test_another_network_is_refused(images: Images, tmp_path: Path) -> None:
    find_reference(RECIPE, images, Corners(), tmp_path)
    with pytest.raises(UserError, match=r"^The feature network corners is not the one"):
        find_reference(RECIPE, images, Corners("2"), tmp_path)


def test_statistics_of_before_have_the_whole_covariance(images: Images, tmp_path: Path) -> None:
    found = find_reference(RECIPE, images, Corners(), tmp_path).statistics
    assert found is not None
    path = tmp_path / "reference" / "cats-28" / STATISTICS
    mean, covariance = torch.from_numpy(found.mean), torch.from_numpy(found.covariance)
    save_file({"mean": mean.float(), "covariance": covariance.float()}, path)
    again = find_reference(RECIPE, images, Corners(), tmp_path).statistics
    assert again is not None
    np.testing.assert_array_equal(again.covariance, found.covariance)


@pytest.mark.parametrize("entries", [1, 9, 36])
def test_statistics_that_do_not_fit_one_another_are_named(
    images: Images, tmp_path: Path, entries: int
) -> None:
    found = find_reference(RECIPE, images, Corners(), tmp_path).statistics
    assert found is not None
    triangle = torch.ones(entries)
    path = tmp_path / "reference" / "cats-28" / STATISTICS
    save_file({"mean": torch.from_numpy(found.mean), "covariance_triangle": triangle}, path)
    with pytest.raises(UserError, match="is not whole; remove"):
        find_reference(RECIPE, images, Corners(), tmp_path)


def test_broken_statistics_are_named(images: Images, tmp_path: Path) -> None:
    find_reference(RECIPE, images, Corners(), tmp_path)
    path = tmp_path / "reference" / "cats-28" / STATISTICS
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(UserError, match="is not whole; remove"):
        find_reference(RECIPE, images, Corners(), tmp_path)


def test_without_a_network_pixels_are_measured_and_later_the_rest(
    images: Images, tmp_path: Path, model: VAE
) -> None:
    bare = find_reference(RECIPE, images, None, tmp_path)
    assert bare.statistics is None
    scores = Scorer(bare, None).score_fully(model, prior_z(model, 30))
    assert set(scores) == {"sharpness", "specks"}
    assert set(Scorer(bare, None).score(model, 30)) == {"sharpness"}
    full = find_reference(RECIPE, images, Corners(), tmp_path)
    assert full.facts["features"] == "corners"
    # Who lacks the network still scores pixels against it.
    assert find_reference(RECIPE, images, None, tmp_path).facts == full.facts


def test_features_of_real_images_are_kept(images: Images) -> None:
    network = Corners()
    for _ in range(2):
        found = references.test_features(images, "cats-28", network)
    assert network.calls == 1
    assert torch.equal(found, network.features(to_float(images.test)))
    references.test_features(images, "cats-32", network)
    references.test_features(Images(images.train, images.test), "cats-28", network)
    assert network.calls == 4


@pytest.fixture
def reference(images: Images, tmp_path: Path) -> Reference:
    return find_reference(RECIPE, images, Corners(), tmp_path)


def test_every_measure_says_how_it_was_measured(reference: Reference, model: VAE) -> None:
    scores = Scorer(reference, Corners()).score_fully(model, prior_z(model, 30))
    for name, entry in scores.items():
        assert (entry["n"], entry["seed"]) == (30, SCORE_SEED), name
        assert entry["reference"] == "40 test images", name
    for name in ("distance", "kernel_distance", "precision_recall", "diversity"):
        assert scores[name]["features"] == "corners", name


def test_scores_are_those_of_the_samples(reference: Reference, model: VAE) -> None:
    network = Corners()
    scorer = Scorer(reference, network)
    scores = scorer.score_fully(model, prior_z(model, 600))
    drawn = torch.cat(list(generate(model, prior_z(model, 600))))
    assert len(drawn) == 600  # more than one batch
    assert reference.statistics is not None
    distance = frechet_distance(Statistics.of(network.features(drawn)), reference.statistics)
    assert scores["distance"]["value"] == pytest.approx(distance)
    variance = laplacian_variance(drawn).mean().item()
    real = laplacian_variance(to_float(some_images().test)).mean().item()
    assert scores["sharpness"]["ratio"] == pytest.approx(variance / real)
    spread = mean_pairwise_distance(network.features(drawn))
    assert scores["diversity"]["mean_distance"] == pytest.approx(spread)
    # The quick score during a training is the same figure.
    quick = scorer.score(model, 600)
    assert quick["distance"]["value"] == pytest.approx(scores["distance"]["value"])
    recall = scores["precision_recall"]["recall"]
    assert quick["recall"]["value"] == pytest.approx(recall)
    assert quick["sharpness"]["ratio"] == pytest.approx(scores["sharpness"]["ratio"])
    assert scores == scorer.score_fully(model, prior_z(model, 600))


def test_precision_is_of_samples_and_recall_of_real_images(
    reference: Reference, model: VAE, images: Images
) -> None:
    network = Corners()
    # All samples alike: whatever they come near, they reach little of it.
    z = np.repeat(prior_z(model, 1), 40, axis=0) + prior_z(model, 40) * 1e-3
    scores = Scorer(reference, network).score_fully(model, z)["precision_recall"]
    drawn = network.features(torch.cat(list(generate(model, z))))
    real = network.features(to_float(images.test))
    expected = precision_recall(drawn, real)
    assert expected["precision"] != expected["recall"]
    assert (scores["precision"], scores["recall"]) == (expected["precision"], expected["recall"])


def test_the_floor_is_of_training_images_from_all_over(tmp_path: Path) -> None:
    """The first of them alone would be far from the test images."""
    pixels = some_images().test.repeat(10, 1, 1, 1)
    first = torch.zeros(40, 1, 28, 28, dtype=torch.uint8)
    first[::2] = 255
    images = Images(torch.cat((first, pixels)), some_images().test, "abc")
    network = Corners()
    real = network.features(to_float(images.test))
    wrong = network.features(to_float(images.train[:40]))
    far = frechet_distance(Statistics.of(wrong), Statistics.of(real))
    facts = find_reference(RECIPE, images, network, tmp_path).facts
    floor = facts["floor"]
    assert (floor["n"], floor["split"], floor["seed"]) == (40, "train", 0)
    assert floor["distance"] < far / 5
    # The training images are in the place of samples.
    order = torch.randperm(440, generator=torch.Generator().manual_seed(0))
    others = network.features(to_float(images.train[order[:40]]))
    told = precision_recall(others, real)
    assert told["precision"] != told["recall"]
    assert floor["precision_recall"] == told
    assert floor["kernel_distance"] == kernel_distance(others, real)

"""Finding directions: what was planted is found, and only what shows in pictures is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ganvae import checkpoint
from ganvae.data.sets import Images
from ganvae.directions import digits, find
from ganvae.directions.candidate import Candidate
from ganvae.directions.climb import climb
from ganvae.directions.digits import class_shifts, regression, unit
from ganvae.directions.faces import face_candidates, principal_directions
from ganvae.directions.format import DIRECTIONS, VECTORS, read_directions
from ganvae.latents import Array, sample_z
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.meanings import Meaning
from ganvae.metrics.subject import Subject
from ganvae.models import GAN, VAE, build
from ganvae.recipe.shipped import RECIPES

LATENT = 100


class Painter(GAN):
    """Draws (1, 32, 32) pictures whose brightness is what is painted of z."""

    def __init__(self, paint: Callable[[Tensor], Tensor]) -> None:
        super().__init__(
            RECIPES["gan-100"].replace(decoder_widths=(4, 4, 4), encoder_widths=(4, 4, 4))
        )
        self.paint = paint

    def draw(self, z: Tensor) -> Tensor:
        return self.paint(z)[:, None, None, None].expand(-1, 1, 32, 32)


def planted(seed: int = 0) -> Array:
    return unit(np.random.default_rng(seed).standard_normal(LATENT))


def brightness(images: Tensor) -> Tensor:
    return images.mean(dim=(1, 2, 3))


BRIGHT = Meaning("bright", "brighter", "brightness", brightness)


def along(vector: Array) -> Callable[[Tensor], Tensor]:
    return lambda z: torch.sigmoid(z @ torch.from_numpy(vector))


def test_regression_finds_a_planted_direction() -> None:
    z = sample_z(1, LATENT, 4000)
    noise = np.random.default_rng(2).standard_normal(4000)
    found = regression(z, z @ planted() * 3 + noise)
    assert found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)
    assert found @ planted() > 0.98


def test_whitening_undoes_what_varies_anyway() -> None:
    """Two classes apart along one axis, and a leak into another along which all points vary."""
    random = np.random.default_rng(0)
    points = random.standard_normal((4000, 3)) * [1, 10, 1]
    classes = random.integers(0, 2, 4000)
    points[classes == 1] += [2, 1, 0]
    plain, whitened = class_shifts(points, classes, 1)
    assert plain[0] > 0.8
    assert whitened[0] > 0.99
    assert abs(whitened[1]) < 0.05
    # A spread of each point's own counts like any other.
    _, told = class_shifts(points, classes, 1, np.array([0.0, 0.0, 1e6]))
    assert abs(told[2]) < 1e-3


def test_a_direction_is_measured_along_the_slider() -> None:
    model, vector = Painter(along(planted())), planted()
    found, left_out = find.measured(model, [Candidate(BRIGHT, (vector,))])
    assert left_out == []
    (one,) = found
    z = torch.from_numpy(sample_z(find.MEASURE_SEED, LATENT, find.SAMPLES))
    start = z @ torch.from_numpy(vector)
    assert one.values == pytest.approx(
        [torch.sigmoid(start + step).mean().item() for step in range(-3, 4)], abs=1e-5
    )
    way = torch.sigmoid(start + 2).mean() - torch.sigmoid(start - 2).mean()
    assert one.effect == pytest.approx((way / torch.sigmoid(start).std()).item(), rel=1e-4)


def test_of_several_vectors_the_best_is_kept() -> None:
    model = Painter(along(planted()))
    half = unit(planted() + unit(planted(5) - planted() * (planted(5) @ planted())))
    found, _ = find.measured(model, [Candidate(BRIGHT, (half, planted()))])
    np.testing.assert_allclose(found[0].vector, planted(), atol=1e-6)


def test_what_does_not_grow_is_left_out_and_told() -> None:
    away = unit(planted(5) - planted() * (planted(5) @ planted()))
    other = Meaning("other", "other", "brightness", brightness)
    found, left_out = find.measured(
        Painter(along(planted())),
        [
            Candidate(BRIGHT, (-planted(),)),
            Candidate(other, (away,)),
            Candidate(other, (), "there are no samples"),
        ],
    )
    assert found == []
    assert [one.label for one in left_out] == ["brighter", "other", "other"]
    assert "brightness" in left_out[0].why
    assert left_out[2].why == "there are no samples"


def test_what_stops_growing_at_the_end_gets_a_shorter_stride() -> None:
    """Brightness that falls again beyond three standard deviations."""
    vector = planted()

    def paint(z: Tensor) -> Tensor:
        place = z @ torch.from_numpy(vector)
        # Only the place along the slider counts, not where a sample started.
        return torch.sin((place - place.mean()) * 0.02 + place.mean() * 0.75) / 2 + 0.5

    found, _ = find.measured(Painter(paint), [Candidate(BRIGHT, (vector,))])
    assert np.linalg.norm(found[0].vector) == pytest.approx(2 / 3, abs=1e-6)


def test_what_no_sample_shows_is_not_searched_for() -> None:
    least = Meaning("bright", "brighter", "brightness", brightness, least=2.0)
    found, left_out = find.measured(Painter(along(planted())), [Candidate(least, (planted(),))])
    assert found == []
    assert "samples do not differ in it" in left_out[0].why


def test_a_climb_turns_towards_the_planted_direction() -> None:
    model = Painter(along(planted()))
    before = [parameter.requires_grad for parameter in model.parameters()]
    start = unit(planted() + planted(5) * 1.5)
    climbed = climb(model, BRIGHT, start)
    assert climbed @ planted() > max(0.9, start @ planted() + 0.1)
    assert np.linalg.norm(climbed) == pytest.approx(1, abs=1e-5)
    assert [parameter.requires_grad for parameter in model.parameters()] == before
    np.testing.assert_array_equal(climb(model, BRIGHT, start), climbed)


def test_principal_directions_are_those_that_change_pictures_most() -> None:
    strong, weak = np.eye(LATENT, dtype=np.float32)[[3, 7]]

    class TwoHalves(Painter):
        def draw(self, z: Tensor) -> Tensor:
            image = torch.zeros(len(z), 1, 32, 32)
            image[:, :, :16] = z[:, 3, None, None, None]
            image[:, :, 16:] = z[:, 7, None, None, None] / 2
            return image

    found = principal_directions(TwoHalves(along(strong)), 2)
    np.testing.assert_allclose(found, [strong, weak], atol=1e-3)


def test_names_belong_to_the_weights_that_were_looked_at(
    face_weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = face_weights / "face-vae-128"
    assert face_candidates(folder, checkpoint.load(folder)) == []
    assert "nobody has named" in capsys.readouterr().out


def test_other_pictures_than_digits_and_faces_have_no_directions(
    face_weights: Path, tmp_path: Path
) -> None:
    model = checkpoint.load(face_weights / "cat-vae")
    images = Images(torch.zeros(4, 3, 64, 64, dtype=torch.uint8), torch.zeros(2, 3, 64, 64))
    for name in (DIRECTIONS, VECTORS):
        (tmp_path / name).write_text("of a former training")
    find.find_directions(Subject(tmp_path, tmp_path, model, images, None, None))
    assert list(tmp_path.iterdir()) == []


def test_digits_are_looked_into_and_written(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it at once, small: an untrained model passes what it passes, and the rest is told."""
    monkeypatch.setattr("ganvae.directions.digits._PICTURES", 200)
    monkeypatch.setattr("ganvae.directions.climb._ROUNDS", 2)
    monkeypatch.setattr(find, "SAMPLES", 16)
    model = checkpoint.load(tiny_weights / "vae-3")
    (tmp_path / checkpoint.WEIGHTS).write_bytes(
        (tiny_weights / "vae-3" / checkpoint.WEIGHTS).read_bytes()
    )
    generator = torch.Generator().manual_seed(0)
    train = torch.randint(0, 256, (300, 1, 32, 32), dtype=torch.uint8, generator=generator)
    labels = {"train": torch.arange(300) % 10, "test": torch.zeros(1, dtype=torch.int64)}
    torch.manual_seed(0)
    network = DigitClassifier().eval().requires_grad_(False)
    images = Images(train, train[:1])
    find.find_directions(Subject(tmp_path, tmp_path, model, images, labels, network))
    described = checkpoint.read_json(tmp_path / DIRECTIONS)
    told = [one["label"] for one in (*described["directions"], *described["left_out"])]
    assert sorted(told) == sorted(
        [*(f"more {digit}" for digit in range(10)), "thicker", "leaning right"]
    )
    found = read_directions(tmp_path, model.recipe)
    assert [one.key for one in found] == [one["key"] for one in described["directions"]]


def test_classes_are_those_of_images_from_all_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images in the order of their classes: the first ones alone lack most of them."""
    torch.manual_seed(0)
    model = build(RECIPES["vae-10"].replace(decoder_widths=(4, 4, 4), encoder_widths=(4, 4, 4)))
    assert isinstance(model, VAE)
    train = torch.randint(0, 256, (300, 1, 32, 32), dtype=torch.uint8)
    labels = torch.arange(300) // 30
    monkeypatch.setattr(digits, "_PICTURES", 20)
    monkeypatch.setattr(digits, "_IMAGES", 100)
    monkeypatch.setattr(digits, "_FEWEST", 1)
    network = DigitClassifier().eval().requires_grad_(False)
    found = digits.digit_candidates(model.eval(), train, labels, network)
    assert [one.why for one in found] == [""] * 12
    again = digits.digit_candidates(model, train, labels, network)
    for one, other in zip(found, again, strict=True):
        np.testing.assert_array_equal(one.vectors, other.vectors)

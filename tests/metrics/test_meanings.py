"""What directions are measured by."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganvae.data import resize_float
from ganvae.metrics.classifier import DigitClassifier
from ganvae.metrics.meanings import SLANT, WIDTH, class_probabilities, digit_meaning
from ganvae.metrics.strokes import slant, stroke_width


@pytest.fixture(scope="module")
def classifier() -> DigitClassifier:
    torch.manual_seed(0)
    network = DigitClassifier()
    # Fresh weights are unsure of everything.
    nn.init.normal_(network.head.weight, std=100)
    return network.eval().requires_grad_(False)


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(40, 1, 28, 28, generator=torch.Generator().manual_seed(1))


def test_strokes_have_their_measures(images: torch.Tensor) -> None:
    assert torch.equal(WIDTH.of(images), stroke_width(images))
    assert torch.equal(SLANT.of(images), slant(images))
    assert (WIDTH.key, WIDTH.label, WIDTH.least) == ("width", "thicker", 0.2)
    assert (SLANT.key, SLANT.label, SLANT.least) == ("slant", "leaning right", 5.0)
    assert WIDTH.measured.endswith("pixels")
    assert SLANT.measured.endswith("degrees")
    # They have a slope of their own.
    assert WIDTH.climbed is SLANT.climbed is None


def test_a_digit_is_measured_in_percent_and_climbed_by_a_logarithm(
    classifier: DigitClassifier, images: torch.Tensor
) -> None:
    probabilities = classifier(images).softmax(dim=1)
    likeliest = int(probabilities.mean(dim=0).argmax())
    unlikeliest = int(probabilities.mean(dim=0).argmin())
    assert probabilities[:, unlikeliest].max() < 1e-4 < 0.1 < probabilities[:, likeliest].min()
    for digit in (likeliest, unlikeliest):
        meaning = digit_meaning(digit, classifier)
        torch.testing.assert_close(meaning.of(images), 100 * probabilities[:, digit])
        assert meaning.climbed is not None
        # What is as good as never stays above the logarithm of a ten-thousandth.
        expected = (probabilities[:, digit] + 1e-4).log()
        torch.testing.assert_close(meaning.climbed(images), expected)
    three = digit_meaning(3, classifier)
    assert (three.key, three.label, three.least) == ("digit-3", "more 3", 10.0)
    assert three.measured == "probability of a 3 by the digit classifier, %"
    assert "of an 8 by" in digit_meaning(8, classifier).measured


def test_probabilities_are_of_images_of_any_size_and_number(
    classifier: DigitClassifier, images: torch.Tensor
) -> None:
    found = class_probabilities(images, classifier)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(40))
    many = class_probabilities(images.repeat(13, 1, 1, 1), classifier)  # more than one batch
    torch.testing.assert_close(many[-40:], found, rtol=1e-3, atol=1e-4)
    large = torch.rand(3, 1, 64, 64)
    expected = class_probabilities(resize_float(large, (28, 28)), classifier)
    torch.testing.assert_close(class_probabilities(large, classifier), expected)
    # A direction climbs along their slope.
    asked = images.clone().requires_grad_()
    class_probabilities(asked, classifier)[:, 0].sum().backward()
    assert asked.grad is not None
    assert asked.grad.abs().max() > 0

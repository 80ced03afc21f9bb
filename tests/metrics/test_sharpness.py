from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from ganvae.data import load_images, to_float
from ganvae.metrics.sharpness import (
    bright_specks,
    high_frequency_share,
    histogram,
    histogram_edges,
    laplacian_variance,
    power_spectrum,
)


def test_flat_and_evenly_rising_images_have_none() -> None:
    flat = torch.full((2, 1, 8, 8), 0.7)
    ramp = torch.linspace(0, 1, 8).expand(1, 1, 8, 8)
    assert laplacian_variance(flat).tolist() == pytest.approx([0, 0], abs=1e-12)
    assert laplacian_variance(ramp).item() == pytest.approx(0, abs=1e-12)


def test_known_value_of_a_single_bright_pixel() -> None:
    image = torch.zeros(1, 1, 8, 8)
    image[0, 0, 3, 4] = 0.5
    # 36 responses (no padding), of which one is -4 and four are 1 times .5; their mean is 0.
    assert laplacian_variance(image).item() == pytest.approx(0.25 * (16 + 4) / 36)


def test_known_value_of_an_edge() -> None:
    image = torch.zeros(1, 1, 8, 8)
    image[..., 4:] = 1
    # Of the 6 columns of responses one is 1 and one is -1.
    assert laplacian_variance(image).item() == pytest.approx(2 / 6)


def test_colours_are_averaged_and_images_kept_apart() -> None:
    torch.manual_seed(0)
    images = torch.rand(3, 3, 16, 16)
    together = laplacian_variance(images)
    assert together.shape == (3,)
    for image, value in zip(images, together, strict=True):
        assert laplacian_variance(image.mean(0)[None, None]).item() == pytest.approx(value.item())


def test_contrast_counts_squared_and_brightness_not_at_all() -> None:
    torch.manual_seed(0)
    image = torch.rand(1, 1, 16, 16)
    whole = laplacian_variance(image).item()
    assert laplacian_variance(image / 2).item() == pytest.approx(whole / 4, rel=1e-5)
    assert laplacian_variance(image + 0.3).item() == pytest.approx(whole, rel=1e-4)


def test_blur_lowers_and_noise_raises_it_on_real_digits(data_dir: Path) -> None:
    images = to_float(load_images("mnist", "test", data_dir)[:200])
    real = laplacian_variance(images).mean()
    blurred = F.avg_pool2d(images, 3, 1, 1)
    torch.manual_seed(0)
    noisy = (images + 0.2 * torch.randn_like(images)).clamp(0, 1)
    assert laplacian_variance(blurred).mean() < 0.3 * real
    assert laplacian_variance(noisy).mean() > 1.2 * real


def wave(cycles: float, size: int = 32) -> torch.Tensor:
    """A picture of vertical stripes, (1, 1, size, size)."""
    x = torch.arange(size) / size
    return (0.5 + 0.4 * torch.sin(2 * torch.pi * cycles * x)).expand(1, 1, size, size)


@pytest.mark.parametrize("cycles", [3, 7, 14])
@pytest.mark.parametrize("upright", [True, False])
def test_stripes_have_their_power_at_their_frequency(cycles: int, upright: bool) -> None:
    image = wave(cycles) if upright else wave(cycles).transpose(2, 3)
    (spectrum,) = power_spectrum(image)
    assert spectrum.shape == (17,)
    assert spectrum.argmax().item() == cycles
    # The window spreads a line over its neighbours, no further.
    assert spectrum[cycles - 1 : cycles + 2].sum() > 0.97 * spectrum.sum()


def test_power_does_not_depend_on_brightness_and_grows_with_contrast_squared() -> None:
    torch.manual_seed(0)
    image = torch.rand(2, 1, 28, 28)
    whole = power_spectrum(image)
    torch.testing.assert_close(power_spectrum(image / 2), whole / 4)
    torch.testing.assert_close(power_spectrum(image + 0.2), whole, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", [(12, 12), (10, 17), (16, 9)])
def test_the_spectrum_is_that_of_numpy_ring_by_ring(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    image = random.random((2, 3, *shape))
    height, width = shape
    side = min(shape)
    expected = np.zeros((2, side // 2 + 1))
    for number, grey in enumerate(image.mean(axis=1)):
        windowed = (grey - grey.mean()) * np.outer(np.hanning(height), np.hanning(width))
        power = np.abs(np.fft.fft2(windowed)) ** 2 / (height * width)
        for row, down in enumerate(np.fft.fftfreq(height) * side):
            for column, right in enumerate(np.fft.fftfreq(width) * side):
                ring = round(float(np.hypot(down, right)))
                if ring < expected.shape[1]:
                    expected[number, ring] += power[row, column]
    found = power_spectrum(torch.from_numpy(image))
    assert found.dtype == torch.float64
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_high_frequencies_are_the_upper_half() -> None:
    assert high_frequency_share(torch.tensor([9.0, 1, 1, 1, 1])) == pytest.approx(3 / 4)
    low, high = power_spectrum(wave(3))[0], power_spectrum(wave(12))[0]
    assert high_frequency_share(low) < 0.01
    assert high_frequency_share(high) > 0.99


def test_blur_lowers_the_high_frequencies_of_real_digits(data_dir: Path) -> None:
    images = to_float(load_images("mnist", "test", data_dir)[:200])
    shares = [
        high_frequency_share(power_spectrum(F.avg_pool2d(images, k, 1, k // 2)).mean(0))
        for k in (1, 3, 5)
    ]
    assert shares[0] > shares[1] > shares[2]
    noisy = (images + 0.2 * torch.randn(images.shape)).clamp(0, 1)
    assert high_frequency_share(power_spectrum(noisy).mean(0)) > shares[0]


def test_a_speck_is_one_pixel_brighter_than_all_around_it() -> None:
    image = torch.zeros(1, 1, 9, 9)
    image[0, 0, 2, 3] = 0.3  # a speck
    image[0, 0, 8, 8] = 0.9  # one in the corner
    image[0, 0, 5, 5:7] = 1.0  # two side by side are a stroke
    image[0, 0, 0, 6] = 0.2  # too faint
    assert bright_specks(image).tolist() == [2]
    assert bright_specks(torch.full((1, 1, 9, 9), 0.9)).tolist() == [0]  # the border is none


def test_noise_has_specks_and_real_digits_have_none(data_dir: Path) -> None:
    images = to_float(load_images("mnist", "test", data_dir)[:500])
    torch.manual_seed(0)
    salt = torch.maximum(images, (torch.rand(images.shape) < 0.01).float())
    assert bright_specks(images).float().mean() < 0.05
    assert bright_specks(salt).float().mean() > 3


def test_histogram_counts_every_image_once() -> None:
    variances = torch.tensor([10**-2.01, 10**-2.01, 10**-1.01, 0.0, 100.0])
    shares = histogram(variances)
    edges = histogram_edges()
    assert len(edges) == len(shares) + 1
    assert shares.sum().item() == pytest.approx(1)
    there = [(low, share) for low, share in zip(edges, shares.tolist(), strict=False) if share]
    assert [share for _, share in there] == pytest.approx([0.2, 0.4, 0.2, 0.2])
    lows = [low for low, _ in there]
    assert lows[0] == edges[0]
    assert lows[1] < -2.01 < lows[1] + edges[1] - edges[0]
    assert lows[2] < -1.01 < lows[2] + edges[1] - edges[0]
    assert lows[3] == edges[-2]

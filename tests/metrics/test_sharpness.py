from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from ganvae.data import load_images, to_float
from ganvae.metrics.sharpness import laplacian_variance


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

"""How sharp pictures are, as numbers that can be compared with those of real pictures.

None of them says anything alone: below the real ones is blur, above them noise, not sharpness.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_LAPLACIAN = ((0.0, 1.0, 0.0), (1.0, -4.0, 1.0), (0.0, 1.0, 0.0))
# A speck outshines all eight neighbours by a quarter of the range from black to white.
SPECK_CONTRAST = 0.25
# Bins of log10 of the variance of the Laplacian: a flat picture's is 0, a checkerboard's 16.
HISTOGRAM_RANGE = (-4.0, 0.5)
HISTOGRAM_BINS = 60


def _grey(images: Tensor) -> Tensor:
    return images.mean(dim=1, keepdim=True)


def laplacian_variance(images: Tensor) -> Tensor:
    """Variance of the Laplacian of each image, (N,): low for blur, high for edges and for noise.

    Args:
        images: (N, C, H, W) in [0, 1]; colours are averaged to grey first.

    The measure is Pech-Pacheco et al. 2000.
    """
    kernel = torch.tensor(_LAPLACIAN, dtype=images.dtype, device=images.device)[None, None]
    return F.conv2d(_grey(images), kernel).flatten(1).var(dim=1, correction=0)


def histogram(variances: Tensor) -> Tensor:
    """Share of images in each bin of log10(variance of the Laplacian): (bins,), sums to 1.

    What lies outside counts in the bin at that end.
    """
    low, high = HISTOGRAM_RANGE
    logarithms = variances.clamp(min=1e-12).log10().clamp(low, high)
    counts = torch.histc(logarithms.float(), HISTOGRAM_BINS, low, high)
    return counts / counts.sum()


def histogram_edges() -> list[float]:
    """The bins' limits, log10, (bins + 1)."""
    return torch.linspace(*HISTOGRAM_RANGE, HISTOGRAM_BINS + 1).double().round(decimals=6).tolist()


def power_spectrum(images: Tensor) -> Tensor:
    """Power of the images by spatial frequency, (N, rings): ring r is r cycles a picture.

    The power of all directions of a frequency is summed, up to the frequency where every second
    pixel is dark (half the shorter side). The mean is taken off, and a Hann window hides the jump
    from one border to the opposite one.

    Args:
        images: (N, C, H, W) in [0, 1]; colours are averaged to grey first.
    """
    grey = _grey(images).squeeze(1).double()
    height, width = grey.shape[-2:]
    window = torch.hann_window(height, periodic=False, dtype=torch.float64, device=grey.device)
    across = torch.hann_window(width, periodic=False, dtype=torch.float64, device=grey.device)
    windowed = (grey - grey.mean(dim=(1, 2), keepdim=True)) * window[:, None] * across
    power = torch.fft.fft2(windowed, norm="ortho").abs().square().flatten(1)
    rows = torch.fft.fftfreq(height, 1 / min(height, width), device=grey.device)
    columns = torch.fft.fftfreq(width, 1 / min(height, width), device=grey.device)
    radius = (rows[:, None] ** 2 + columns**2).sqrt().round().long().flatten()
    rings = torch.zeros(len(grey), int(radius.max()) + 1, dtype=torch.float64, device=grey.device)
    rings.index_add_(1, radius, power)
    return rings[:, : min(height, width) // 2 + 1]


def high_frequency_share(spectrum: Tensor) -> float:
    """Share of the power of a mean spectrum (rings,) that lies in the upper half of frequencies."""
    return (spectrum[len(spectrum) // 2 :].sum() / spectrum[1:].sum()).item()


def bright_specks(images: Tensor) -> Tensor:
    """Number of single bright pixels in each image, (N,): brighter by .25 than all 8 neighbours.

    This is the white-dot noise that study A sees in its GAN's digits; real digits have none.

    Args:
        images: (N, C, H, W) in [0, 1]; colours are averaged to grey first.
    """
    grey = _grey(images)
    shifted = F.unfold(F.pad(grey, (1, 1, 1, 1)), 3).unflatten(2, grey.shape[-2:])
    neighbours = torch.cat((shifted[:, :4], shifted[:, 5:]), dim=1).amax(dim=1)
    return (grey.squeeze(1) >= neighbours + SPECK_CONTRAST).flatten(1).sum(dim=1)

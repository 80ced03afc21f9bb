"""Pieces that more than one kind of network is made of."""

from __future__ import annotations

from torch import Tensor, nn


class GaussianEncoder(nn.Module):
    """Body plus one linear head each for the posterior's mean and log variance (studies A to C)."""

    def __init__(self, body: nn.Module, width: int, latent: int) -> None:
        super().__init__()
        self.body = body
        self.mean = nn.Linear(width, latent)
        self.log_variance = nn.Linear(width, latent)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.body(images)
        return self.mean(hidden), self.log_variance(hidden)


def activation(leak: float) -> nn.Module:
    return nn.LeakyReLU(leak, inplace=True) if leak else nn.ReLU(inplace=True)

"""The bridges in weights/: one encoder each, and no more than a browser can be asked to load."""

from __future__ import annotations

import pytest
import torch

from ganvae import DEFAULT_WEIGHTS, checkpoint
from ganvae.bridges.stops import find_bridges
from ganvae.export.format import read_export
from ganvae.models import VAE

_MOST_BYTES = 25_000_000
_FOUND = find_bridges(
    {entry.name: entry.recipe for entry in checkpoint.scan(DEFAULT_WEIGHTS) if entry.recipe}
)


def test_all_decoders_together_are_small() -> None:
    exports = [read_export(DEFAULT_WEIGHTS / name) for one in _FOUND for name in one.stops]
    assert sum(export.decoder.bytes for export in exports if export) <= _MOST_BYTES
    assert all(exports)


@pytest.mark.parametrize("bridge", _FOUND, ids=lambda bridge: bridge.key)
def test_the_stops_share_an_encoder_and_no_decoder(bridge: object) -> None:
    stops = next(one.stops for one in _FOUND if one == bridge)
    models = [checkpoint.load(DEFAULT_WEIGHTS / name) for name in stops]
    first = models[0]
    assert isinstance(first, VAE)
    for model in models[1:]:
        assert isinstance(model, VAE)
        for one, other in zip(
            first.encoder.state_dict().values(), model.encoder.state_dict().values(), strict=True
        ):
            assert torch.equal(one, other)
        pairs = zip(first.decoder.parameters(), model.decoder.parameters(), strict=True)
        assert not all(torch.equal(one, other) for one, other in pairs)

"""How often residual networks halve an image, and which images that fits."""

from __future__ import annotations

import pytest

from ganvae.errors import UserError
from ganvae.models import build
from ganvae.recipe.shipped import RECIPES

RESIDUAL = RECIPES["tuned-gan-digits"].replace(batch_size=8)


@pytest.mark.parametrize(
    ("decoder", "encoder", "patch", "divisor"),
    [
        # The decoder's first width is that of its smallest map: one doubling less than widths.
        (4, 2, 1, 8),
        (3, 3, 1, 8),
        (2, 3, 1, 8),
        (3, 2, 2, 8),
        (4, 2, 2, 16),
    ],
)
def test_an_image_is_halved_as_often_as_the_deeper_network_does(
    decoder: int, encoder: int, patch: int, divisor: int
) -> None:
    changes = {
        "decoder_widths": (4,) * decoder,
        "encoder_widths": (4,) * encoder,
        "patch": patch,
    }
    fits = RESIDUAL.replace(image_shape=(1, divisor * 3, divisor * 2), **changes)
    model = build(fits)
    assert model.parameter_count() > 0
    for shape in ((1, divisor * 3, divisor * 5 // 2), (1, divisor * 5 // 2, divisor * 3)):
        told = f"Images of {shape[1]} by {shape[2]} can't be halved down by {divisor}"
        with pytest.raises(UserError, match=told):
            RESIDUAL.replace(image_shape=shape, **changes)

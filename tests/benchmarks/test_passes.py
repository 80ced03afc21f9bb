"""benchmarks/passes.py: each way is a recipe that can be trained, and the first is as it was."""

from __future__ import annotations

import torch

from benchmarks import passes
from ganvae import checkpoint


def test_the_first_way_is_the_former_recipe_of_faces() -> None:
    former = passes.FORMER
    assert former.loss == "hinge"
    assert former.spectral_norm
    assert (former.decoder_widths, former.encoder_widths) == ((256, 128, 64, 48), (48, 96, 192))
    assert next(iter(passes.WAYS.values())) == {}


def test_every_way_does_its_steps_and_is_compared() -> None:
    small = {"decoder_widths": (8, 8), "encoder_widths": (4, 8), "image_shape": (3, 16, 16)}
    images = torch.rand(4, 3, 16, 16) * 2 - 1
    for way in passes.WAYS:
        assert passes.cost(passes.stepper(way, images, **small), 2) > 0
    told = passes.shares(passes.stepper(way, images, **small))
    assert 0 < sum(told.values()) <= 1
    assert "convolution_backward" in told


def test_what_was_measured_names_every_way() -> None:
    found = checkpoint.read_json(passes.RESULT)
    assert list(found["ways"]) == list(passes.WAYS)
    assert found["ways"]["hinge, spectral norm"]["ratio"] == 1

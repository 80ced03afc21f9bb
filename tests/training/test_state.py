from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from ganvae.errors import UserError
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.training import state
from ganvae.training.hardware import arrange
from ganvae.training.step import Update, make_update
from tests.training.conftest import (
    SHORT_BRIDGE,
    SHORT_CONV_GAN,
    SHORT_GAN,
    SHORT_RESIDUAL_GAN,
    SHORT_STRIDED_GAN,
    SHORT_VAE,
)

RECIPES = [
    *(SHORT_VAE, SHORT_GAN, SHORT_CONV_GAN, SHORT_STRIDED_GAN, SHORT_RESIDUAL_GAN, SHORT_BRIDGE),
]


def begin(recipe: Recipe, seed: int) -> tuple[Any, Update]:
    torch.manual_seed(seed)
    model = build(recipe)
    arrange(model)
    return model, make_update(model)


def batch(recipe: Recipe, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(8, *recipe.image_shape, generator=generator)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_going_on_after_restoring_is_going_on(recipe: Recipe, tmp_path: Path) -> None:
    model, update = begin(recipe, 1)
    for number in range(3):
        update(batch(recipe, number), number)
    details = {"step": 3, "rows": [{"step": 1, "loss": 0.1}], "sums": {"d": 1.0000000000000002}}
    state.save_state(tmp_path, model, update.optimisers, details, update.besides)
    expected = [update(batch(recipe, number), number) for number in range(3, 6)]

    other, other_update = begin(recipe, 2)
    torch.manual_seed(3)
    state.restore_state(tmp_path, other, other_update.optimisers, other_update.besides)
    assert state.read_details(tmp_path) == details
    got = [other_update(batch(recipe, number), number) for number in range(3, 6)]
    for before, after in zip(expected, got, strict=True):
        assert {name: value.item() for name, value in before.items()} == {
            name: value.item() for name, value in after.items()
        }
    theirs = other.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in model.state_dict().items())


def test_no_state_and_broken_states_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no run to resume in"):
        state.read_details(tmp_path)
    model, update = begin(SHORT_VAE, 0)
    update(batch(SHORT_VAE, 0), 0)
    state.save_state(tmp_path, model, update.optimisers, {"step": 1})
    path = tmp_path / state.STATE
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[:100], b"", b"\x80\x04pickle"):
        path.write_bytes(broken)
        with pytest.raises(UserError, match="is not the whole state of a run"):
            state.read_details(tmp_path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(UserError, match="is not the whole state of a run"):
        state.read_details(tmp_path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lr": 0.5}, r"began with lr = 0.001, but 0.5 was asked for"),
        ({"seed": 7}, r"began with seed = 0, but 7 was"),
        ({"adam_betas": (0.5, 0.9)}, r"adam_betas = \[0.9, 0.999\], but \[0.5, 0.9\] was"),
        ({"epochs": None, "steps": 9}, r"began with epochs = 6, but None was"),
    ],
)
def test_other_settings_are_refused_by_name(changes: dict[str, Any], sentence: str) -> None:
    stored = {**SHORT_VAE.to_dict(), "adam_betas": [0.9, 0.999]}
    for name in ("image_shape", "image_range", "decoder_widths", "encoder_widths"):
        stored[name] = list(stored[name])
    state.check_same_settings(stored, SHORT_VAE)
    with pytest.raises(UserError, match=sentence):
        state.check_same_settings(stored, SHORT_VAE.replace(**changes))

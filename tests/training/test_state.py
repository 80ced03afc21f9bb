from __future__ import annotations

import json
import math
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
from ganvae.training.state import Details
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
    details = Details(
        recipe.to_dict(),
        threads=1,
        step=3,
        rows=[{"step": 1, "loss": 0.1}],
        sums={"d": 1.0000000000000002},
    )
    state.save_state(tmp_path, model, update.optimisers, details, update.besides)
    expected = [update(batch(recipe, number), number) for number in range(3, 6)]

    other, other_update = begin(recipe, 2)
    torch.manual_seed(3)
    state.restore_state(tmp_path, other, other_update.optimisers, other_update.besides)
    read = state.read_details(tmp_path)
    assert (read.step, read.rows, read.sums) == (3, details.rows, details.sums)
    assert Recipe.from_dict(read.recipe) == recipe
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
    state.save_state(tmp_path, model, update.optimisers, Details(SHORT_VAE.to_dict(), 1, 1))
    path = tmp_path / state.STATE
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[:100], b"", b"\x80\x04pickle"):
        path.write_bytes(broken)
        with pytest.raises(UserError, match="is not the whole state of a run"):
            state.read_details(tmp_path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(UserError, match="is not the whole state of a run"):
        state.read_details(tmp_path)


# As the code before `Details` wrote them: the metadata of a run's state, but for its recipe.
FORMER = (
    '{"recipe": {"name": "a"}, "threads": 2, "step": 7, "images": 210, '
    '"seconds": 0.30000000000000004, "rows": [{"step": 1, "images": 30, "seconds": 0.004, '
    '"train_loss": 545.5, "distance": 12.25}], "sums": {"train_loss": 1090.25, "steps": 2}, '
    '"moments": [{"step": 0, "images": 0, "samples": "samples-00000000.png"}], '
    '"fingerprint": "0123456789abcdef"}'
)


def test_the_details_are_what_they_were_in_both_directions() -> None:
    former = json.loads(FORMER)
    details = Details.from_dict(former)
    assert details == Details(
        recipe={"name": "a"},
        threads=2,
        step=7,
        images=210,
        seconds=0.30000000000000004,
        rows=[{"step": 1, "images": 30, "seconds": 0.004, "train_loss": 545.5, "distance": 12.25}],
        sums={"train_loss": 1090.25, "steps": 2},
        moments=[{"step": 0, "images": 0, "samples": "samples-00000000.png"}],
        fingerprint="0123456789abcdef",
    )
    # To the letter: that code reads what this one writes.
    assert json.dumps(details.to_dict()) == FORMER


def test_details_from_when_runs_of_digits_had_no_fingerprint() -> None:
    former = json.loads(FORMER)
    del former["fingerprint"]
    details = Details.from_dict(former)
    assert details.fingerprint is None
    assert details.to_dict() == {**former, "fingerprint": None}


def test_details_of_later_code_may_say_more() -> None:
    former = json.loads(FORMER)
    assert Details.from_dict({**former, "mood": "good"}) == Details.from_dict(former)


def test_a_curve_need_not_be_finite() -> None:
    """What a run could go on with before it still can: JSON of ours says NaN."""
    former = json.loads(FORMER.replace("12.25", "NaN"))
    assert math.isnan(Details.from_dict(former).rows[0]["distance"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recipe", None),
        ("threads", 0),
        ("threads", "2"),
        ("step", -1),
        ("step", 7.0),
        ("step", True),
        ("images", None),
        ("seconds", float("nan")),
        ("seconds", 10**400),
        ("rows", {}),
        ("rows", [[1]]),
        ("rows", [{"step": 1, "train_loss": "1"}]),
        ("rows", [{"train_loss": 1}]),
        ("sums", [1]),
        ("sums", {"steps": True}),
        ("moments", None),
        ("moments", [1]),
        ("fingerprint", 7),
    ],
)
def test_details_that_make_no_sense_are_refused(name: str, value: Any) -> None:
    former = json.loads(FORMER)
    with pytest.raises(ValueError, match="details of a run"):
        Details.from_dict({**former, name: value})


@pytest.mark.parametrize("name", [name for name in json.loads(FORMER) if name != "fingerprint"])
def test_details_that_lack_something_are_refused(name: str) -> None:
    former = json.loads(FORMER)
    del former[name]
    with pytest.raises(ValueError, match="no details of a run"):
        Details.from_dict(former)
    for other in (None, [], 7, "details"):
        with pytest.raises(ValueError, match="no details of a run"):
            Details.from_dict(other)


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

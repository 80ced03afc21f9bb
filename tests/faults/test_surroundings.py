"""What goes wrong around the project: folders, clocks, files that others change."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from ganvae import checkpoint
from ganvae.collection import Collection
from ganvae.errors import UserError
from ganvae.progress import Progress
from ganvae.recipe.shipped import RECIPES
from ganvae.training.lock import check_writable
from ganvae.ui.page import build
from ganvae.ui.watch.look import Look
from tests.fuzz.profile import assert_sentence
from tests.fuzz.test_server_functions import functions

NAME = "vae-10"
ASKED = {"models": [NAME], "seed": 1, "count": 4, "temperature": 1}


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """One model, which a test may damage."""
    shutil.copytree(tiny_weights / NAME, tmp_path / "weights" / NAME)
    return tmp_path / "weights"


def test_a_page_writes_nothing_into_its_weights(weights: Path) -> None:
    """So a folder that can only be read will do: not even a temporary file is made in it."""

    def times() -> dict[Path, int]:
        # A folder's own time changes with whatever is made or removed in it.
        return {path: path.stat().st_mtime_ns for path in (weights, *weights.rglob("*"))}

    before = times()
    found = functions(build(Collection(weights)))
    assert "sheets" in found["SampleTab.draw"](ASKED)
    assert "labels" in found["LatentExplorer.find_axes"]({"model": NAME})
    assert found["TrainingTab.charts"]({"models": [NAME], "width": 344})["charts"]
    assert found["TrainingTab.sheets"]({"model": NAME, "kind": "samples", "moments": [0]})["sheets"]
    assert times() == before


def test_a_folder_that_can_only_be_read_is_told_before_a_training(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere: the system's answer to whoever may not is put in its place."""
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: False if Path(path) == weights else access(path, mode)
    )
    with pytest.raises(UserError, match="give another folder with --output") as caught:
        check_writable(weights / "vae-3")
    assert_sentence(str(caught.value))
    # Where the system itself has such a place.
    if Path("/proc/sys").is_dir():
        with pytest.raises(UserError, match="not to be written"):
            check_writable(Path("/proc/1/vae-3/x"))


def negate(folder: Path) -> None:
    model = checkpoint.load(folder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(-1)
    checkpoint.save_weights(folder, model)


def test_weights_that_are_swapped_under_a_page_change_nothing_that_it_shows(weights: Path) -> None:
    """A model that was read stays as it is until a reload; then all of the new one is shown."""
    page = build(Collection(weights))
    found = functions(page)
    before = found["SampleTab.draw"](ASKED)
    negate(weights / NAME)
    assert found["SampleTab.draw"](ASKED) == before
    page.shelf.adopt(Collection(weights))
    after = found["SampleTab.draw"](ASKED)
    assert after["sheets"][NAME]["image"] != before["sheets"][NAME]["image"]


@pytest.mark.parametrize("damage", ["cut", "gone", "other shape", "folder gone"])
def test_weights_that_are_broken_under_a_page_are_named(
    weights: Path, tiny_weights: Path, damage: str
) -> None:
    """Before they are read for the first time: one sentence, and well again with the file."""
    collection = Collection(weights)
    path = weights / NAME / checkpoint.WEIGHTS
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "gone":
        path.unlink()
    elif damage == "other shape":
        shutil.copy(tiny_weights / "vae-3" / checkpoint.WEIGHTS, path)
    else:
        shutil.rmtree(weights / NAME)
    with pytest.raises(UserError) as caught:
        collection.model(NAME)
    assert_sentence(str(caught.value).replace(str(weights), ""))
    path.parent.mkdir(exist_ok=True)
    shutil.copytree(tiny_weights / NAME, path.parent, dirs_exist_ok=True)
    assert collection.model(NAME).recipe.name == NAME


def told(folder: Path, written: float) -> dict[str, Any]:
    progress = Progress(
        RECIPES["vae-3"], "training", 5, 10, 640, 2.0, 320.0, {"train_loss": 1.0}, written
    )
    progress.write(folder)
    return Look(folder).look({"width": 344})


@pytest.mark.parametrize("jump", [-10 * 365 * 86400.0, -3600.0, 14.0])
def test_a_clock_that_is_set_back_makes_no_run_silent(tmp_path: Path, jump: float) -> None:
    """A run that wrote in the future, or a moment ago, is one that goes on."""
    found = told(tmp_path, time.time() - jump)
    assert (found["state"], found["live"], found["share"]) == ("training", True, 0.5)


def test_a_clock_that_is_set_forward_says_no_more_than_silence(tmp_path: Path) -> None:
    found = told(tmp_path, time.time() - 10 * 365 * 86400)
    assert found["state"].startswith("silent for ")
    assert found["live"]
    # The next file that the run writes puts it right.
    assert told(tmp_path, time.time())["state"] == "training"


@pytest.mark.parametrize("jump", [-1e9, 1e9])
def test_files_of_another_time_are_drawn_anew(weights: Path, jump: float) -> None:
    """What counts is that a file's time is another, not that it is later."""
    collection = Collection(weights)
    charts = functions(build(collection))["TrainingTab.charts"]
    asked = {"models": [NAME], "width": 344}
    before = charts(asked)
    history = weights / NAME / checkpoint.HISTORY
    lines = history.read_text().splitlines(keepends=True)
    history.write_text("".join(lines[:4]))
    moment = history.stat().st_mtime + jump
    os.utime(history, (moment, moment))
    assert charts(asked) != before

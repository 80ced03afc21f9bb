"""Each way a training can fail, made to happen."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ganvae.errors import UserError
from ganvae.training import callbacks, failures, loop, run, state
from ganvae.training.failures import DivergenceError, check_growth
from ganvae.training.history import History
from ganvae.training.settings import Settings
from tests.training.conftest import SHORT_CONV_VAE, SHORT_VAE

SettingsMaker = Callable[..., Settings]
ROOT = Path(__file__).resolve().parents[2]
KEPT = "no state of this run was saved yet"


def change_values(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[str, torch.Tensor, int], torch.Tensor]
) -> None:
    """Let updates tell other numbers than they found: `change(curve, value, step)`."""
    make_update = run.make_update

    def changed(model: Any, *processes: Any) -> Any:
        inner = make_update(model, *processes)
        original = type(inner).__call__

        class Changed(type(inner)):  # type: ignore[misc]
            def __call__(self, images: torch.Tensor, step: int) -> dict[str, torch.Tensor]:
                values = original(self, images, step)
                return {name: change(name, value, step) for name, value in values.items()}

        inner.__class__ = Changed
        return inner

    monkeypatch.setattr(run, "make_update", changed)


def test_a_loss_that_is_no_number_ends_the_run(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step, its values and the last good state are named; that state can be gone on from."""
    options = settings()
    folder = options.runs / SHORT_VAE.name
    with monkeypatch.context() as patch:
        patch.setattr(callbacks, "SAVE_EVERY_SECONDS", 0.0)
        change_values(patch, lambda name, value, step: value * float("nan" if step == 12 else 1))
        with pytest.raises(
            UserError,
            match=r"Training diverged at step 13: train_loss is nan \(train_loss nan, "
            r"train_reconstruction nan, train_kl nan\); the state of step 12 is whole in .*--lr",
        ):
            run.train(SHORT_VAE, options)
    assert state.read_details(folder).step == 12
    run.train(SHORT_VAE, settings(resume=True))


def test_a_loss_a_hundred_times_the_lowest_ends_the_run(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_values(monkeypatch, lambda name, value, step: value * (1e4 if step >= 20 else 1))
    with pytest.raises(
        UserError, match=r"diverged before step 21: train_loss is \d.*e\+06 after having been \d+"
    ):
        run.train(SHORT_VAE, settings())


@pytest.mark.parametrize(
    ("former", "now", "grown"),
    [(5.0, 504.0, False), (5.0, 506.0, True), (0.01, 101.0, True), (-245.0, 118.0, False)],
)
def test_growth_is_measured_from_the_lowest(former: float, now: float, grown: bool) -> None:
    history = History("vae")
    history.add(1, 1, 1.0, train_loss=former)
    history.add(2, 2, 2.0, train_loss=former + 1)
    if grown:
        with pytest.raises(DivergenceError, match="after having been"):
            check_growth({"train_loss": now}, history, 3)
    else:
        check_growth({"train_loss": now}, history, 3)


def test_weights_that_are_no_numbers_are_never_saved(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = settings()
    folder = options.runs / SHORT_VAE.name
    monkeypatch.setattr(callbacks, "SAVE_EVERY_SECONDS", 0.0)
    real = loop.Loop.run

    def poison(self: loop.Loop) -> None:
        def at_ten(run: loop.Loop, values: dict[str, torch.Tensor]) -> None:
            if run.step == 10:
                with torch.no_grad():
                    next(run.update.model.decoder.parameters())[0] = float("inf")  # type: ignore[attr-defined]

        self.callbacks = [at_ten, *self.callbacks]
        real(self)

    monkeypatch.setattr(loop.Loop, "run", poison)
    with pytest.raises(UserError, match=r"before step 10: decoder.* the state of step 9 is whole"):
        run.train(SHORT_VAE, options)
    assert state.read_details(folder).step == 9


def test_a_disk_that_takes_no_more_leaves_the_last_state_whole(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system itself refuses to write, here because files may not be that large."""
    options = settings()
    path = options.runs / SHORT_VAE.name / state.STATE
    monkeypatch.setattr(callbacks, "SAVE_EVERY_SECONDS", 0.0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def no_more(self: state.Any, run: loop.Loop) -> None:
        save(self, run)
        if run.step == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2, limits[1]))

    save = run._Run.save
    monkeypatch.setattr(run._Run, "save", no_more)
    try:
        with pytest.raises(UserError, match=r"File too large\); the state of step 5 is whole"):
            run.train(SHORT_VAE, options)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert state.read_details(path.parent).step == 5
    assert [entry.name for entry in path.parent.iterdir() if entry.name.startswith(".")] == []
    run.train(SHORT_VAE, settings(resume=True))


# Memory is limited to what is in use and a little more, for real: in a process of its own.
SHORT_OF_MEMORY = """
import json, resource, sys
from pathlib import Path
import torch
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.training import failures, state
torch.set_num_threads(1)
recipe, folder = Recipe.from_dict(json.loads(sys.argv[1])), Path(sys.argv[2])
failures.largest_batch(recipe.replace(batch_size=4), torch.device("cpu"))  # all code is in
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    with failures.explained(folder, recipe, torch.device("cpu")):
        update = failures.make_update(failures.build(recipe))
        update(torch.zeros(recipe.batch_size, *recipe.image_shape), 0)
except UserError as error:
    print(error)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory the Linux way")
def test_out_of_memory_says_which_batch_fits(tmp_path: Path) -> None:
    # A megabyte of activations an image, in the one wide layer.
    recipe = SHORT_CONV_VAE.replace(batch_size=512, encoder_widths=(256, 4, 4, 4))

    def told(room: int) -> str:
        arguments = [json.dumps(recipe.to_dict()), str(tmp_path), str(room)]
        command = [sys.executable, "-c", SHORT_OF_MEMORY, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    start = "Out of memory with batches of 512 images on cpu, "
    sentence = told(400 * 2**20)
    assert sentence.startswith(f"{start}--batch-size ")
    assert sentence.endswith(f" fits; {KEPT}.\n")
    assert int(sentence.removeprefix(f"{start}--batch-size ").split()[0]) in (32, 64, 128)
    assert told(100_000).startswith(f"{start}not even a batch of 2 fits")


def test_other_errors_are_left_as_they_are(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="a mistake of ours"),
        failures.explained(tmp_path, SHORT_VAE, torch.device("cpu")),
    ):
        raise RuntimeError("a mistake of ours")

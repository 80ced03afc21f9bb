from __future__ import annotations

import dataclasses
import errno
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from ganvae import checkpoint, files
from ganvae.data import load_for, to_float
from ganvae.errors import UserError
from ganvae.export.format import read_export
from ganvae.export.write import export
from ganvae.models import GAN, VAE
from ganvae.recipe import Recipe
from ganvae.snapshots.format import read_index, read_sheet
from ganvae.training import callbacks, finish, loop, run, state
from ganvae.training.settings import Settings
from tests.training.conftest import (
    SHORT_CONV_GAN,
    SHORT_CONV_VAE,
    SHORT_GAN,
    SHORT_RESIDUAL_GAN,
    SHORT_VAE,
    STEPS,
)

SettingsMaker = Callable[..., Settings]
ROOT = Path(__file__).resolve().parents[2]


def all_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / checkpoint.WEIGHTS)


def assert_same_result(folder: Path, expected: Path) -> None:
    """Everything but the time it took is equal, the weights and pictures bit for bit."""
    ours, theirs = tensors(folder), tensors(expected)
    assert list(ours) == list(theirs)
    for name, tensor in ours.items():
        assert torch.equal(tensor, theirs[name]), name
    assert all_files(folder) == all_files(expected)
    for name in all_files(folder / "snapshots"):
        path = Path("snapshots") / name
        assert (folder / path).read_bytes() == (expected / path).read_bytes(), name
    history, other = checkpoint.read_history(folder), checkpoint.read_history(expected)
    for column in set(history) - {"seconds"}:
        assert history[column] == other[column], column
    metrics, other_metrics = checkpoint.read_metrics(folder), checkpoint.read_metrics(expected)
    for values in (metrics, other_metrics):
        for measured in ("seconds", "images_per_second"):
            del values["training"][measured]
        del values["speed"]
    assert metrics == other_metrics


@pytest.mark.parametrize("recipe", [SHORT_VAE, SHORT_CONV_GAN], ids=lambda recipe: recipe.name)
def test_a_training_writes_the_whole_folder(
    recipe: Recipe, settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = settings()
    monkeypatch.setattr(finish, "export", export)
    folder = run.train(recipe, options)
    assert options.output is not None
    assert folder == options.output / recipe.name
    names = set(all_files(folder))
    assert names >= {
        "README.md",
        "config.json",
        "decoder.onnx",
        "export.json",
        "history.csv",
        "metrics.json",
        "model.safetensors",
        "snapshots/index.json",
        "snapshots/samples-00000000.webp",
        f"snapshots/samples-{STEPS:08d}.webp",
    }
    # Of these very weights, or this would raise.
    written = read_export(folder)
    assert written is not None
    assert (written.discriminator is not None) == (recipe.family == "gan")
    # Nothing is left beside the result, and nothing but its end in the run's folder.
    assert [path.name for path in options.output.iterdir()] == [recipe.name]
    assert not (options.runs / recipe.name / state.STATE).exists()

    config = checkpoint.read_json(folder / checkpoint.CONFIG)
    assert Recipe.from_dict(config["recipe"]) == recipe
    assert config["versions"]["torch"] == torch.__version__
    assert config["command"] == "python train.py --model test"
    assert config["threads"] == 1

    model = checkpoint.load(folder)
    assert isinstance(model, VAE if recipe.family == "vae" else GAN)
    metrics = checkpoint.read_metrics(folder)
    parts = [sum(p.numel() for p in network.parameters()) for network in model.children()]
    assert metrics["parameters"]["total"] == model.parameter_count() == sum(parts)
    assert [metrics["parameters"][name] for name, _ in model.named_children()] == parts
    images = 6 * 150 if recipe is SHORT_VAE else 30 * 32 - 6 * 10
    assert metrics["training"]["steps"] == STEPS
    assert metrics["training"]["images"] == images
    assert metrics["training"]["threads"] == 1
    assert metrics["distance"]["n"] == metrics["sharpness"]["n"] == 30
    assert metrics["distance"]["reference"] == "40 test images"
    assert metrics["distance"]["value"] > 0
    real = metrics["sharpness"]["real_laplacian_variance"]
    assert metrics["sharpness"]["ratio"] == pytest.approx(
        metrics["sharpness"]["laplacian_variance"] / real
    )

    history = checkpoint.read_history(folder)
    assert history["step"] == list(range(1, STEPS + 1))
    assert history["images"][-1] == images
    loss = "train_loss" if recipe.family == "vae" else "d_loss"
    assert all(value is not None and value > 0 for value in history[loss])
    assert history["distance"][-1] is not None
    assert metrics["final"][loss] == pytest.approx(history[loss][-1], rel=1e-5)

    index = read_index(folder)
    assert index is not None
    assert index.moments[0].step == 0
    assert index.moments[-1].step == STEPS
    for kind in index.kinds:
        for number in range(len(index.moments)):
            read_sheet(folder, index, kind, number)


def test_a_vae_records_its_kl_and_test_loss(settings: SettingsMaker, small_data: Path) -> None:
    folder = run.train(SHORT_CONV_VAE, settings())
    model = checkpoint.load(folder)
    assert isinstance(model, VAE)
    test = load_for(SHORT_CONV_VAE, "test", small_data)
    mean, log_variance = model.encode(to_float(test))
    kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
    metrics = checkpoint.read_metrics(folder)
    assert metrics["kl_per_dimension"] == pytest.approx(kl.mean(0).tolist(), rel=1e-4, abs=1e-7)
    history = checkpoint.read_history(folder)
    assert history["test_kl"][-1] == pytest.approx(kl.sum(1).mean().item(), rel=1e-4)
    assert history["test_loss"][-1] == pytest.approx(
        history["test_kl"][-1] + history["test_reconstruction"][-1], rel=1e-5
    )
    assert sum(value is not None for value in history["test_loss"]) == 25
    # An untrained pixel costs log 2 nats: 1,024 of them 710. Thirty steps already do better.
    assert history["test_reconstruction"][-1] < 700


def test_the_curves_are_means_of_each_stretch(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run.train(SHORT_VAE, settings())
    each = checkpoint.read_history(whole)["train_loss"]
    monkeypatch.setattr(callbacks.schedule, "TRAIN_ROWS", 3)
    coarse = checkpoint.read_history(run.train(SHORT_VAE, settings(restart=True)))
    rows = dict(zip(coarse["step"], coarse["train_loss"], strict=True))
    for last in (10, 20, 30):
        mean = sum(value or 0 for value in each[last - 10 : last]) / 10
        assert rows[last] == pytest.approx(mean, rel=1e-5)


class StopAt:
    """Stands for Ctrl-C after a step: `Saver` as it is, asked to stop at the right moment."""

    def __init__(self, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
        call = callbacks.Saver.__call__

        def asked(saver: Any, running: Any, values: Any) -> None:
            if running.step == step:
                os.kill(os.getpid(), signal.SIGINT)
            call(saver, running, values)

        monkeypatch.setattr(callbacks.Saver, "__call__", asked)


@pytest.mark.parametrize(
    "recipe",
    # The last one trains a network besides the one that draws.
    [SHORT_VAE, SHORT_GAN, SHORT_CONV_GAN, SHORT_RESIDUAL_GAN],
    ids=lambda recipe: f"{recipe.name}-{recipe.precision}",
)
def test_stopped_and_resumed_is_bit_for_bit_the_same(
    recipe: Recipe, settings: SettingsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run.train(recipe, settings(output=tmp_path / "expected", runs=tmp_path / "r"))
    # Once in the middle of an epoch, once at the end of one.
    for step in (7, 20):
        with monkeypatch.context() as patch:
            StopAt(step, patch)
            with pytest.raises(loop.Stopped):
                run.train(recipe, settings(resume=True))
        assert state.read_details(tmp_path / "runs" / recipe.name).step == step
        # Whatever else happened to PyTorch's generator in between.
        torch.manual_seed(step)
    assert not (tmp_path / "weights").exists()
    resumed = run.train(recipe, settings(resume=True))
    assert_same_result(resumed, expected)


def test_half_filled_rows_of_curves_and_the_time_survive_a_stop(
    settings: SettingsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row of many steps, stopped in its middle: it is the mean over all of them."""
    monkeypatch.setattr(callbacks.schedule, "TRAIN_ROWS", 3)
    # Half a second a step, whatever the machine.
    ticks = itertools.count()
    clock = SimpleNamespace(perf_counter=lambda: next(ticks) / 2)
    monkeypatch.setattr(loop, "time", clock)
    expected = run.train(SHORT_VAE, settings(output=tmp_path / "expected", runs=tmp_path / "r"))
    for step in (4, 17):
        stop_at(step, SHORT_VAE, settings(resume=True), monkeypatch)
        kept = state.read_details(tmp_path / "runs" / SHORT_VAE.name)
        assert kept.sums["steps"] == step % 10
        assert kept.seconds == step / 2
    resumed = run.train(SHORT_VAE, settings(resume=True))
    assert_same_result(resumed, expected)
    history = checkpoint.read_history(resumed)
    rows = dict(zip(history["step"], history["train_loss"], strict=True))
    assert [step for step, loss in rows.items() if loss is not None] == [10, 20, 30]
    assert history["seconds"] == [step / 2 for step in rows]
    assert checkpoint.read_metrics(resumed)["training"]["seconds"] == 15


def test_the_same_seed_twice_is_the_same_and_another_is_not(
    settings: SettingsMaker, tmp_path: Path
) -> None:
    first = run.train(SHORT_GAN, settings(output=tmp_path / "first"))
    again = run.train(SHORT_GAN, settings(output=tmp_path / "again"))
    assert_same_result(again, first)
    other = run.train(SHORT_GAN.replace(seed=1), settings(output=tmp_path / "other"))
    assert not torch.equal(
        tensors(other)["generator.0.0.weight"], tensors(first)["generator.0.0.weight"]
    )


def test_ctrl_c_puts_the_handlers_back(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    StopAt(3, monkeypatch)
    with pytest.raises(loop.Stopped):
        run.train(SHORT_VAE, settings())
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_second_ctrl_c_stops_at_once_but_not_one_that_comes_with_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(callbacks.time, "monotonic", lambda: now)
    with callbacks.Saver(lambda run: None):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        now += 1.5
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def stop_at(step: int, recipe: Recipe, options: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        StopAt(step, patch)
        with pytest.raises(loop.Stopped):
            run.train(recipe, options)


def test_other_settings_are_refused_on_resuming(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(4, SHORT_VAE, settings(), monkeypatch)
    with pytest.raises(UserError, match=r"began with lr = 0.001, but 0.01 was asked for"):
        run.train(SHORT_VAE.replace(lr=0.01), settings(resume=True))
    with pytest.raises(UserError, match=r"began with threads = 1, but 2 was asked for"):
        run.train(SHORT_VAE, settings(resume=True, threads=2))
    # Refused, not damaged.
    run.train(SHORT_VAE, settings(resume=True, threads=None))


@pytest.mark.parametrize("fingerprint", [True, False])
def test_a_run_that_former_code_began_is_gone_on_with(
    fingerprint: bool, settings: SettingsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its details were one plain dictionary; before runs of digits had a fingerprint, without."""
    # Rows of ten steps: the state is left with one that is not full yet.
    monkeypatch.setattr(callbacks.schedule, "TRAIN_ROWS", 3)
    expected = run.train(SHORT_GAN, settings(output=tmp_path / "expected", runs=tmp_path / "r"))
    stop_at(7, SHORT_GAN, settings(), monkeypatch)
    path = settings().runs / SHORT_GAN.name / state.STATE
    with safe_open(path, framework="pt") as stored:
        now = json.loads(stored.metadata()["details"])
        held = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    assert now["sums"]["steps"] == 7
    former = {
        "recipe": SHORT_GAN.to_dict(),
        "threads": 1,
        "step": 7,
        **{name: now[name] for name in ("images", "seconds", "rows", "sums", "moments")},
    }
    if fingerprint:
        former["fingerprint"] = now["fingerprint"]
    save_file(held, path, {"details": json.dumps(former)})
    assert_same_result(run.train(SHORT_GAN, settings(resume=True)), expected)


def test_other_images_are_refused_on_resuming(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(4, SHORT_VAE, settings(), monkeypatch)
    load = run.load_sets

    def others(*arguments: Any, **options: Any) -> Any:
        return dataclasses.replace(load(*arguments, **options), fingerprint="another")

    with monkeypatch.context() as patch:
        patch.setattr(run, "load_sets", others)
        with pytest.raises(UserError, match="The images have changed since this run began"):
            run.train(SHORT_VAE, settings(resume=True))
    # Refused, not damaged.
    run.train(SHORT_VAE, settings(resume=True))


def test_a_broken_state_can_be_thrown_away(settings: SettingsMaker) -> None:
    path = settings().runs / SHORT_VAE.name / state.STATE
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    for options in (settings(), settings(resume=True)):
        with pytest.raises(UserError, match="is not the whole state of a run"):
            run.train(SHORT_VAE, options)
    assert run.train(SHORT_VAE, settings(restart=True)).is_dir()


def test_a_stopped_run_is_not_thrown_away_unasked(
    settings: SettingsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_at(4, SHORT_VAE, settings(), monkeypatch)
    with pytest.raises(UserError, match=r"short-vae that stopped at step 4: go on with --resume"):
        run.train(SHORT_VAE, settings())
    folder = run.train(SHORT_VAE, settings(restart=True))
    assert checkpoint.read_history(folder)["step"] == list(range(1, STEPS + 1))


def test_finished_is_told_apart(settings: SettingsMaker) -> None:
    options = settings()
    assert not run.is_finished(SHORT_VAE, options)
    run.train(SHORT_VAE, options)
    assert run.is_finished(SHORT_VAE, options)
    assert not run.is_finished(SHORT_VAE.replace(seed=1), options)


def full_disk(patch: pytest.MonkeyPatch, when: Callable[[Path], bool]) -> None:
    """Writing fails, half done, wherever `when` says so of the file's path."""
    fdopen, write_bytes = os.fdopen, files.write_bytes

    class Full:
        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *exception: object) -> None:
            self.stream.close()

        def write(self, content: bytes) -> None:
            self.stream.write(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")

    def write(path: Path, content: bytes) -> None:
        with patch.context() as inner:
            if when(path):
                inner.setattr(os, "fdopen", lambda *arguments: Full(fdopen(*arguments)))
            write_bytes(path, content)

    patch.setattr(files, "write_bytes", write)


def test_a_full_disk_keeps_the_last_state(
    settings: SettingsMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = SHORT_VAE
    expected = run.train(recipe, settings(output=tmp_path / "expected", runs=tmp_path / "r"))
    # Save after every step; the disk is full at the twelfth.
    saves = 0

    def twelfth(path: Path) -> bool:
        nonlocal saves
        saves += path.name == state.STATE
        return saves == 12

    with monkeypatch.context() as patch:
        patch.setattr(callbacks, "SAVE_EVERY_SECONDS", 0.0)
        full_disk(patch, twelfth)
        with pytest.raises(
            UserError, match=r"Writing failed \(No space left on device\); the state of step 11 is"
        ):
            run.train(recipe, settings())
    left = all_files(tmp_path / "runs" / recipe.name)
    assert state.STATE in left
    assert [name for name in left if name.startswith(".")] == []
    assert_same_result(run.train(recipe, settings(resume=True)), expected)


def test_a_full_disk_before_the_first_save_says_so(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk(monkeypatch, lambda path: path.name == "index.json")
    with pytest.raises(UserError, match="no state of this run was saved yet"):
        run.train(SHORT_VAE, settings())


@pytest.mark.parametrize("name", ["model.safetensors", "metrics.json", "README.md"])
def test_a_full_disk_at_the_end_keeps_the_former_model_and_can_be_finished(
    name: str, settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = run.train(SHORT_VAE, settings())
    before = {path: (former / path).read_bytes() for path in all_files(former)}
    recipe = SHORT_VAE.replace(seed=1)
    with monkeypatch.context() as patch:
        full_disk(patch, lambda path: path.name == name)
        with pytest.raises(UserError, match=r"the state of step 30 is whole"):
            run.train(recipe, settings())
    assert {path: (former / path).read_bytes() for path in all_files(former)} == before
    run.train(recipe, settings(resume=True))
    assert checkpoint.load(former).recipe.seed == 1


def test_missing_data_and_classifier_are_one_sentence(
    settings: SettingsMaker, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="There is no mnist in"):
        run.train(SHORT_VAE, settings(data_dir=tmp_path))
    with pytest.raises(UserError, match=r"digit classifier that scores models is missing"):
        run.train(SHORT_VAE, settings(weights=tmp_path))
    with pytest.raises(UserError, match=r"no device 'abacus' here; cpu always works"):
        run.train(SHORT_VAE, settings(device="abacus"))


# Trains in a process of its own and saves after every step, so that a kill strikes anywhere.
KILLED = """
import sys
from pathlib import Path
from ganvae.recipe import Recipe
from ganvae.training import callbacks, finish, run
from ganvae.training.settings import Settings
import json
options = json.loads(sys.argv[1])
callbacks.SCORE_COUNT, finish.SCORE_COUNT = 20, 30
callbacks.SAVE_EVERY_SECONDS = 0.0
recipe = Recipe.from_dict(options.pop("recipe"))
folders = {key: Path(options.pop(key)) for key in ("weights", "output", "runs", "data_dir")}
run.train(recipe, Settings(**folders, **options))
"""


def test_a_model_that_can_not_be_exported_is_put_in_place_all_the_same(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = settings()

    def refuse(folder: Path) -> None:
        raise UserError("ONNX is out of reach.")

    monkeypatch.setattr(finish, "export", refuse)
    folder = run.train(SHORT_VAE.replace(epochs=1), options)
    assert "short-vae goes without ONNX files: ONNX is out of reach.\n" in capsys.readouterr().err
    assert checkpoint.load(folder).recipe.name == "short-vae"
    assert read_export(folder) is None


def test_killed_in_the_middle_and_resumed_is_the_same(
    settings: SettingsMaker, tmp_path: Path
) -> None:
    recipe = SHORT_GAN
    expected = run.train(recipe, settings(output=tmp_path / "expected", runs=tmp_path / "r"))
    options = settings()
    values = {
        "recipe": recipe.to_dict(),
        "weights": str(options.weights),
        "output": str(options.output),
        "runs": str(options.runs),
        "data_dir": str(options.data_dir),
        "device": "cpu",
        "threads": 1,
        "command": options.command,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, json.dumps(values)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    saved = options.runs / recipe.name / state.STATE
    try:
        # From its first state on, a run of 30 steps lasts long enough to be killed.
        while not saved.exists() and process.poll() is None:
            time.sleep(0.001)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert 1 <= state.read_details(saved.parent).step <= STEPS
    assert not (tmp_path / "weights" / recipe.name).exists()
    assert_same_result(run.train(recipe, settings(resume=True)), expected)

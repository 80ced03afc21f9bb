"""Two processes on the CPU train one model, started by `accelerate launch` as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from ganvae import checkpoint
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.training import run, state
from ganvae.training.processes import Processes
from ganvae.training.settings import Settings
from ganvae.training.step import make_update
from tests.training.conftest import (
    SHORT_CONV_GAN,
    SHORT_CONV_VAE,
    SHORT_RESIDUAL_GAN,
    SHORT_STRIDED_GAN,
    SHORT_VAE,
)
from tests.training.step.one_step import gradients, images_for

SettingsMaker = Callable[..., Settings]
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240
# `--multi_gpu` starts the processes; that they compute on the CPU is for the program to say.
LAUNCH = (
    *(sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"),
    *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"),
    *("--main_process_port", "0"),
)
ENVIRONMENT = {**os.environ, "ACCELERATE_USE_CPU": "true", "PYTHONPATH": str(ROOT)}


def launch(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LAUNCH, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    return output


class Half(Processes):
    """What one of two processes would draw and see, in this process alone."""

    world = 2

    def __init__(self, rank: int) -> None:
        super().__init__(torch.device("cpu"))
        self.rank = rank


def mean_of_halves(recipe: Recipe) -> dict[str, Tensor]:
    """Gradients of a step in which each half of the batch is normalised by itself."""
    halves = []
    for rank in range(2):
        torch.manual_seed(recipe.seed)
        update = make_update(build(recipe), Half(rank))
        for optimiser in update.optimisers:
            optimiser.step = lambda *_: None  # type: ignore[method-assign]
        update(batch(recipe, rank, 2), 1)
        halves.append(gradients(update))
    return {name: (halves[0][name] + halves[1][name]) / 2 for name in halves[0]}


def batch(recipe: Recipe, rank: int = 0, world: int = 1) -> Tensor:
    from ganvae.data import Batches

    batches = Batches.of(recipe, images_for(recipe), rank, world)
    return batches.batch(batches.epoch_order(0), 1)


def whole_batch(recipe: Recipe) -> dict[str, Tensor]:
    torch.manual_seed(recipe.seed)
    update = make_update(build(recipe))
    update(batch(recipe), 1)
    return gradients(update)


# A step of D changes what G learns from; its optimiser is as good as still here, so that the
# reference can be put together from halves.
STILL = {"lr": 1e-12}
PAIRED = SHORT_RESIDUAL_GAN.replace(
    name="one-pass",
    loss="relativistic",
    spectral_norm=False,
    one_pass=True,
    averaging=0.0,
    precision="float32",
    **STILL,
)
CASES = [
    (SHORT_CONV_VAE, whole_batch),  # vae-10's networks: no batch norm
    (SHORT_VAE.replace(batch_size=24), whole_batch),  # the sum over the batch
    (SHORT_CONV_GAN.replace(precision="float32", **STILL), mean_of_halves),
    (SHORT_STRIDED_GAN.replace(mixed_batches=False, **STILL), mean_of_halves),  # face-gan-128's
    (PAIRED, mean_of_halves),
    (PAIRED.replace(name="penalties", one_pass=False, gradient_penalty=1.0), mean_of_halves),
]


@pytest.mark.parametrize(("recipe", "reference"), CASES, ids=[c[0].name for c in CASES])
def test_gradients_are_those_of_one_process(
    tmp_path: Path, recipe: Recipe, reference: Callable[[Recipe], dict[str, Tensor]]
) -> None:
    (tmp_path / "recipe.json").write_text(json.dumps(recipe.to_dict()))
    target = tmp_path / "gradients"
    finish(launch("-m", "tests.training.step.one_step", str(tmp_path / "recipe.json"), str(target)))
    first, second = load_file(f"{target}.0"), load_file(f"{target}.1")
    assert torch.equal(first.pop("random"), second.pop("random"))
    expected = reference(recipe)
    assert set(first) == set(second) == set(expected)
    for name, gradient in expected.items():
        torch.testing.assert_close(first[name], second[name], rtol=0, atol=0)
        scale = gradient.abs().max().clamp(min=1e-6)
        assert ((first[name] - gradient).abs().max() / scale).item() < 1e-5, name


# What the processes run: a short training, as train.py would start it.
TRAIN = """
import json, sys
from pathlib import Path
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.training import callbacks, evaluate, finish, run
from ganvae.training.launched import leave
from ganvae.training.settings import Settings
callbacks.SCORE_COUNT = callbacks.PHOTOGRAPH_SCORE_COUNT = 20
evaluate.SCORE_COUNT, evaluate._SPEED_COUNT = 30, 10
callbacks.SAVE_EVERY_SECONDS = 0.0
finish.export = lambda folder: None
values = json.loads(Path(sys.argv[1]).read_text())
recipe = Recipe.from_dict(values.pop("recipe"))
paths = {name: Path(value) for name, value in values.pop("paths").items()}
try:
    run.train(recipe, Settings(**paths, **values))
except UserError as error:
    print(f"TOLD: {error}", flush=True)
    leave(2)
leave(0)
"""


def start(recipe: Recipe, options: Settings, folder: Path, **more: object) -> list[str]:
    values = {
        "recipe": recipe.to_dict(),
        "paths": {
            name: str(getattr(options, name)) for name in ("weights", "output", "runs", "data_dir")
        },
        "device": "cpu",
        "threads": 1,
        "command": "accelerate launch train.py",
        **more,
    }
    (folder / "train.py").write_text(TRAIN)
    (folder / "values.json").write_text(json.dumps(values))
    return [str(folder / "train.py"), str(folder / "values.json")]


def test_two_processes_train_and_one_writes(settings: SettingsMaker, tmp_path: Path) -> None:
    options = settings()
    recipe = SHORT_CONV_VAE
    output = finish(launch(*start(recipe, options, tmp_path)))
    assert output.count("short-conv-vae: scoring:   0%") == 1
    folder = tmp_path / "weights" / recipe.name
    metrics = checkpoint.read_metrics(folder)
    assert metrics["training"]["images"] == 6 * 150
    # The last batch of 22 comes out even; the sums are in another order, hence not bit for bit.
    alone = run.train(recipe, settings(output=tmp_path / "alone", runs=tmp_path / "r"))
    theirs, ours = (checkpoint.read_history(f)["train_loss"] for f in (folder, alone))
    assert theirs == pytest.approx(ours, rel=1e-3)
    expected = checkpoint.read_metrics(alone)
    assert metrics["final"]["test_loss"] == pytest.approx(expected["final"]["test_loss"], rel=1e-2)


def environment(pid: int) -> bytes:
    return b"\0" + Path(f"/proc/{pid}/environ").read_bytes()


def test_a_killed_process_ends_the_run_and_it_can_be_gone_on_with(
    settings: SettingsMaker, tmp_path: Path
) -> None:
    options = settings()
    recipe = SHORT_STRIDED_GAN.replace(dataset="mnist", image_shape=(1, 32, 32), steps=300)
    process = launch(*start(recipe, options, tmp_path))
    saved = options.runs / recipe.name / state.STATE
    until = time.monotonic() + PATIENCE
    while not saved.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    children = [int(pid) for pid in _children(process.pid)]
    assert len(children) == 2, process.communicate()[0]
    # Numbers of processes begin anew now and then: the larger one need not be the second.
    (second,) = (pid for pid in children if b"\0RANK=1\0" in environment(pid))
    os.kill(second, signal.SIGKILL)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    told = [line for line in output.splitlines() if "TOLD" in line]
    # Now and then the launcher ends the first process before that has noticed, and says so itself.
    if "Signal 15 (SIGTERM) received" not in output:
        assert "Another process of this training is lost; the state of step" in told[0]
    step = state.read_details(saved.parent).step
    assert 1 <= step < 300
    finish(launch(*start(recipe, options, tmp_path, resume=True)))
    metrics = checkpoint.read_metrics(tmp_path / "weights" / recipe.name)
    assert metrics["training"]["steps"] == 300


def _children(parent: int) -> list[str]:
    return Path(f"/proc/{parent}/task/{parent}/children").read_text().split()

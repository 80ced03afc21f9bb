from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from ganvae import checkpoint, files, sweeps
from ganvae.commands.members import sweep_members
from ganvae.commands.sweep import sweep as sweep_command
from ganvae.errors import UserError
from ganvae.recipe import Recipe
from ganvae.sweeps import Sweep
from ganvae.training import sweep
from ganvae.training.loop import Loop, Stopped
from ganvae.training.member import Member
from ganvae.training.settings import Settings
from ganvae.training.state import STATE
from tests.training.conftest import SHORT_VAE

SettingsMaker = Callable[..., Settings]


def members(*latents: int, steps: int = 4) -> list[Member]:
    return [
        Member(
            {"latent": latent},
            (SHORT_VAE.replace(name=f"v-{latent}", latent=latent, epochs=None, steps=steps),),
        )
        for latent in latents
    ]


def read(folder: Path) -> Sweep:
    return Sweep.read(folder / "sweep.json")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sweep_writes_table_plot_and_models(
    settings: SettingsMaker, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeps, "COLLAPSED_KL", 0)  # after four steps there is nothing yet
    folder = sweep.run_sweep("vae", members(2, 3), settings(), jobs)
    assert folder == tmp_path / "runs" / "sweep-vae-latent"
    table = read(folder)
    assert [(row["name"], row["latent"]) for row in table.rows] == [("v-2", 2), ("v-3", 3)]
    assert (table.pair, table.steps) == (SHORT_VAE.pair, 4)
    for row in table.rows:
        metrics = checkpoint.read_metrics(folder / "models" / str(row["name"]))
        assert row["distance"] == metrics["distance"]["value"]
        assert row["reconstruction"] == metrics["final"]["test_reconstruction"]
        assert row["kl"] == metrics["final"]["test_kl"]
    assert (folder / "sweep.csv").read_text().count("\n") == 3
    assert (folder / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "weights").exists()


def test_a_stopped_sweep_goes_on_where_it_was(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(sweep.run_sweep("whole", members(2, 3), settings(), 1))
    begun: list[tuple[str, int]] = []
    real = Loop.run

    def stop_in_the_second(loop: Loop) -> None:
        model = loop.update.model  # type: ignore[attr-defined]
        begun.append((model.recipe.name, loop.step))
        if len(begun) == 2:
            raise Stopped
        real(loop)

    monkeypatch.setattr(Loop, "run", stop_in_the_second)
    with pytest.raises(Stopped):
        sweep.run_sweep("vae", members(2, 3), settings(), 1)
    folder = settings().runs / "sweep-vae-latent"
    assert [row["name"] for row in read(folder).rows] == ["v-2"]
    with pytest.raises(UserError, match="1 finished trainings: go on with --resume"):
        sweep.run_sweep("vae", members(2, 3), settings(), 1)
    with pytest.raises(UserError, match="was begun with: python train"):
        sweep.run_sweep("vae", members(2, 3, steps=9), settings(resume=True), 1)
    sweep.run_sweep("vae", members(2, 3), settings(resume=True), 1)
    assert [name for name, _ in begun] == ["v-2", "v-3", "v-3"]
    drop_seconds = [{**row, "seconds": 0} for row in read(folder).rows]
    assert drop_seconds == [{**row, "seconds": 0} for row in whole.rows]


def test_restart_begins_anew(settings: SettingsMaker) -> None:
    folder = sweep.run_sweep("vae", members(2), settings(), 1)
    sweep.run_sweep("vae", members(3, steps=5), settings(restart=True), 1)
    assert [row["name"] for row in read(folder).rows] == ["v-3"]
    assert not (folder / "models" / "v-2").exists()


class Pool:
    """Stands for a pool of processes: does the work here and now, and notes what is asked."""

    jobs: int

    def __init__(self, jobs: int, context: object) -> None:
        Pool.jobs = jobs

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def submit(self, work: Callable[..., None], *arguments: object) -> Future[None]:
        future: Future[None] = Future()
        future.set_result(work(*arguments))
        return future


@pytest.mark.parametrize(
    ("cores", "jobs", "asked", "threads"),
    [
        (8, 2, None, 4),
        (8, 3, None, 2),
        # Three trainings have no work for more jobs.
        (8, 8, None, 2),
        (2, 3, None, 1),
        (None, 2, None, 1),
        (8, 2, 3, 3),
    ],
)
def test_jobs_share_the_cores(
    settings: SettingsMaker,
    monkeypatch: pytest.MonkeyPatch,
    cores: int | None,
    jobs: int,
    asked: int | None,
    threads: int,
) -> None:
    trained: list[int | None] = []
    monkeypatch.setattr(sweep, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(sweep.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(sweep, "train", lambda recipe, options: trained.append(options.threads))
    sweep.run_sweep("vae", members(2, 3, 4), settings(threads=asked), jobs)
    assert trained == [threads] * 3
    assert Pool.jobs == min(jobs, 3)


def test_a_member_goes_on_with_the_threads_it_began_with(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: dict[str, int | None] = {}

    def note(recipe: Recipe, options: Settings) -> None:
        trained[recipe.name] = options.threads

    monkeypatch.setattr(sweep, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(sweep.os, "cpu_count", lambda: 8)
    monkeypatch.setattr(sweep, "train", note)
    begun = settings().runs / "sweep-vae-latent" / "runs" / "v-2"
    begun.mkdir(parents=True)
    (begun / STATE).write_bytes(b"")
    sweep.run_sweep("vae", members(2, 3), settings(threads=None, resume=True), 2)
    assert trained == {"v-2": None, "v-3": 4}


def test_a_row_says_of_a_member_what_was_measured(settings: SettingsMaker) -> None:
    (member,) = members(2)
    metrics = {
        "distance": {"value": 1.5},
        "fitted": {"distance": {"value": 2.5}},
        "precision_recall": {"precision": 0.75, "recall": 0.25},
        "sharpness": {"ratio": 0.5},
        "final": {"test_reconstruction": 3.5, "test_kl": 4.5, "test_loss": 8.0},
        "training": {"seconds": 60.0},
    }
    options = settings()
    files.write_json(options.result_of("v-2") / checkpoint.METRICS, metrics)
    assert sweep._row(member, options) == {
        "name": "v-2",
        "latent": 2,
        "distance": 1.5,
        "fitted_distance": 2.5,
        "precision": 0.75,
        "recall": 0.25,
        "sharpness": 0.5,
        "reconstruction": 3.5,
        "kl": 4.5,
        "loss": 8.0,
        "seconds": 60.0,
    }


def test_combinations_go_seed_by_seed() -> None:
    options = {param.name: None for param in sweep_command.params} | {
        "model": "vae",
        "weights": Path("weights"),
    }
    found = sweep_members(options, ("latent=2,5", "seed=0,1"), sweep_command.params)
    assert [member.values for member in found] == [
        {"latent": 2, "seed": 0},
        {"latent": 5, "seed": 0},
        {"latent": 2, "seed": 1},
        {"latent": 5, "seed": 1},
    ]
    assert [member.recipe.name for member in found][:3] == ["vae-2", "vae-5", "vae-2-seed1"]

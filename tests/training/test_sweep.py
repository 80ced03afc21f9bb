from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganvae import checkpoint, sweeps
from ganvae.commands.members import sweep_members
from ganvae.commands.sweep import sweep as sweep_command
from ganvae.errors import UserError
from ganvae.sweeps import Sweep
from ganvae.training import sweep
from ganvae.training.loop import Loop, Stopped
from ganvae.training.member import Member
from ganvae.training.settings import Settings
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

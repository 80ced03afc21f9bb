"""`train.py --verify`: what it says, its exit status, and that it changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ganvae import checkpoint, digests, files
from ganvae.commands import cli
from ganvae.training import run, verify
from ganvae.training.settings import Settings
from tests.training.conftest import SHORT_VAE

SettingsMaker = Callable[..., Settings]


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    shutil.copytree(tiny_weights / "vae-3", folder / "vae-3")
    digests.write(folder)
    return folder


def states(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file's content and when it was written."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_whole_folder(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = states(weights)
    assert cli.main(["--verify", "--weights", str(weights)]) == 0
    count = len(before) - 1
    expected = f"All {count} files in {weights} are as digests.json lists them.\n"
    assert capsys.readouterr().out == expected
    assert states(weights) == before


def test_each_difference_is_one_sentence(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (weights / "vae-3" / "history.csv").unlink()
    (weights / "extra.bin").write_bytes(b"x")
    assert cli.main(["--verify", "--weights", str(weights)]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "extra.bin is not in digests.json.",
        "vae-3/history.csv is missing.",
    ]
    assert told.err == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--model", "vae"], "--verify changes nothing: leave out --model."),
        (["--export", "all"], "leave out --export."),
        (["--push", "someone/models"], "Give --push or --verify, not both."),
        (["--threads", "0"], "--threads must be from 1 to 1024"),
        (["--score", "nobody"], "There is no trained model 'nobody'"),
    ],
)
def test_mistakes(
    weights: Path, more: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--verify", "--weights", str(weights), *more]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line


def test_without_a_list(weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (weights / digests.DIGESTS).unlink()
    assert cli.main(["--verify", "--weights", str(weights)]) == 2
    assert "python train.py digests writes it." in capsys.readouterr().err


def test_numbers_are_measured_again(
    settings: SettingsMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    home = settings().weights
    ours = settings(output=None)
    # The first run measures the real images; from then on its folder has a list.
    run.train(SHORT_VAE, ours)
    digests.write(home)
    run.train(SHORT_VAE, settings(output=None, restart=True))
    folder = home / SHORT_VAE.name
    assert digests.differences(home) == []
    before = states(home)
    assert verify.verify(ours, "all") == 0
    assert "short-vae measures as its metrics.json says." in capsys.readouterr().out
    assert states(home) == before
    metrics = checkpoint.read_metrics(folder)
    metrics["sharpness"]["ratio"] *= 1 + 2 * verify.RELATIVE
    metrics["distance"]["value"] *= 1 + verify.RELATIVE / 2
    files.write_json(folder / checkpoint.METRICS, metrics)
    digests.refresh(home, SHORT_VAE.name)
    before = states(home)
    assert verify.verify(ours, "short-vae") == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("short-vae: sharpness.ratio is ")
    assert states(home) == before
    # Weights that were changed together with the list are found by their numbers alone.
    model = checkpoint.load(folder)
    with torch.no_grad():
        next(model.parameters()).mul_(1.5)
    checkpoint.save_weights(folder, model)
    digests.refresh(home, SHORT_VAE.name)
    assert verify.verify(ours, "short-vae") == 1
    assert "short-vae: reconstruction.squared_error is " in capsys.readouterr().out


def test_what_cannot_be_measured_is_not_verified(
    weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    nowhere = ["--data-dir", str(tmp_path / "empty")]
    before = states(weights)
    assert cli.main(["--verify", "--score", "--weights", str(weights), *nowhere]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("vae-3 can't be measured: There is no mnist in ")
    assert states(weights) == before


def test_differences_of_figures() -> None:
    recorded = {"a": 1.0, "b": [0.0, 1.0], "c": {"n": 3, "name": "x"}, "d": 1}
    same = {"a": 1.0009, "b": [0.001, 1.0005], "c": {"n": 3, "name": "x"}, "d": 1}
    assert list(verify.differences(same, recorded)) == []
    other = {"a": 1.002, "b": [0.0], "c": {"n": 4, "new": 1.0}, "d": 1}
    assert list(verify.differences(other, recorded)) == [
        "a is 1.002, recorded is 1.",
        "b is a list of 1 numbers, recorded is a list of 2 numbers.",
        "c.n is 4, recorded is 3.",
        "c.name is only recorded.",
        "c.new is only measured.",
    ]
    assert list(verify.differences({"a": float("nan")}, {"a": 1.0})) != []

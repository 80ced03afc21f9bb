"""docs/extending.md: its changes apply as they stand, and its commands train what they name."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ganvae import checkpoint
from tests.training.conftest import classifier_weights  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(diff|sh)\n(.*?)```", PAGE, flags=re.DOTALL)

# train.py with few samples to score and without ONNX files, which tests elsewhere look at.
QUICK = """
import sys
from ganvae.commands import cli
from ganvae.training import callbacks, evaluate, finish, inside
callbacks.SCORE_COUNT, evaluate.SCORE_COUNT, evaluate._SPEED_COUNT = 20, 30, 10
finish.export = lambda folder: None
inside.PARTS = ()
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory,
    small_data: Path,
    classifier_weights: Path,  # noqa: F811
) -> Path:
    """A copy of the code with every change of the page applied, data and a classifier."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "ganvae", folder / "ganvae", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(small_data, folder / "data")
    shutil.copytree(folder / "data" / "MNIST", folder / "data" / "KMNIST")
    shutil.copytree(classifier_weights, folder / "weights")
    for kind, text in BLOCKS:
        if kind == "diff":
            command = ["git", "apply", "--whitespace=error-all", "-"]
            done = subprocess.run(command, input=text, cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, f"{done.stderr}\n{text}"
    return folder


COMMANDS = [text.strip() for kind, text in BLOCKS if kind == "sh"]


def test_there_is_an_example_of_each() -> None:
    assert [kind for kind, _ in BLOCKS].count("diff") >= 3
    assert len(COMMANDS) == 4


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_trains_what_was_added(project: Path, command: str) -> None:
    python, script, *arguments = shlex.split(command)
    assert (python, script) == ("python", "train.py")
    environment = {**os.environ, "GANVAE_DATA": str(project / "data")}
    done = subprocess.run(
        [sys.executable, "-c", QUICK, *arguments, "--steps", "3", "--threads", "1"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    name = re.search(r"^(\S+) is in ", done.stdout, flags=re.MULTILINE)
    assert name is not None, done.stdout
    folder = project / "weights" / name[1]
    recipe = checkpoint.read_json(folder / checkpoint.CONFIG)["recipe"]
    told = {
        "wide-vae-100": ("decoder_widths", [32, 64, 64, 32]),
        "wasserstein-gan-100": ("loss", "wasserstein"),
    }
    model = next((one for one in arguments if one in told), "")
    default = ("epsilon", 1e-6) if "--epsilon" in arguments else ("dataset", "kmnist")
    field, value = told.get(model, default)
    assert recipe[field] == value
    assert checkpoint.read_metrics(folder)["training"]["steps"] == 3


def test_a_setting_is_everywhere_after_one_change(project: Path) -> None:
    """In --help, in the checks, in the table of the docs, and on the card of what differs in it."""
    code = """
import sys
from ganvae.cards.settings import settings_section
from ganvae.commands import cli
from ganvae.recipe.shipped import RECIPES
sys.path.insert(0, sys.argv[1])
from tables.settings import settings
cli.main(["fit", "--help"])
print(settings(), settings_section(RECIPES["vae-3"].replace(epsilon=0.5)), sep="\\n")
print(settings_section(RECIPES["gan-100"]).count("epsilon"))
sys.exit(cli.main(["fit", "vae", "--epsilon", "2", "--dry-run"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "scripts")],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "train.py: epsilon must be in (0, 1], not 2.0.\n"
    what = "Added to the denominator of Adam's step, which keeps small gradients' steps small"
    words = " ".join(done.stdout.split())
    assert f"--epsilon FLOAT {what}. [0<x<=1; default: 1e-08]" in words
    assert f"| `epsilon` | `--epsilon` | 0<x<=1 | | 1e-08 | {what}. |" in words
    assert f"| `epsilon` | 0.5 | {what} |" in words
    # Where it is at its default it has no part.
    assert done.stdout.splitlines()[-1] == "0"

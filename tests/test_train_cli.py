"""train.py as it is typed: in this process where that is quick, in one of its own once."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ganvae import checkpoint
from ganvae.cards.__main__ import one_by_one
from ganvae.commands import cli
from ganvae.commands.former import translate
from ganvae.commands.shared import Typed
from ganvae.export.format import EXPORT, read_export
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES
from ganvae.training import callbacks, evaluate, state
from tests.training.conftest import (
    classifier_weights,  # noqa: F401 - a fixture
    look_little,
)

ROOT = Path(__file__).resolve().parent.parent
Train = Callable[..., tuple[int, str, str]]


@pytest.fixture
def train(capsys: pytest.CaptureFixture[str]) -> Train:
    """`train(*arguments)`: exit status, output and errors of train.py."""

    def call(*arguments: object) -> tuple[int, str, str]:
        status = cli.main([str(argument) for argument in arguments])
        output, errors = capsys.readouterr()
        return status, output, errors

    return call


@pytest.fixture
def folders(
    tmp_path: Path,
    small_data: Path,
    classifier_weights: Path,  # noqa: F811 - the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> list[str]:
    """Options that keep a short training inside the test's own folder."""
    monkeypatch.setattr(callbacks, "SCORE_COUNT", 20)
    monkeypatch.setattr(evaluate, "SCORE_COUNT", 30)
    look_little(monkeypatch)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "digit-classifier").symlink_to(classifier_weights / "digit-classifier")
    return [
        f"--weights={tmp_path / 'weights'}",
        f"--runs={tmp_path / 'runs'}",
        f"--data-dir={small_data}",
        "--threads=1",
        "--device=cpu",
    ]


def dry_run(train: Train, *arguments: object) -> list[dict[str, Any]]:
    status, output, errors = train(*arguments, "--dry-run")
    assert (status, errors) == (0, "")
    decoder, recipes = json.JSONDecoder(), []
    while output.strip():
        recipe, end = decoder.raw_decode(output.lstrip())
        recipes.append(recipe)
        output = output.lstrip()[end:]
    return recipes


def test_list_shows_every_model_with_its_parameters(train: Train, tmp_path: Path) -> None:
    status, output, errors = train("--list", "--weights", tmp_path)
    assert (status, errors) == (0, "")
    rows = {line.split()[0]: line.split() for line in output.splitlines() if line}
    assert set(RECIPES) <= set(rows)
    assert rows["mlp-vae-20"] == ["mlp-vae-20", "A", "20", "652,824", "mnist", "-"]
    assert rows["gan-100"] == ["gan-100", "D", "100", "186,385", "mnist", "-"]
    assert "vae = vae-100" in output
    assert "digit-classifier" in output


def test_list_shows_the_time_a_trained_model_took(train: Train, tiny_weights: Path) -> None:
    _, output, _ = train("--list", "--weights", tiny_weights)
    rows = {line.split()[0]: line.split() for line in output.splitlines() if line}
    assert rows["vae-3"][-1] == "16.0"
    assert rows["vae-100"][-1] == "-"


def test_what_a_killed_training_left_hidden_is_put_back(
    train: Train, tiny_weights: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_weights / "vae-3", tmp_path / ".vae-3.old")
    _, output, _ = train("--list", "--weights", tmp_path)
    rows = {line.split()[0]: line.split() for line in output.splitlines() if line}
    assert rows["vae-3"][-1] == "16.0"


def test_help_lists_the_commands(train: Train) -> None:
    for arguments in (["--help"], ["-h"], ["--weights=x", "--help"]):
        status, output, errors = train(*arguments)
        assert (status, errors) == (0, "")
        shown = re.findall(r"^  ([a-z-]+) +[A-Z]", output, flags=re.MULTILINE)
        assert shown == list(cli.command.commands)
        assert "..." not in output.split("Commands:")[1]


def test_help_of_a_command_groups_its_options_and_shows_defaults(train: Train) -> None:
    status, output, _ = train("fit", "--help")
    assert status == 0
    heads = re.findall(r"^([A-Z][a-z ]+):$", output, flags=re.MULTILINE)
    assert heads == ["What", "How long", "Optimiser", "Objective", "Data", "Output", "Options"]
    words = " ".join(output.split())
    for option in ("--latent", "--resume", "--restart", "--dry-run", "--tensorboard"):
        assert option in words
    # Recipes differ in it: no default. All agree: the default. A range stands beside either.
    assert "Adam's learning rate. [0<x<=1]" in words
    assert "drawn from. [0<=x<=4294967295; default: 0]" in words
    assert "Folder of finished models. [default: weights/]" in words
    assert "[default: GANVAE_DATA, else data/, downloaded]" in words
    assert "--dry-run]" not in words


LONG = [f"batch_size={','.join(map(str, range(2, 17)))}"]


@pytest.mark.parametrize(
    ("former", "command"),
    [
        ("--model vae --latent 100", "fit vae --latent 100"),
        ("--latent 100 --model=vae --resume", "fit vae --latent 100 --resume"),
        ("--model all --push a/b --private", "fit all --push a/b --private"),
        ("--model vae --sweep lr=1,2 --sweep=seed=0,1 -h", "sweep vae lr=1,2 seed=0,1 -h"),
        ("--list --weights w --threads 1", "list --weights w"),
        ("--score", "score all"),
        ("--score --features inception", "score all --features inception"),
        ("--threads 2 --score vae-3", "score vae-3 --threads 2"),
        ("--export all", "export all"),
        ("--inspect=vae-3 --device cpu", "inspect vae-3 --device cpu"),
        ("--verify", "verify"),
        ("--verify --score all --weights w", "verify --score all --weights w"),
        ("--verify --score --weights w", "verify --score all --weights w"),
        ("--dataset ~/cats --write-split ~/split", "split ~/cats ~/split"),
        ("--push a/b --dry-run", "push a/b --dry-run"),
        ("--push-space a/b", "push-space a/b"),
        ("--help", "--help"),
        ("fit vae --name=--model", "fit vae --name=--model"),
    ],
)
def test_a_former_flag_is_a_command(former: str, command: str) -> None:
    assert translate(former.split()) == command.split()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say what to do, like: python train.py fit vae --latent 100"),
        (["fti"], "There is no command 'fti'; there are: fit, sweep, list"),
        (["vae"], "To train a model: python train.py fit vae."),
        (["fit"], "Missing argument 'MODEL'"),
        (["sweep", "vae"], "Missing argument 'OPTION=V,V,…'"),
        (["score", "all", "--jobs=2"], "--jobs goes with sweep, not with score."),
        (["fit", "vae", "--features=own"], "--features goes with score, not with fit."),
        (["list", "--colour"], "No such option"),
        (["fit", "vae", "--private"], "--private goes with --push USER/REPO."),
        (["fit", "vae", "--resume", "--restart"], "Give --resume or --restart, not both."),
        (["split", "mnist", "x"], "mnist comes split already"),
        (["--model"], "Option '--model' requires an argument."),
        (["--export", "-x"], "--export takes a name, not '-x'."),
        (["--sweep=lr=.1"], "Name a model with --model"),
        (["--list=x"], "--list takes no value."),
        (["fit", "digit-classifier", "--dry-run"], "has settings of its own: leave out --dry-run"),
        (["fit", "digit-classifier", "--lr=.1"], "has settings of its own: leave out --lr."),
        (["fit", "bridge-digits-2", "--judge=fresh"], "a GAN, or none for a fresh one."),
        (
            ["sweep", "vae", "lr=0.00012345671,0.00012345672"],
            "Two trainings of that sweep would have the name vae-100-lr0.000123457.",
        ),
        (["sweep", "vae", f"seed={','.join(map(str, range(15)))}", *LONG], "has 225 trainings"),
        (["cards", "nope"], "There is no trained model 'nope' in "),
        (["cards", "all", "vae-100"], "all goes alone."),
        (["cards", "vae-3", "vae-10", "--seeds=x"], "are about one model: name it alone."),
        (["verify", "--score", "nope"], "There is no trained model 'nope' in "),
    ],
)
def test_a_mistaken_command_is_one_sentence_and_status_2(
    train: Train, arguments: list[str], sentence: str
) -> None:
    status, output, errors = train(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith("train.py: ")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_the_installed_program_goes_by_its_own_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fit", "vae", "--threads", "0"], "ganvae") == 2
    assert capsys.readouterr().err == "ganvae: --threads must be from 1 to 1024, not 0.\n"


@pytest.mark.parametrize("module", ["cards", "claims", "bridges", "digests"])
def test_help_of_a_module_shows_what_can_be_typed(
    module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main = importlib.import_module(f"ganvae.{module}.__main__").main
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: python -m ganvae.{module} [OPTIONS]")
    assert main(["--colour"]) == 2
    assert capsys.readouterr().err.startswith(f"ganvae.{module}: ")


def commands_in(text: str) -> set[str]:
    """Every command line of train.py and of the package's modules in a text, cut at comments."""
    lines = re.findall(r"python (?:train\.py|-m ganvae\.[a-z]+)\b[^`|\n\")]*", text)
    return {re.split(r" +#| \\\\?$", line)[0].strip(" .,:;") for line in lines}


def test_every_command_that_is_written_down_is_understood(train: Train) -> None:
    """As far as parsing goes: each option is one of its command's, and none is left over."""
    # What docs/extending.md adds is there only where it was added: test_extending.py.
    pages = [page for page in ROOT.glob("docs/*.md") if page.stem != "extending"]
    places = [ROOT / "README.md", *pages, *ROOT.glob("weights/*/README.md")]
    found = set().union(*(commands_in(path.read_text(encoding="utf-8")) for path in places))
    assert len(found) > 60
    for line in sorted(found):
        _, *words = shlex.split(line)
        if words[0] == "-m":
            words = [words[1].removeprefix("ganvae."), *words[2:]]
            words = one_by_one(words)
        else:
            words = translate(words[1:])
        if words and words != ["--help"]:
            command = cli.command.commands[words[0]]
            command.make_context(words[0], words[1:], obj=Typed("train.py", ()))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--model", "vae", "--latent", "100"], "vae-100"),
        (["--model", "vae", "--latent", "3"], "vae-3"),
        (["--model", "gan"], "gan-100"),
        (["--model", "mlp-gan"], "mlp-gan-100"),
        (["--model", "mlp-gan-100-leaky"], "mlp-gan-100-leaky"),
    ],
)
def test_dry_run_prints_the_recipe(train: Train, arguments: list[str], name: str) -> None:
    (shown,) = dry_run(train, *arguments)
    assert Recipe.from_dict(shown) == RECIPES[name]


def test_dry_run_of_all_is_every_shipped_model(train: Train) -> None:
    names = [recipe["name"] for recipe in dry_run(train, "--model", "all")]
    assert names == [name for name, recipe in RECIPES.items() if recipe.shipped]


@pytest.mark.parametrize(
    ("arguments", "name", "changes"),
    [
        (["--model=vae", "--latent=32"], "vae-32", {"latent": 32}),
        (["--model=vae", "--seed=1"], "vae-100-seed1", {"seed": 1}),
        (["--model=vae-3", "--lr=1e-4"], "vae-3-lr0.0001", {"lr": 1e-4}),
        (["--model=vae-3", "--beta=4", "--seed=2"], "vae-3-beta4-seed2", {"beta": 4.0, "seed": 2}),
        (["--model=vae-3", "--epochs=2"], "vae-3-epochs2", {"epochs": 2, "steps": None}),
        (["--model=mlp-vae", "--steps=9"], "mlp-vae-20-steps9", {"epochs": None, "steps": 9}),
        (
            ["--model=gan", "--adam-beta1=0.9", "--real-label=0.9"],
            "gan-100-adambeta10.9-reallabel0.9",
            {"adam_betas": [0.9, 0.999], "real_label": 0.9},
        ),
        (
            ["--model=gan", "--prior=uniform", "--dataset=fashion-mnist"],
            "gan-100-fashion-mnist-prioruniform",
            {"prior": "uniform", "dataset": "fashion-mnist"},
        ),
        (["--model=mlp-gan", "--mirror"], "mlp-gan-100-mirror", {"mirror": True}),
        (
            ["--model=face-gan", "--pretraining=none", "--no-mixed-batches"],
            "face-gan-128-pretrainingnone-nomixedbatches",
            {"pretraining": None, "mixed_batches": False},
        ),
        (["--model=face-vae", "--no-mirror"], "face-vae-128-nomirror", {"mirror": False}),
        (
            ["--model=face-vae", "--encoder-widths=8,8,8,8,8"],
            "face-vae-128-encoderwidths8x8x8x8x8",
            {"encoder_widths": [8] * 5},
        ),
        (
            ["--model=face-gan", "--pretraining=none", "--flip-every=0", "--label-noise=0"],
            "face-gan-128-flipevery0-labelnoise0-pretrainingnone",
            {"pretraining": None, "flip_every": 0, "label_noise": 0.0},
        ),
        # The loss decides which pixels the networks see.
        (
            ["--model=vae", "--loss=calibrated", "--cooldown=.5"],
            "vae-100-cooldown0.5-losscalibrated",
            {"loss": "calibrated", "image_range": [-1.0, 1.0], "cooldown": 0.5},
        ),
        (
            ["--model=tuned-gan-digits", "--augmentation", "--no-spectral-norm"],
            "tuned-gan-digits-nospectralnorm-augmentation",
            {"augmentation": True, "spectral_norm": False},
        ),
        (
            [
                "--model=tuned-gan-digits",
                "--loss=relativistic",
                "--one-pass",
                "--penalty-every=8",
                "--gradient-penalty=.5",
                "--name=paired",
            ],
            "paired",
            {"one_pass": True, "gradient_penalty": 0.5, "penalty_every": 8},
        ),
        (
            [
                "--model=tuned-gan-digits",
                "--augmentation",
                "--augmentation-start=.5",
                "--augmentation-limit=.3",
                "--minibatch-deviation",
                "--name=late",
            ],
            "late",
            {"augmentation_start": 0.5, "augmentation_limit": 0.3, "minibatch_deviation": True},
        ),
        (
            ["--model=tuned-vae-digits", "--patch=2", "--decoder-widths=8,4", "--encoder-widths=4"],
            "tuned-vae-digits-encoderwidths4-decoderwidths8x4-patch2",
            {"patch": 2, "decoder_widths": [8, 4]},
        ),
        (["--model=bridge-faces-0", "--judge=none"], "bridge-faces-0-judgenone", {"judge": None}),
        (["--model=vae", "--components=20"], "vae-100-components20", {"components": 20}),
        (["--model=mini-gan", "--dropout=0", "--name=dry"], "dry", {"dropout": 0.0}),
    ],
)
def test_names_are_derived_from_what_differs(
    train: Train, arguments: list[str], name: str, changes: dict[str, Any]
) -> None:
    (shown,) = dry_run(train, *arguments)
    assert shown["name"] == name
    assert not shown["shipped"]
    for field, value in changes.items():
        assert shown[field] == value


def test_a_long_name_is_cut_and_stays_a_name_of_its_own(train: Train) -> None:
    widths = ["--encoder-widths=16,32,64,128", "--decoder-widths=128,64,32,16,16"]
    names = [
        dry_run(train, "fit", "tuned-gan-faces", *widths, "--adam-beta1=.4", f"--seed={seed}")[0][
            "name"
        ]
        for seed in (1, 2)
    ]
    assert len({*names}) == 2
    assert {len(name) for name in names} == {64}


def test_a_gan_that_starts_from_none_can_start_from_a_fresh_vae(train: Train) -> None:
    vae, gan = dry_run(train, "fit", "tuned-gan-faces", "--pretraining=fresh")
    assert vae["name"] == gan["pretraining"] == "tuned-gan-faces-pretrainingfresh-vae"
    assert vae["family"] == "vae"


def test_a_folder_that_is_missing_after_an_option_is_said() -> None:
    assert one_by_one(["vae-3", "--seeds"]) == ["vae-3", "--seeds"]
    assert one_by_one(["vae-3", "--seeds", "a", "b", "--weights=w", "c"]) == [
        *("vae-3", "--seeds", "a", "--seeds", "b", "--weights=w", "c"),
    ]


def test_an_option_that_says_what_the_recipe_says_changes_nothing(train: Train) -> None:
    (shown,) = dry_run(train, "--model=vae", "--lr=0.001", "--steps=25000", "--seed=0", "--beta=1")
    assert Recipe.from_dict(shown) == RECIPES["vae-100"]


MISTAKES = [
    ([], "Name a model with --model"),
    (["--model=vea"], "There is no model 'vea'; there are: mlp-vae-20"),
    (["--model=vae", "--latent=0"], "whole number from 1 to 1024, not 0"),
    (["--model=vae", "--latent=many"], "'many' is not a valid integer"),
    (["--model=vae", "--latent=1.5"], "'1.5' is not a valid integer"),
    (["--model=vae", "--lr=0"], "learning rate must be in (0, 1], not 0.0"),
    (["--model=vae", "--lr=nan"], "learning rate must be in (0, 1], not nan"),
    (["--model=vae", "--batch-size=1"], "batch size must be a whole number from 2 to 65536, not 1"),
    (["--model=vae", "--epochs=0"], "epochs must be a whole number from 1"),
    (["--model=vae", "--steps=-5"], "steps must be a whole number from 1"),
    (["--model=vae", "--epochs=1", "--steps=1"], "Give --epochs or --steps, not both"),
    (["--model=vae", "--seed=-1"], "seed must be a whole number from 0 to 4294967295"),
    (["--model=gan", "--adam-beta1=1"], "Adam's betas must be two numbers in [0, 1)"),
    (["--model=gan", "--judge=vae-3"], "--judge belongs to a VAE, and gan-100 is none"),
    (["--model=vae", "--judge=gan-100"], "A judge belongs to a bridge"),
    (["--model=gan", "--components=20"], "--components belongs to a VAE, and gan-100 is none"),
    (["--model=vae", "--patch=2"], "more than one pixel belongs to residual networks"),
    (["--model=gan", "--beta=2"], "--beta belongs to a VAE, and gan-100 is none"),
    (["--model=vae", "--real-label=.9"], "--real-label belongs to a GAN, and vae-100 is none"),
    (["--model=gan", "--prior=cauchy"], "prior must be normal or uniform, not 'cauchy'"),
    (["--model=gan", "--dataset=cifar"], "There is no data set and no folder 'cifar'"),
    (["--model=gan", "--precision=float16"], "precision must be float32 or bfloat16"),
    (["--model=gan", "--real-label=0"], "real label must be in (0, 1]"),
    (["--model=face-vae", "--encoder-widths=32;64"], "takes whole numbers with commas between"),
    (
        ["--model=face-vae", "--encoder-widths=32,0"],
        "encoder_widths must be 1 to 16 whole numbers",
    ),
    (["--model=gan", "--flip-every=16"], "belong to a GAN with the squared-error loss"),
    (["--model=gan", "--pretraining=fresh"], "a GAN with strided or residual networks"),
    (["--model=face-vae", "--label-noise=.1"], "--label-noise belongs to a GAN, and face-vae-128"),
    (["--model=face-gan", "--input-noise=-1"], "input noise must be in [0, 10], not -1.0"),
    (["--model=face-gan", "--augmentation"], "two answers to one question: choose one"),
    (["--model=face-gan", "--real-label=.9"], "real label belongs to a GAN with the cross-entropy"),
    (["--write-split=x"], "--write-split needs the folder to split: --dataset FOLDER"),
    (["--model=vae", "--threads=0"], "--threads must be from 1 to 1024, not 0"),
    (["--model=vae", "--resume", "--restart"], "Give --resume or --restart, not both"),
    (["--model=all", "--latent=3"], "All models together take neither --latent nor --name"),
    (["--model=all", "--name=x"], "All models together take neither --latent nor --name"),
    (["--model=vae", "--colour=red"], "No such option"),
    (["--model=vae", "surplus"], "unexpected extra argument"),
    (["--model=vae", "--name=../escape"], "A model's name is 1 to 64 small letters"),
    (["--model=vae", "--name="], "A model's name is 1 to 64 small letters"),
    # Never under the name of a model that ships, or of the classifier.
    (["--model=vae-3", "--lr=.1", "--name=vae-3"], "'vae-3' is the name of a recipe"),
    (["--model=vae-3", "--name=gan-100"], "'gan-100' is the name of a recipe"),
    (["--model=vae", "--latent=32", "--name=vae-100"], "'vae-100' is the name of a recipe"),
    (["--model=vae", "--name=digit-classifier"], "'digit-classifier' is the name of"),
    (["--model=vae", "--sweep=latent"], "A sweep takes an option and its values, like latent=2"),
    (["--model=vae", "--sweep=colour=1,2"], "not 'colour=1,2'; it can be adam_beta1"),
    (["--model=vae", "--sweep=latent=2,x"], "latent=2,x: 'x' is not a valid integer"),
    (["--model=vae", "--sweep=latent=2,2"], "2 is there twice"),
    (["--model=vae", "--sweep=latent=0"], "whole number from 1 to 1024, not 0"),
    (["--model=vae", "--sweep=lr=.1", "--lr=.2"], "Give lr in the sweep or as an option, not both"),
    (["--model=all", "--sweep=lr=.1"], "A sweep takes one model or family"),
    (["--model=vae", "--jobs=2"], "--jobs goes with --sweep"),
    (["--model=vae", "--sweep=lr=.1", "--jobs=0"], "--jobs must be from 1 to 64, not 0"),
]


@pytest.mark.parametrize(
    ("arguments", "sentence"), MISTAKES, ids=[" ".join(case[0]) or "nothing" for case in MISTAKES]
)
def test_a_mistake_is_one_sentence_and_status_2(
    train: Train, arguments: list[str], sentence: str
) -> None:
    status, output, errors = train(*arguments, "--dry-run")
    assert status == 2
    assert output == ""
    assert errors.startswith("train.py: ")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_missing_data_is_one_sentence_and_status_2(
    train: Train, folders: list[str], tmp_path: Path
) -> None:
    status, _, errors = train("--model=vae-3", *folders, f"--data-dir={tmp_path / 'none'}")
    assert status == 2
    assert "There is no mnist in" in errors
    assert "--data-dir" in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model=vae", "--score=vae-100"], "Give --model or --score, not both"),
        (["--model=vae", "--features=inception"], "--features goes with --score"),
        (["--score=vae-3"], "There is no trained model 'vae-3' in "),
        (["--score=all"], "There is no trained model in "),
        (["--model=vae", "--export=vae-100"], "Give --model or --export, not both: a training"),
        (["--score=vae-3", "--export=vae-3"], "Give --score or --export, not both."),
        (["--export=all", "--features=inception"], "--features goes with --score"),
        (["--export=vae-3"], "There is no trained model 'vae-3' in "),
        (["--export=../vae-3"], "There is no trained model '../vae-3' in "),
        (["--export=all"], "There is no trained model in "),
    ],
)
def test_what_can_not_be_scored_or_exported_is_said(
    train: Train, folders: list[str], arguments: list[str], words: str
) -> None:
    status, _, errors = train(*arguments, *folders)
    assert status == 2
    assert words in errors
    assert errors.count("\n") == 1


def test_export_writes_one_line_a_model(train: Train, tiny_weights: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    for name in ("vae-3", "mini-gan-100", "vae-10"):
        shutil.copytree(tiny_weights / name, weights / name)
    status, output, errors = train("--export=vae-3", f"--weights={weights}")
    assert (status, errors) == (0, "")
    assert re.fullmatch(r"vae-3: decoder\.onnx \d\.\d\d MB \(\d+\.\d s\)\n", output)
    assert read_export(weights / "vae-3") is not None
    assert read_export(weights / "vae-10") is None
    # A family's name will do; of all, one that can't be read is named and the others are written.
    (weights / "vae-10" / checkpoint.WEIGHTS).write_bytes(b"")
    status, output, errors = train("--export=all", f"--weights={weights}")
    assert status == 0
    assert [line.split(":")[0] for line in output.splitlines()] == ["mini-gan-100", "vae-3"]
    assert errors.startswith("vae-10 is not exported: ")
    assert errors.count("\n") == 1
    (weights / "mini-gan-100" / EXPORT).unlink()
    assert train("--export=mini-gan", f"--output={weights}")[0] == 0
    assert read_export(weights / "mini-gan-100") is not None
    status, output, errors = train("--export=vae-10", f"--weights={weights}")
    assert (status, output) == (2, "")
    assert errors.startswith("train.py: ")
    assert errors.count("\n") == 1


def test_a_short_training_writes_every_file(
    train: Train, folders: list[str], tmp_path: Path
) -> None:
    status, output, _ = train("--model=vae", "--latent=3", "--epochs=1", "--seed=5", *folders)
    assert status == 0
    name = "vae-3-epochs1-seed5"
    folder = tmp_path / "weights" / name
    assert output.splitlines()[-1] == f"{name} is in {folder}"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "config.json",
        "decoder.onnx",
        "export.json",
        "fitted_prior.safetensors",
        "history.csv",
        "metrics.json",
        "model.safetensors",
        "snapshots",
        "directions.json",
        "map.json",
        "map.safetensors",
    } | ({"directions.safetensors"} & {path.name for path in folder.iterdir()})
    model = checkpoint.load(folder)
    assert model.recipe == RECIPES["vae-3"].replace(
        name=name, epochs=1, steps=None, seed=5, shipped=False
    )
    assert model.generate(torch.zeros(1, 3)).shape == (1, 1, 32, 32)
    # 150 images in batches of 32.
    assert checkpoint.read_history(folder)["step"] == [1, 2, 3, 4, 5]
    assert checkpoint.read_metrics(folder)["training"]["images"] == 150
    assert checkpoint.read_json(folder / checkpoint.CONFIG)["command"].startswith("python train.py")
    assert "\nlicense: apache-2.0\n" in (folder / "README.md").read_text().split("---\n")[1]
    assert "vae-3-epochs1-seed5" in (folder / "README.md").read_text()
    # It shows among the models, and --resume knows that it is finished.
    _, listed, _ = train("--list", *folders)
    assert name in listed
    status, output, _ = train(
        "--model=vae", "--latent=3", "--epochs=1", "--seed=5", "--resume", *folders
    )
    assert status == 0
    assert f"{name} is finished already" in output


def test_an_interrupted_training_is_resumed_from_the_command_line(
    train: Train, folders: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--model=mini-gan", "--epochs=2", *folders]
    call = callbacks.Saver.__call__

    def stop_at_3(saver: Any, running: Any, values: Any) -> None:
        saver._asked = 0.0 if running.step == 3 else None
        call(saver, running, values)

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Saver, "__call__", stop_at_3)
        status, output, _ = train(*arguments)
    assert status == 130
    assert "Stopped and saved; go on with: " in output
    assert output.rstrip().endswith("--resume")
    run = tmp_path / "runs" / "mini-gan-100-epochs2"
    assert state.read_details(run).step == 3
    status, _, errors = train(*arguments)
    assert status == 2
    assert "stopped at step 3: go on with --resume, or throw it away with --restart" in errors
    status, _, _ = train(*arguments, "--resume")
    assert status == 0
    steps = checkpoint.read_metrics(tmp_path / "weights" / run.name)["training"]["steps"]
    assert steps == 6


def test_a_name_resumed_with_other_settings_is_refused(
    train: Train, folders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--model=mini-gan", "--epochs=2", "--name=mine", *folders]
    call = callbacks.Saver.__call__

    def stop_at_once(saver: Any, running: Any, values: Any) -> None:
        saver._asked = 0.0
        call(saver, running, values)

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.Saver, "__call__", stop_at_once)
        assert train(*arguments)[0] == 130
    status, _, errors = train(*arguments, "--lr=.01", "--resume")
    assert status == 2
    assert "This run began with lr = 0.002, but 0.01 was asked for" in errors


def test_the_file_itself_exits_with_the_status() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "GANVAE_DATA"}
    process = subprocess.run(
        [sys.executable, "train.py", "--model", "vae", "--latent", "5000"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr == (
        "train.py: The latent size must be a whole number from 1 to 1024, not 5000.\n"
    )

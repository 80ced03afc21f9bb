"""train.py's and app.py's command lines, with whatever can be typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

import app
from ganvae.commands import cli, fit, former
from ganvae.errors import UserError
from ganvae.hub import push, space
from ganvae.progress import Progress
from ganvae.recipe.shipped import FAMILIES, RECIPES
from ganvae.ui import page
from tests.fuzz.profile import assert_sentence, examples, only_within, patience

# What a shell can hand over: no zero bytes.
WORDS = st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12
) | st.sampled_from(
    ["", "-1", "0", "1e999", "nan", "9" * 5000, "../../x", "/", "~", "a,b", "-", "="]
)
NUMBERS = st.integers(-1, 2000).map(str) | st.floats().map(str) | st.integers().map(str)
MODELS = st.sampled_from([*FAMILIES, *RECIPES, "all", "digit-classifier", "vae-3x"])
PLAUSIBLE: dict[str, st.SearchStrategy[str]] = {
    "model": MODELS,
    "score": MODELS,
    "export": MODELS,
    "inspect": MODELS,
    "name": st.from_regex(r"\A[a-z][a-z0-9-]{0,9}\Z"),
    "encoder_widths": st.lists(st.integers(1, 64), min_size=1, max_size=5).map(
        lambda widths: ",".join(map(str, widths))
    ),
    "sweep": st.sampled_from(["latent=2,3", "lr=.1,.2", "seed=1", "beta=0", "latent=", "loss=a"]),
    "prior": st.sampled_from(["normal", "uniform"]),
    "loss": st.sampled_from(
        ["cross-entropy", "squared-error", "hinge", "relativistic", "calibrated"]
    ),
    "precision": st.sampled_from(["float32", "bfloat16"]),
    "dataset": st.sampled_from(["mnist", "fashion-mnist", "celeba", "nowhere"]),
    "push": st.sampled_from(["ada/models", "ada", "a/b/c", "--", "ada/models@x"]),
    "push_space": st.sampled_from(["ada/page", "/"]),
    "revision": st.sampled_from(["main", "a..b", "0" * 40, "next/try", ".lock"]),
    "device": st.sampled_from(["cpu", "cuda:9", "abacus"]),
}
# All that looks something up before it does something long; and how they were called before.
FORMER = {
    "fit": ["--model=all"],
    "sweep": ["--model=vae", "--sweep=latent=2,3"],
    "score": ["--score"],
    "export": ["--export=all"],
    "inspect": ["--inspect", "vae-3"],
    "verify": ["--verify"],
    "list": ["--list"],
    "push": ["--push=ada/models"],
    "push-space": ["--push-space=ada/page"],
}
COMMANDS = tuple(FORMER)
# These say where things go: they are given by the test.
_FIXED = ("weights", "runs", "output", "data_dir")


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Options of train.py with values, now and then with a word that belongs nowhere."""
    command = draw(st.sampled_from(COMMANDS))
    options: list[Any] = [
        option
        for option in cli.command.commands[command].params
        if isinstance(option, click.Option) and option.name not in _FIXED
    ]
    some = st.lists(st.sampled_from(options), max_size=5, unique_by=lambda o: o.name)
    chosen = draw(some if options else st.just([]))
    flags = draw(st.sampled_from([["--model=vae"], ["--model", "gan"], FORMER[command]]))
    line = draw(st.sampled_from([[command], flags]))
    if line == [command]:
        line = [command, *draw(st.lists(PLAUSIBLE["model"], max_size=1))]
        line += draw(st.lists(PLAUSIBLE["sweep"], max_size=2)) if command == "sweep" else []
    for option in chosen:
        flag = draw(st.sampled_from([*option.opts, *option.secondary_opts]))
        if option.is_flag:
            line = [*line, flag]
            continue
        value = draw(PLAUSIBLE.get(option.name, NUMBERS) | NUMBERS | WORDS)
        line = [*line, f"{flag}={value}"]
    return line + draw(st.lists(WORDS, max_size=1) if draw(st.integers(0, 9)) == 0 else st.just([]))


@pytest.fixture
def nothing_done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked for is looked up and noted, and not done: that is minutes, or the Hub."""
    done: list[str] = []

    def note(name: str) -> Any:
        return lambda *arguments, **options: done.append(name)

    for name in ("train_all", "_train_classifier"):
        monkeypatch.setattr(fit, name, note(name))
    monkeypatch.setattr("ganvae.training.sweep.run_sweep", note("sweep"))
    for name in ("score.score", "inspect.inspect"):
        monkeypatch.setattr(
            f"ganvae.training.{name}", lambda asked, settings, **_: settings.trained(asked)
        )
    monkeypatch.setattr(push, "push_models", note("push"))
    monkeypatch.setattr(space, "push_space", note("push"))
    return done


def options_of(line: list[str]) -> set[str]:
    """The options of the command that a line names, if it names one."""
    try:
        command = cli.command.commands[former.translate(line)[0]]
    except (UserError, LookupError):
        return set()
    return {name for param in command.params for name in param.opts}


@examples(200)
@given(line=command_lines())
@example(line=["--model=vae", "--latent=" + "9" * 5000])
@example(line=["--score=" + "x" * 5000])
@example(line=["--model=vae", "--dataset=" + "x" * 5000])
def test_train_does_it_or_says_why_not(
    nothing_done: list[str],
    line: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path_factory.getbasetemp() / "typed"
    folder.mkdir(exist_ok=True)
    places = {"--weights", "--runs", "--data-dir"} & options_of(line)
    folders = [f"{name}={folder / name[2:]}" for name in sorted(places)]
    with patience(), only_within(folder):
        status = cli.main([*line, *folders])
    _, errors = capsys.readouterr()
    assert status in (0, 1, 2)
    if status == 2:
        assert_sentence(errors[:-1], 1100)
        assert errors.startswith("train.py: ")
    assert not any((folder / name).exists() for name in ("weights", "runs"))


@examples(60)
@given(
    weights=WORDS | st.sampled_from(["ada/models", "ada/models@main", "x" * 300]),
    port=st.none() | WORDS | NUMBERS,
    watch=st.none() | WORDS,
)
def test_app_starts_or_says_why_not(
    weights: str, port: str | None, watch: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The Hub is out of reach, and a page that would start is none."""
    line = [f"--weights={weights}", *([f"--port={port}"] if port is not None else [])]
    line += [f"--watch={watch}"] if watch is not None else []

    def refuse(*_: object, **__: object) -> None:
        raise UserError("No page is made here.")

    def watched(folder: Path) -> None:
        Progress.read(folder)
        refuse()

    folder = tmp_path_factory.getbasetemp() / "hub"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "build", refuse)
        patch.setattr(page, "build_watch", watched)
        patch.setattr("ganvae.hub.pull.pull", refuse)
        patch.setattr(app, "free_port", lambda host, asked: asked or 7860)
        patch.setenv("HF_HOME", str(folder))
        with patience(), only_within(folder):
            result = CliRunner().invoke(app.main, line)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    last = click.unstyle(result.output).strip().splitlines()[-1]
    assert last.startswith("Error: ")
    # Click repeats whole what it can't make a port of.
    assert_sentence(last, 6000 if "Invalid value for '--port'" in last else 1100)

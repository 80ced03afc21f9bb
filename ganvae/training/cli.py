"""train.py's command line: options, checked on entry, and what they set off."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import click

from ganvae import DEFAULT_WEIGHTS, checkpoint, digests, files
from ganvae.data.sets import CELEBA
from ganvae.errors import UserError, one_line
from ganvae.hub.options import Order, push_options, read_order
from ganvae.metrics.classifier import NAME as CLASSIFIER
from ganvae.recipe import MAX_LATENT, Recipe
from ganvae.recipe.shipped import FAMILIES, RECIPES
from ganvae.training import launched
from ganvae.training.members import Member, sweep_members
from ganvae.training.options import find_dataset, resolve
from ganvae.training.recipe_options import recipe_options

DEFAULT_RUNS = DEFAULT_WEIGHTS.parent / "runs"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--model",
    metavar="NAME",
    help=f"A model, a family (vae, gan, …), all, or {CLASSIFIER}; --list shows them.",
)
@click.option(
    "--latent",
    type=int,
    metavar="L",
    help=f"Latent size, 1 to {MAX_LATENT}; one that no recipe has makes a new family member.",
)
@click.option("--list", "list_models", is_flag=True, help="Show every model and stop.")
@click.option("--dry-run", is_flag=True, help="Show the resolved recipe as JSON and stop.")
@click.option(
    "--name",
    metavar="NAME",
    help="Name of the result; derived from what differs from the recipe if left out.",
)
@recipe_options
@click.option(
    "--sweep",
    multiple=True,
    metavar="OPTION=V,V,…",
    help="Train one model for each value, like latent=2,10,100, and tabulate and plot how they "
    "came out, in --runs; given twice, for each combination.",
)
@click.option(
    "--jobs",
    type=int,
    default=1,
    show_default=True,
    help="With --sweep: trainings at once, each with its share of the cores.",
)
@click.option(
    "--score",
    metavar="NAME|all",
    is_flag=False,
    flag_value="all",
    help="Measure a trained model (in --output, else in --weights) again, or all, and stop.",
)
@click.option(
    "--features",
    type=click.Choice(["own", "inception"]),
    default="own",
    show_default=True,
    help="With --score: the project's feature networks, or Inception's, which is downloaded.",
)
@click.option(
    "--export",
    metavar="NAME|all",
    help="Write the ONNX files of a trained model (in --output, else in --weights) again, or of "
    "all, and stop.",
)
@click.option(
    "--inspect",
    metavar="NAME|all",
    help="Find again what the page shows of a trained model's inside (in --output, else in "
    "--weights), or of all, and stop.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Say which files in --weights are missing, altered or extra, and stop; with --score also "
    "which numbers come out otherwise. Changes nothing.",
)
@click.option(
    "--write-split",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Copy the images of --dataset into FOLDER/train and FOLDER/test (80/20) and stop.",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Folder that has the data.  [default: GANVAE_DATA, else data/, downloaded]",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    default=DEFAULT_WEIGHTS,
    help="Folder of finished models.  [default: weights/]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Put the result here instead of into --weights.",
)
@click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=DEFAULT_RUNS,
    help="Folder of runs in progress.  [default: runs/]",
)
@click.option("--device", help="cpu, cuda, …  [default: a GPU if there is one]")
@click.option("--threads", type=int, help="CPU threads, 1 to 1024.  [default: one a core]")
@click.option("--resume", is_flag=True, help="Go on with the run in --runs.")
@click.option("--restart", is_flag=True, help="Throw away the run in --runs and begin again.")
@click.option("--tensorboard", is_flag=True, help="Also write the curves for TensorBoard.")
@push_options
def command(**options: Any) -> int:
    """Fit a model to real images, score it, and put it into weights/NAME/, whole.

    \b
    python train.py --model vae --latent 100
    python train.py --model gan --seed 1
    python train.py --model all --resume
    python train.py --model face-gan --dataset ~/cats
    python train.py --model vae --sweep latent=2,10,50
    python train.py --score all
    python train.py --export all
    python train.py --inspect all
    python train.py --verify --score all
    python train.py --push USER/REPO
    """
    if options["verify"]:
        return _verify(options)
    _act(options)
    return 0


def main(arguments: list[str]) -> int:
    """Run the command line; the exit status.

    0, 1 where `--verify` found a difference, 2 for a mistake, 130 when it was stopped.
    """
    try:
        status = command.main(arguments, prog_name="train.py", standalone_mode=False)
    except UserError as error:
        return _refuse(str(error))
    except click.ClickException as error:
        return _refuse(error.format_message())
    except OSError as error:
        # A name too long, a folder that may not be read, a full disk: nothing that a traceback
        # would explain better.
        return _refuse(f"{error.filename or 'A file'}: {error.strerror or error}.")
    except (click.Abort, KeyboardInterrupt):
        return 130
    return int(status or 0)


def _refuse(sentence: str) -> int:
    print(f"train.py: {one_line(sentence)}", file=sys.stderr)
    return 2


def _act(options: dict[str, Any]) -> None:
    # A training that was killed while it put its result there left the former one hidden.
    with contextlib.suppress(OSError):
        files.recover_folders(options["weights"])
    order = read_order(options)
    if order is not None and not order.after_training:
        _push(order, options)
        return
    if options["list_models"]:
        print(list_models(options["weights"]))
        return
    if options["write_split"] is not None:
        _write_split(options)
        return
    asked = [task for task in ("model", "score", "export", "inspect") if options[task] is not None]
    if len(asked) > 1:
        why = ": a training does all of that at its end" if "model" in asked else ""
        raise UserError(f"Give --{asked[0]} or --{asked[1]}, not both{why}.")
    if options["features"] != "own" and options["score"] is None:
        raise UserError("--features goes with --score.")
    if not asked:
        raise UserError("Name a model with --model, or see --list for those there are.")
    if options["model"] == CLASSIFIER:
        _train_classifier(options, order)
        return
    _check_threads(options)
    if options["resume"] and options["restart"]:
        raise UserError("Give --resume or --restart, not both.")
    if options["score"] is not None:
        _score(options)
        return
    if options["export"] is not None:
        _export(options)
        return
    if options["inspect"] is not None:
        _inspect(options)
        return
    if options["jobs"] != 1 and not options["sweep"]:
        raise UserError("--jobs goes with --sweep.")
    if not 1 <= options["jobs"] <= 64:
        raise UserError(f"--jobs must be from 1 to 64, not {options['jobs']}.")
    members = sweep_members(options, command.params) if options["sweep"] else []
    recipes = resolve(options) if not members else [r for m in members for r in m.recipes]
    if options["dry_run"]:
        for recipe in recipes:
            print(json.dumps(recipe.to_dict(), indent=2))
    elif members:
        _sweep(members, options)
    else:
        _train(recipes, options, order)


def _check_threads(options: dict[str, Any]) -> None:
    if options["threads"] is not None and not 1 <= options["threads"] <= 1024:
        raise UserError(f"--threads must be from 1 to 1024, not {options['threads']}.")


def _push(order: Order, options: dict[str, Any], folders: list[Path] | None = None) -> None:
    from ganvae.hub.push import push_models
    from ganvae.hub.space import push_space

    if order.kind == "space":
        push_space(order, DEFAULT_WEIGHTS.parent, options["weights"])
    else:
        push_models(order, options["weights"], folders)


def _check(order: Order | None) -> None:
    """Before a training of hours: whether its push will be allowed."""
    if order is not None:
        from ganvae.hub.push import check

        check(order)


def _write_split(options: dict[str, Any]) -> None:
    from ganvae.data.folder import write_split
    from ganvae.data.sets import celeba_folder

    if options["dataset"] is None:
        raise UserError("--write-split needs the folder to split: --dataset FOLDER.")
    name, folder = find_dataset(options["dataset"])
    if folder is None:
        if name != CELEBA:
            raise UserError(f"{name} comes split already; --write-split takes a folder of images.")
        folder = celeba_folder(options["data_dir"])
    counts = write_split(folder, options["write_split"])
    print(f"{counts['train']} images are in {options['write_split'] / 'train'},", end=" ")
    print(f"{counts['test']} in {options['write_split'] / 'test'}; {folder} is as it was.")


def list_models(weights: Path) -> str:
    """A table of every recipe, and of other models in the weights folder."""
    there = {entry.name: entry for entry in checkpoint.scan(weights)} if weights.is_dir() else {}
    recipes = dict(RECIPES)
    recipes |= {n: e.recipe for n, e in there.items() if e.recipe is not None and n not in recipes}
    lines = [
        f"{'name':24} {'study':5} {'latent':>6} {'parameters':>10}  {'data':13} {'minutes':>7}",
    ]
    import torch

    from ganvae.models import build

    for name, recipe in recipes.items():
        with torch.device("meta"):
            count = build(recipe).parameter_count()
        seconds = None
        if name in there:
            seconds = checkpoint.read_metrics(there[name].folder).get("training", {}).get("seconds")
        minutes = f"{seconds / 60:.1f}" if seconds else "-"
        lines.append(
            f"{name:24} {recipe.study:5} {recipe.latent:6} {count:10,}  {recipe.dataset:13} "
            f"{minutes:>7}"
        )
    families = ", ".join(f"{family} = {name}" for family, name in FAMILIES.items())
    return "\n".join([*lines, "", f"Families: {families}.", f"Scoring: {CLASSIFIER}."])


def _settings(options: dict[str, Any]):  # noqa: ANN202 - imported late, see below
    from ganvae.training.settings import Settings

    arguments = [argument for argument in sys.argv[1:] if argument not in ("--resume", "--restart")]
    dataset = options["dataset"]
    return Settings(
        weights=options["weights"],
        runs=options["runs"],
        output=options["output"],
        data_dir=options["data_dir"],
        images_folder=find_dataset(dataset)[1] if dataset is not None else None,
        device=options["device"],
        threads=options["threads"],
        resume=options["resume"],
        restart=options["restart"],
        tensorboard=options["tensorboard"],
        command=shlex.join(["python", "train.py", *arguments]),
    )


def _train_classifier(options: dict[str, Any], order: Order | None) -> None:
    from ganvae.training.classifier import train_classifier

    _check(order)
    train_classifier(_settings(options))
    if order is not None:
        _push(order, options, [])


def _verify(options: dict[str, Any]) -> int:
    from ganvae.training.verify import verify

    read_order(options)  # Says that a push is another thing.
    for other in ("model", "export", "inspect"):
        if options[other] is not None:
            raise UserError(f"--verify changes nothing: leave out --{other}.")
    _check_threads(options)
    return verify(_settings(options), options["score"])


def _score(options: dict[str, Any]) -> None:
    from ganvae.training.score import score

    names = score(
        options["score"], _settings(options), inception=options["features"] == "inception"
    )
    print(f"Scored: {', '.join(names) or 'none'}.")


def _export(options: dict[str, Any]) -> None:
    from ganvae.export.write import export
    from ganvae.training.settings import ALL

    settings = _settings(options)
    for name in settings.trained(options["export"]):
        started, folder = time.perf_counter(), settings.result_of(name)
        try:
            written = export(folder)
            digests.refresh(folder.parent, folder.name)
        except UserError as error:
            if options["export"] != ALL:
                raise
            print(f"{name} is not exported: {error}", file=sys.stderr)
        else:
            sizes = ", ".join(f"{n} {f.bytes / 1e6:.2f} MB" for n, f in written.files.items())
            print(f"{name}: {sizes} ({time.perf_counter() - started:.1f} s)")


def _inspect(options: dict[str, Any]) -> None:
    from ganvae.training.inspect import inspect

    names = inspect(options["inspect"], _settings(options))
    print(f"Looked into: {', '.join(names) or 'none'}.")


def _sweep(members: list[Member], options: dict[str, Any]) -> None:
    from ganvae.training.loop import Stopped
    from ganvae.training.sweep import run_sweep

    if launched.world() > 1:
        raise UserError("A sweep has processes of its own: start train.py itself, with --jobs.")
    settings = _settings(options)
    try:
        folder = run_sweep(options["model"], members, settings, options["jobs"])
    except Stopped:
        print(f"Stopped and saved; go on with: {settings.command} --resume")
        raise KeyboardInterrupt from None
    print(f"The sweep's table and plot are in {folder}")


def _train(recipes: list[Recipe], options: dict[str, Any], order: Order | None) -> None:
    # Imported here: torch and the like take seconds that --help and --dry-run don't need.
    from ganvae.training.loop import Stopped
    from ganvae.training.run import is_finished, train

    settings = _settings(options)
    _check(order)
    folders = []
    for recipe in recipes:
        if settings.resume and is_finished(recipe, settings):
            print(f"{recipe.name} is finished already; leave out --resume to train it again.")
            folders.append(settings.result_of(recipe.name))
            continue
        try:
            folder = train(recipe, settings)
        except Stopped:
            print(f"Stopped and saved; go on with: {settings.command} --resume")
            raise KeyboardInterrupt from None
        folders.append(folder)
        if launched.rank() == 0:
            print(f"{recipe.name} is in {folder}")
    if order is not None and launched.rank() == 0:
        try:
            _push(order, options, folders)
        except UserError:
            print(f"What was trained is kept; push it with: {settings.command} --resume")
            raise

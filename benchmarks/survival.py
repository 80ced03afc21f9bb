"""What is left when a process is killed at any moment: of a save, a training, a push and a pull.

    python -m benchmarks.survival

Each is begun, killed with SIGKILL at a random moment and looked at; then it is done again, to its
end. A kill is survived if nothing half-written is ever read: what was there before or what was
being written is whole, or a sentence says that nothing is. Written to
benchmarks/results/survival.json.
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from ganvae import checkpoint, files
from ganvae.errors import UserError
from ganvae.models import build
from ganvae.recipe import Recipe
from ganvae.recipe.shipped import RECIPES

RESULT = Path(__file__).parent / "results" / "survival.json"
REPO = "someone/models"
# Small, and yet long enough on its way to be hit.
SAVED = RECIPES["mlp-vae-20"]
TRAINED = RECIPES["mlp-vae-20"].replace(
    name="short-vae", decoder_widths=(64,), encoder_widths=(64,), batch_size=32, epochs=20
)
_IMPORTS = ["torch", "huggingface_hub", "ganvae.training.run", "ganvae.hub.push", "ganvae.hub.pull"]


@dataclass(frozen=True)
class Kill:
    """How one kill went.

    Attributes:
        survived: nothing half-written was read, and the work could be done again to its end.
        struck: the process was at work when it was killed.
        left: `old`, `new` or `nothing`: what could be read right after the kill.
    """

    survived: bool
    struck: bool
    left: str


class Killer:
    """Processes that are killed: each is a fork of one that has imported all it needs."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_IMPORTS)

    def strike(self, work: Callable[..., None], arguments: tuple[Any, ...], within: float) -> bool:
        """Kill a work at a random moment of its first seconds; whether it was still at work.

        Args:
            work: a function of this module; it sets the event that it is given last when it begins.
            within: seconds.
        """
        begun = self._context.Event()
        process = self._context.Process(target=work, args=(*arguments, begun))
        process.start()
        begun.wait(120)
        time.sleep(self._random.uniform(0, within))
        process.kill()
        process.join()
        struck = process.exitcode == -9
        process.close()
        return struck


def weights_of(folder: Path) -> dict[str, Tensor] | None:
    """The weights of a model's folder; None where a sentence says that there are none."""
    try:
        return checkpoint.load(folder).state_dict()
    except UserError:
        return None


def same(one: dict[str, Tensor] | None, other: dict[str, Tensor]) -> bool:
    """Whether these are the very same weights."""
    return one is not None and all(torch.equal(one[name], other[name]) for name in other)


def write_constant(folder: Path, recipe: Recipe, value: float) -> None:
    """A model all of whose weights are one number, as its whole folder."""
    model = build(recipe)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.fill_(value)
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    checkpoint.save_weights(new, model)
    files.write_json(new / checkpoint.CONFIG, {"recipe": recipe.to_dict(), "value": value})
    files.replace_folder(new, folder)


def be_quiet() -> None:
    """What a killed work says is of no interest."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def save_for_ever(folder: str, begun: Any) -> None:
    """Replace a model by another again and again."""
    torch.set_num_threads(1)
    begun.set()
    value = 1.0
    while True:
        write_constant(Path(folder), SAVED, value)
        value += 1


def saving(killer: Killer, place: Path) -> Kill:
    """Kill a process that replaces a model."""
    folder = place / "weights" / SAVED.name
    write_constant(folder, SAVED, 0.0)
    struck = killer.strike(save_for_ever, (str(folder),), 0.5)
    whole, left = True, "nothing"
    # Right after the kill, and once the next writer has cleared up behind it.
    for again in (False, True):
        if again:
            files.recover_folders(folder.parent)
        found = weights_of(folder)
        if found is None:
            # Between two renames no model stands there; the former one comes back.
            whole = whole and not again and not folder.exists()
            continue
        value = checkpoint.read_json(folder / checkpoint.CONFIG)["value"]
        whole = whole and all(bool((tensor == value).all()) for tensor in found.values())
        left = left if again else ("old" if value == 0 else "new")
    write_constant(folder, SAVED, -1.0)
    found = weights_of(folder)
    whole = whole and found is not None and all((t == -1).all() for t in found.values())
    return Kill(bool(whole), struck, left)


def train_once(place: str, resume: bool, begun: Any) -> None:
    """A training of a tiny recipe that saves after every step, until it is gone on with.

    It has begun with its first state on the disk.
    """
    from ganvae.training import callbacks, evaluate, finish, run, state
    from ganvae.training.settings import Settings

    torch.set_num_threads(1)
    be_quiet()
    callbacks.SAVE_EVERY_SECONDS = 30.0 if resume else 0.0
    finish.export = lambda folder: None  # a second a network, and tested elsewhere
    callbacks.SCORE_COUNT, evaluate.SCORE_COUNT, evaluate._SPEED_COUNT = 20, 30, 10
    folder = Path(place)
    settings = Settings(
        weights=folder / "weights",
        runs=folder / "runs",
        data_dir=folder / "data",
        device="cpu",
        threads=1,
        command="python train.py",
        resume=resume,
        look=False,
    )
    save = state.save_state

    def save_and_tell(*arguments: Any) -> None:
        save(*arguments)
        begun.set()

    # Not before: a kill while the data is read would say nothing of what is written.
    state.save_state = save_and_tell
    run.train(TRAINED, settings)


def training(killer: Killer, place: Path) -> Kill:
    """Kill a training, and go on with it to its end.

    `place` holds the data and the digit classifier.
    """
    from ganvae.training import run, state

    struck = killer.strike(train_once, (str(place), False), 1.5)
    folder = place / "runs" / TRAINED.name
    left, whole = "nothing", True
    if (folder / state.STATE).is_file():
        try:
            left = "new" if state.read_details(folder).step > 0 else "old"
        except UserError:
            whole = False
    ended = finish(train_once, (str(place), True))
    model = weights_of(place / "weights" / TRAINED.name)
    whole = whole and ended and model is not None
    whole = whole and run.is_finished(TRAINED, SimpleNamespace(runs=place / "runs"))  # type: ignore[arg-type]
    return Kill(whole, struck, left)


def finish(work: Callable[..., None], arguments: tuple[Any, ...]) -> bool:
    """Do a work to its end in a process of its own; whether it came there."""
    context = multiprocessing.get_context("forkserver")
    begun = context.Event()  # held until the other process has it
    process = context.Process(target=work, args=(*arguments, begun))
    process.start()
    process.join(300)
    return process.exitcode == 0


def push_once(weights: str, url: str, begun: Any) -> None:
    """Push the models of a folder to the Hub at an address."""
    from huggingface_hub import HfApi, constants

    from ganvae.hub import push, remote
    from ganvae.hub.order import Order

    be_quiet()
    constants.HF_HUB_DISABLE_XET = True
    os.environ["HF_TOKEN"] = "hf_write"
    remote.client = lambda: HfApi(endpoint=url)
    begun.set()
    push.push_models(Order(REPO), Path(weights))


def pushing(killer: Killer, weights: Path, hub: Any) -> Kill:
    """Kill a push to a Hub of the tests; its repository is as it was, or has all of it."""
    hub.repos.clear()
    hub.objects.clear()
    repo = hub.make(REPO)
    before = dict(repo.files())
    struck = killer.strike(push_once, (str(weights), hub.url), 0.5)
    after = dict(repo.files())
    left = "old" if after == before else "new"
    ended = finish(push_once, (str(weights), hub.url))
    complete = dict(repo.files())
    return Kill(ended and after in (before, complete) and complete != before, struck, left)


def pull_once(home: str, url: str, begun: Any) -> None:
    """Pull the models of a repository of the Hub at an address."""
    from huggingface_hub import constants

    from ganvae.hub.pull import pull

    be_quiet()
    constants.HF_HUB_DISABLE_XET = True
    os.environ |= {"HF_ENDPOINT": url, "HF_HOME": home}
    os.environ.pop("HF_HUB_CACHE", None)
    begun.set()
    pull(REPO)


def pulling(killer: Killer, home: Path, hub: Any, expected: dict[str, Tensor], name: str) -> Kill:
    """Kill a pull from a Hub of the tests; what is handed out then is whole, or is nothing."""
    from ganvae.hub.pull import last_good

    struck = killer.strike(pull_once, (str(home), hub.url), 0.3)
    former = {key: os.environ.get(key) for key in ("HF_HOME", "HF_ENDPOINT", "HF_HUB_CACHE")}
    os.environ |= {"HF_HOME": str(home), "HF_ENDPOINT": hub.url}
    os.environ.pop("HF_HUB_CACHE", None)
    try:
        found = last_good(REPO)
        whole = found is None or same(weights_of(found.folder / name), expected)
        left = "nothing" if found is None else "new"
        ended = finish(pull_once, (str(home), hub.url))
        found = last_good(REPO)
    finally:
        for key, value in former.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value
    done = found is not None and same(weights_of(found.folder / name), expected)
    return Kill(whole and ended and done, struck, left)


def summary(kills: list[Kill]) -> dict[str, Any]:
    """Counts of the kills of one kind."""
    return {
        "kills": len(kills),
        "struck": sum(kill.struck for kill in kills),
        "survived": sum(kill.survived for kill in kills),
        "left": {what: sum(k.left == what for k in kills) for what in ("old", "new", "nothing")},
    }


def run_all(count: int, seed: int, place: Path) -> dict[str, Any]:
    """Each kind of work killed so often, in a folder for its files."""
    from tests.faults.places import hub_to_pull_from, hub_to_push_to, place_to_train, tiny_model

    killer = Killer(seed)
    model = tiny_model(place / "tiny")
    expected = checkpoint.load(model).state_dict()
    found: dict[str, list[Kill]] = {"save": [], "training": [], "push": [], "pull": []}
    for number in range(count):
        within = place / str(number)
        found["save"].append(saving(killer, within / "save"))
        found["training"].append(training(killer, place_to_train(within / "training")))
        with hub_to_push_to() as hub:
            found["push"].append(pushing(killer, model.parent, hub))
        with hub_to_pull_from(model.parent, REPO) as hub:
            found["pull"].append(pulling(killer, within / "home", hub, expected, model.name))
        shutil.rmtree(within, ignore_errors=True)
        print({what: dataclasses.asdict(kills[-1]) for what, kills in found.items()}, flush=True)
    return {what: summary(kills) for what, kills in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        found = run_all(options.count, options.seed, Path(folder))
    files.write_json(RESULT, {"seed": options.seed, "works": found})


if __name__ == "__main__":
    main()

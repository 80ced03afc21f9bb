"""kill -9 at random moments, three times each; `benchmarks/survival.py` does it fifty times."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path

import pytest

from benchmarks import survival
from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.training import run, state
from ganvae.training.settings import Settings
from tests.faults.places import hub_to_pull_from, hub_to_push_to, place_to_train, tiny_model

TIMES = 3


@pytest.fixture(scope="module")
def killer() -> survival.Killer:
    return survival.Killer(seed=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("tiny") / "weights")


def check(kills: list[survival.Kill]) -> None:
    assert all(kill.survived for kill in kills), kills


def test_saving(killer: survival.Killer, tmp_path: Path) -> None:
    kills = [survival.saving(killer, tmp_path / str(number)) for number in range(TIMES)]
    check(kills)
    # It never ends by itself: every kill strikes it.
    assert all(kill.struck for kill in kills)


def test_training(killer: survival.Killer, tmp_path: Path) -> None:
    places = [place_to_train(tmp_path / str(number)) for number in range(TIMES)]
    check([survival.training(killer, place) for place in places])


def test_pushing(killer: survival.Killer, model: Path) -> None:
    for _ in range(TIMES):
        with hub_to_push_to() as hub:
            check([survival.pushing(killer, model.parent, hub)])


def test_pulling(killer: survival.Killer, model: Path, tmp_path: Path) -> None:
    expected = checkpoint.load(model).state_dict()
    for number in range(TIMES):
        home = tmp_path / str(number)
        with hub_to_pull_from(model.parent, survival.REPO) as hub:
            check([survival.pulling(killer, home, hub, expected, model.name)])


def test_half_a_model_is_no_survival(tmp_path: Path) -> None:
    """What is counted above can fail: weights of two models are not one."""
    folder = tmp_path / survival.SAVED.name
    survival.write_constant(folder, survival.SAVED, 1.0)
    whole = survival.weights_of(folder)
    assert whole is not None
    survival.write_constant(folder, survival.SAVED, 2.0)
    assert not survival.same(survival.weights_of(folder), whole)
    path = folder / checkpoint.WEIGHTS
    path.write_bytes(path.read_bytes()[:-1])
    assert survival.weights_of(folder) is None


def test_a_second_trainer_is_refused_while_the_first_trains(tmp_path: Path) -> None:
    """And the first goes on as if nobody had asked."""
    place = place_to_train(tmp_path / "place")
    context = multiprocessing.get_context("forkserver")
    begun = context.Event()
    first = context.Process(target=survival.train_once, args=(str(place), False, begun))
    first.start()
    saved = place / "runs" / survival.TRAINED.name / state.STATE
    try:
        while not saved.exists() and first.is_alive():
            time.sleep(0.005)
        settings = Settings(
            weights=place / "weights",
            runs=place / "runs",
            data_dir=place / "data",
            device="cpu",
            command="python train.py",
            resume=True,
        )
        with pytest.raises(UserError, match="Another training works in") as caught:
            run.train(survival.TRAINED, settings)
        assert "\n" not in str(caught.value)
        assert first.is_alive()
        step = state.read_details(saved.parent).step
        while first.is_alive() and state.read_details(saved.parent).step == step:
            time.sleep(0.005)
        assert first.is_alive()
    finally:
        first.kill()
        first.join()
    assert state.read_details(saved.parent).step > step

from __future__ import annotations

from collections.abc import Callable

import pytest

from ganvae import checkpoint
from ganvae.errors import UserError
from ganvae.progress import Progress
from ganvae.training import broadcast, callbacks, run
from ganvae.training.loop import Stopped
from ganvae.training.settings import Settings
from tests.training.conftest import SHORT_GAN, STEPS

SettingsMaker = Callable[..., Settings]


def test_a_run_tells_how_it_goes(settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    write = Progress.write

    def listen(self: Progress, folder: object) -> None:
        told.append((self.state, self.step))
        write(self, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(Progress, "write", listen)
    monkeypatch.setattr(broadcast, "EVERY_SECONDS", 0.0)
    options = settings()
    run.train(SHORT_GAN, options)
    steps = [("training", step) for step in range(STEPS + 1)]
    assert told == [*steps, ("scoring", STEPS), ("finished", STEPS)]
    last = Progress.read(options.runs / SHORT_GAN.name)
    assert (last.recipe, last.total) == (SHORT_GAN, STEPS)
    assert set(last.losses) >= {"d_loss", "g_loss"}
    assert last.speed > 0
    history = checkpoint.read_history(options.runs / SHORT_GAN.name)
    assert history["step"][-1] == STEPS


@pytest.mark.parametrize(("error", "state"), [(Stopped, "stopped"), (UserError("x"), "failed")])
def test_how_a_run_ended_is_told(
    settings: SettingsMaker, monkeypatch: pytest.MonkeyPatch, error: Exception, state: str
) -> None:
    options = settings()

    def fail(self: object, *_: object) -> None:
        raise error

    monkeypatch.setattr(callbacks.TrainCurves, "__call__", fail)
    with pytest.raises(error if isinstance(error, type) else type(error)):
        run.train(SHORT_GAN, options)
    assert Progress.read(options.runs / SHORT_GAN.name).state == state

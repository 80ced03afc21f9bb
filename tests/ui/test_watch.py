from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ganvae.errors import UserError
from ganvae.progress import PROGRESS, Progress
from ganvae.recipe.shipped import RECIPES
from ganvae.ui.watch.look import Look


def write(folder: Path, **changes: object) -> None:
    values = {
        "recipe": RECIPES["gan-100"],
        "state": "training",
        "step": 50,
        "total": 200,
        "images": 1600,
        "seconds": 100.0,
        "speed": 16.0,
        "losses": {"d_loss": 1.25},
        "time": time.time(),
    }
    Progress(**(values | changes)).write(folder)  # type: ignore[arg-type]


def test_what_is_told_of_a_run(tmp_path: Path) -> None:
    write(tmp_path)
    answer = Look(tmp_path).look({"width": 344})
    assert (answer["state"], answer["live"], answer["share"]) == ("training", True, 0.25)
    assert dict(answer["facts"]) == {
        "step": "50 of 200",
        "images seen": "1.6 k",
        "images a second": "16",
        "trained for": "2 min",
        "left": "5 min",
        "d loss": "1.25",
    }
    assert answer["sheets"] == []
    assert all(not chart["svg"] for chart in answer["charts"])


def test_curves_and_pictures_come_once(tmp_path: Path) -> None:
    write(tmp_path)
    look = Look(tmp_path).look
    have = look({"width": 344})["version"]
    assert "charts" not in look({"width": 344, "have": have})
    assert "charts" in look({"width": 560, "have": have})
    (tmp_path / "history.csv").write_text("step,images,seconds,d_loss,g_loss\n9,90,1,1.5,0.5\n")
    answer = look({"width": 344, "have": have})
    (drawn,) = [chart for chart in answer["charts"] if chart["key"] == "gan-loss"]
    assert [line["y"] for line in drawn["lines"]] == [[1.5], [0.5]]


@pytest.mark.parametrize(
    ("state", "age", "told", "live"),
    [
        ("training", 60, "silent for 60 s: scoring samples, or killed", True),
        ("stopped", 60, "stopped and saved: --resume goes on with it", False),
        ("scoring", 0, "trained; its samples are being scored", True),
        ("finished", 9999, "finished", False),
        ("failed", 0, "failed; the terminal it was started in says why", False),
    ],
)
def test_states(tmp_path: Path, state: str, age: float, told: str, live: bool) -> None:
    write(tmp_path, state=state, time=time.time() - age)
    answer = Look(tmp_path).look({"width": 344})
    assert (answer["state"], answer["live"]) == (told, live)


def test_mistakes_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no training to watch in .* like runs/vae-100"):
        Look(tmp_path).look({"width": 344})
    write(tmp_path)
    with pytest.raises(UserError, match="width must be 344 or 560"):
        Look(tmp_path).look({"width": "344"})
    for change in (
        {"step": "many"},
        {"time": None},
        {"losses": 3},
        {"losses": {"a": "1"}},
        {"losses": {"a": float("nan")}},
        {"state": "asleep"},
    ):
        write(tmp_path)
        values = json.loads((tmp_path / PROGRESS).read_text()) | change
        (tmp_path / PROGRESS).write_text(json.dumps(values))
        with pytest.raises(UserError, match="does not say how far a training is"):
            Look(tmp_path).look({"width": 344})

from __future__ import annotations

from pathlib import Path

import pytest

from ganvae import checkpoint
from ganvae.training.history import COLUMNS, History


def test_columns_are_those_the_studies_plot() -> None:
    assert ",".join(COLUMNS["vae"]) == (
        "step,images,seconds,train_loss,train_reconstruction,train_kl,"
        "test_loss,test_reconstruction,test_kl,distance,recall,sharpness"
    )
    assert ",".join(COLUMNS["gan"]) == (
        "step,images,seconds,d_loss,g_loss,d_real,d_fake_before,d_fake_after,distance,recall,sharpness"
    )


def test_values_of_one_step_share_a_row() -> None:
    history = History("vae")
    history.add(10, 640, 1.23456, train_loss=200.0, train_kl=5.0)
    history.add(10, 640, 1.3, distance=80.0)
    history.add(20, 1280, 2.5, train_loss=150.0)
    assert history.rows == [
        {
            "step": 10,
            "images": 640,
            "seconds": 1.235,
            "train_loss": 200.0,
            "train_kl": 5.0,
            "distance": 80.0,
        },
        {"step": 20, "images": 1280, "seconds": 2.5, "train_loss": 150.0},
    ]
    assert history.last("distance") == 80.0
    assert history.last("train_loss") == 150.0
    assert history.last("test_loss") is None


def test_unknown_curves_are_refused() -> None:
    with pytest.raises(KeyError, match="d_loss"):
        History("vae").add(1, 1, 0.0, d_loss=1.0)


def test_written_and_read_again(tmp_path: Path) -> None:
    history = History("gan")
    history.add(1, 32, 0.5, d_loss=1.3862943611198906, g_loss=1e-7)
    history.add(2, 64, 1.0, distance=123456.789)
    text = history.to_csv()
    assert text.splitlines() == [
        "step,images,seconds,d_loss,g_loss,d_real,d_fake_before,d_fake_after,"
        "distance,recall,sharpness",
        "1,32,0.5,1.38629,1e-07,,,,,,",
        "2,64,1.0,,,,,,123457,,",
    ]
    (tmp_path / checkpoint.HISTORY).write_text(text)
    columns = checkpoint.read_history(tmp_path)
    assert columns["d_loss"] == [1.38629, None]
    assert columns["distance"] == [None, 123457]
    assert columns["step"] == [1, 2]

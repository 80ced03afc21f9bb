"""The tables of measures: what is there is shown, what is not is a dash."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ganvae.recipe.shipped import RECIPES

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from tables import (  # noqa: E402
    bridge,
    claims,
    mixtures,
    models,
    mutants,
    scores,
    studies,
    survival,
    tuned,
)

VAE: dict[str, Any] = {
    "distance": {
        "value": 150.0,
        "n": 10_000,
        "features": "digit-classifier",
        "reference": "10000 test images",
    },
    "sharpness": {"ratio": 0.5},
}
FULL: dict[str, Any] = VAE | {
    "kernel_distance": {"mean": 1.25, "std": 0.5},
    "precision_recall": {"precision": 0.81, "recall": 0.32},
    "sharpness": {"ratio": 0.5, "high_frequency": {"ratio": 0.25}},
    "specks": {"per_image": 0.0123},
    "diversity": {"ratio": 0.9},
    "fitted": {"distance": {"value": 77.7}, "sharpness": {"ratio": 0.44}},
    "reconstruction": {
        "squared_error": 0.0123,
        "negative_elbo": 145.6,
        "likelihood": "Bernoulli",
        "sharpness_ratio": 0.66,
    },
    "inception": {"study": {"value": 33.33, "n": 3000}, "test": {"value": 31.0, "n": 10_000}},
}


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (bridge, claims, scores, studies, tuned):
        monkeypatch.setattr(module, "WEIGHTS", tmp_path)
    monkeypatch.setattr(scores, "RESULTS", tmp_path)
    return tmp_path


def put(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def rows_of(text: str, name: str) -> list[str]:
    return [line for line in text.splitlines() if f"`{name}`" in line]


def test_what_was_not_measured_is_a_dash(weights: Path) -> None:
    put(weights / "vae-100" / "metrics.json", VAE)
    assert rows_of(scores.scores(), "vae-100") == [
        "| `vae-100` | N(0, I) | 150.0 | – | – | – | 50 % | – | – | – | one seed |"
    ]


def test_a_model_without_features_has_no_distance(weights: Path) -> None:
    put(weights / "vae-100" / "metrics.json", {"sharpness": {"ratio": 0.5}})
    assert "| – | – | – | – | 50 % |" in scores.scores()


def test_every_measure_is_shown_with_both_priors(weights: Path) -> None:
    put(weights / "vae-100" / "metrics.json", FULL)
    first, fitted, reconstruction = rows_of(scores.scores(), "vae-100")
    assert first == (
        "| `vae-100` | N(0, I) | 150.0 | 1.25 ± 0.50 | 0.81 | 0.32 | 50 % | 25 % | 0.012 | 90 % | "
        "one seed |"
    )
    assert fitted.startswith("| `vae-100` | fitted | 77.7 | – |")
    assert "| 44 % |" in fitted
    assert reconstruction == "| `vae-100` | 0.0123 | 145.6 (Bernoulli) | 66 % |"


def test_seeds_give_mean_and_spread(weights: Path) -> None:
    put(weights / "vae-100" / "metrics.json", VAE)
    seeds = [{"seed": 1, "distance": 160.0}, {"seed": 2, "distance": 170.0, "sharpness": 0.6}]
    put(weights / "vae-100" / "seeds.json", seeds)
    (row,) = rows_of(scores.scores(), "vae-100")
    assert "| 160.0 ± 10.0 |" in row
    assert "| 55 % ± 7.1 % |" in row
    assert row.endswith("| 3 seeds |")


def test_real_images_are_the_floor(weights: Path) -> None:
    put(weights / "vae-100" / "metrics.json", VAE)
    floor = {"distance": 3.9, "precision_recall": {"precision": 0.86, "recall": 0.88}}
    facts = {"floor": floor, "specks": {"per_image": 0.0013}}
    put(weights / "reference" / "mnist-32" / "reference.json", facts)
    put(weights / "reference" / "mnist-28" / "reference.json", facts)
    lines = [line for line in scores.scores().splitlines() if "real images" in line]
    # No model of 28 pixels is there to be compared with it.
    assert lines == [
        "| *real images, 32 pixels* | – | 3.9 | – | 0.86 | 0.88 | – | – | 0.0013 | – | – |"
    ]


@pytest.mark.parametrize(
    ("mean", "std", "shown"),
    [(1760.33, 107.3, "1760 ± 107"), (0.4567, 0.0123, "0.457 ± 0.012"), (3.0, 0.0, "3.00 ± 0.00")],
)
def test_a_kernel_distance_has_the_digits_of_its_spread(
    weights: Path, mean: float, std: float, shown: str
) -> None:
    metrics = VAE | {"kernel_distance": {"mean": mean, "std": std}}
    put(weights / "vae-100" / "metrics.json", metrics)
    assert f"| {shown} |" in scores.scores()


def test_a_discriminators_opinion_of_others_is_shown(weights: Path) -> None:
    realness = {"real": 0.91, "generated": 0.11, "others": {"vae-100": 0.222}}
    put(weights / "gan-100" / "metrics.json", VAE | {"realness": realness})
    assert "| `gan-100` | 0.91 | 0.11 | `vae-100` 0.22 |" in scores.scores()


def test_reported_distances_stand_beside_the_same_protocol_only(weights: Path) -> None:
    put(weights / "vae-100" / "metrics.json", FULL)
    put(weights / "gan-100" / "metrics.json", VAE | {"distance": VAE["distance"] | {"value": 90}})
    text = studies.reported()
    assert "| `vae-100` | 26.21 | 33.3 | 31.0 (n = 10,000) | 150.0 |" in text
    assert "| `gan-100` | 74.63 | not measured | not measured | 90.0 |" in text
    assert "the study: vae-100, gan-100; here, in the last column: gan-100, vae-100." in text


def test_short_runs_are_summed_up(weights: Path) -> None:
    runs = [
        {"model": "vae-100", "lr": 0.001, "seed": 0, "distance": 100.4, "failed": False},
        {"model": "vae-100", "lr": 0.001, "seed": 1, "distance": None, "failed": True},
    ]
    assert scores.stability() == ""
    put(weights / "stability.json", {"steps": 1500, "hardware": "a machine", "runs": runs})
    assert "| `vae-100` | 0.001 | 100, – | 1 of 2 |" in scores.stability()


def test_a_claim_links_to_its_full_text(weights: Path) -> None:
    claim = {
        "id": "one",
        "studies": ["A", "D"],
        "claim": "It is so.",
        "verdict": "depends",
        "short": "1 / 2",
        "measurement": "One is 1.",
        "rule": "By rule.",
        "figures": [],
        "sources": ["weights/a/metrics.json", "weights/b/metrics.json", "weights/a/history.csv"],
    }
    put(weights / "claims.json", {"claims": [claim]})
    assert "| It is so. | A, D | [depends](claims.md#one) | 1 / 2 |" in claims.claims()
    full = claims.claims_in_full()
    assert full.startswith("### one\n")
    assert "**Depends.** One is 1." in full
    assert (
        "From metrics.json of [`a`](../weights/a/metrics.json), [`b`](../weights/b/metrics.json); "
        "history.csv of [`a`](../weights/a/history.csv)." in full
    )


def test_a_target_is_reached_or_missed_by_the_files(weights: Path) -> None:
    assert tuned.targets() == tuned.NOT_YET
    put(weights / "gan-100" / "metrics.json", FULL | {"distance": {"value": 100.0}})
    put(weights / "reference" / "mnist-28" / "reference.json", {"floor": {"distance": 2.0}})
    put(weights / "tuned-gan-digits" / "metrics.json", FULL | {"distance": {"value": 7.0}})
    tenth, floor = rows_of(tuned.targets(), "tuned-gan-digits")
    assert "| 10.0 | 7.0 | reached | 0.32, 0.32 |" in tenth
    assert "| 5.0 | 7.0 | **missed** |" in floor
    # The fitted prior's own distance where the target is about that.
    put(weights / "vae-100" / "metrics.json", FULL | {"distance": {"value": 300.0}})
    fitted = {"distance": {"value": 50.0}, "precision_recall": {"recall": 0.1}}
    put(weights / "tuned-vae-digits" / "metrics.json", FULL | {"fitted": fitted})
    (row,) = rows_of(tuned.targets(), "tuned-vae-digits")
    assert "| 100.0 | 50.0 | reached | 0.10, 0.32 |" in row


def test_machines_are_told_with_the_models_of_the_rarer_ones() -> None:
    def on(hardware: str, threads: int) -> dict[str, Any]:
        return {"training": {"hardware": hardware, "threads": threads}}

    first = {"a": on("X, 2 cores", 1), "b": on("X, 2 cores", 1)}
    assert models.machines(first) == "X, 2 cores, 1 thread"
    others = {"c": on("Y, 2 cores", 2), "d": on("Y, 2 cores", 2), "e": on("Z, 8 cores", 1)}
    more = others | first | {"f": on("X, 2 cores", 1)}
    assert models.machines(more) == (
        "X, 2 cores, 1 thread; `c` and `d` on Y, 2 cores, 2 threads; `e` on Z, 8 cores, 1 thread"
    )


def test_what_was_tried_and_how_the_distance_fell(weights: Path) -> None:
    folder = weights / "tuned-vae-digits"
    assert tuned.ablation(folder.name) == tuned.curve(folder.name) == tuned.NOT_YET
    shared = {"images": 1000, "seconds": 120.0, "sharpness": 0.5, "recall": 0.25}
    rows = [
        {"command": "python train.py A", "distance": 9.0, "fitted_distance": None, **shared},
        {"command": "python train.py B", "distance": 8.0, "fitted_distance": 3.0, **shared},
    ]
    put(folder / "comparison.json", rows)
    table = tuned.ablation(folder.name)
    assert "| `python train.py A` | 1,000 | 2 | 9.0 |  | 0.25 | 50% |" in table
    assert "| `python train.py B` | 1,000 | 2 | 8.0 | 3.0 | 0.25 | 50% |" in table
    (folder / "history.csv").write_text("step,distance\n1,\n2,900.4\n1000,30.2\n")
    assert tuned.curve(folder.name).splitlines()[::2] == [
        "| step | 2 | 1,000 |",
        "| distance | 900 | 30 |",
    ]
    # A VAE's loss is measured at other moments than the distance.
    (folder / "history.csv").write_text(
        "step,distance,test_loss\n1,,\n2,900.4,\n3,,80.6\n900,,7.2\n1000,30.2,\n1001,,5\n"
    )
    assert tuned.curve(folder.name).splitlines()[3] == "| test loss |  | 7 |"


def test_bridges_are_told_stop_by_stop(weights: Path) -> None:
    assert bridge.bridge() == bridge.bridge_told() == bridge.bridge_drift() == bridge.NOT_YET
    for at, (sharp, error) in enumerate([(0.5, 0.0123), (0.75, 0.02)]):
        name = f"bridge-digits-{at}"
        put(weights / name / "config.json", {"recipe": RECIPES[name].to_dict()})
        reconstruction = {"squared_error": error}
        metrics = VAE | {"sharpness": {"ratio": sharp}, "reconstruction": reconstruction}
        put(weights / name / "metrics.json", metrics)
    first, second = (rows_of(bridge.bridge(), f"bridge-digits-{at}")[0] for at in (0, 1))
    assert first == (
        "| [`bridge-digits-0`](../weights/bridge-digits-0) | 0 | 50 % | 0.0123 | 150.0 | – | – |"
    )
    assert "| 0.05 | 75 % | 0.02 |" in second
    told = bridge.bridge_told()
    assert told.startswith("**Digits.** From weight 0 to 0.05 the sharpness")
    assert "rises from 0.0123 to 0.02" in told


def test_drift_stands_beside_different_z(weights: Path) -> None:
    test_bridges_are_told_stop_by_stop(weights)
    step = {"first": "bridge-digits-0", "second": "bridge-digits-1", "same": 3.0, "different": 12.0}
    one = {
        "key": "bridge-digits",
        "n": 2000,
        "seed": 0,
        "features": "digit-classifier",
        "steps": [step],
    }
    put(weights / "bridges.json", {"bridges": [one]})
    text = bridge.bridge_drift()
    assert "| `bridge-digits-0` | `bridge-digits-1` | 3.0 | 12.0 | 25 % |" in text
    assert "**Digits.** One z stays one picture" in text


def test_the_worth_of_mixtures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "RESULTS", tmp_path)
    assert "Not measured" in mixtures.mixtures()
    row = {"place": "N(0, I)", "distance": 612.34, "recall": 0.205, "sharpness": 0.579}
    places = [row, {**row, "place": "30 Gaussians", "distance": 18.6, "seconds": 33.4}]
    (tmp_path / "mixtures.json").write_text(json.dumps({"a-vae": places}))
    lines = mixtures.mixtures().splitlines()
    assert lines[2] == "| `a-vae` | N(0, I) | 612.3 | 0.20 | 58% |  |"
    assert lines[3] == "| `a-vae` | 30 Gaussians | 18.6 | 0.20 | 58% | 33 s |"


def test_mutants_are_counted_by_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "RESULTS", tmp_path)
    assert "not measured" in mutants.mutants()
    outcomes = {"latents": "caught caught survived alike", "metrics": "endless", "recipe": "alike"}
    modules = {
        name: [{"outcome": outcome} for outcome in told.split()] for name, told in outcomes.items()
    }
    (tmp_path / "mutants.json").write_text(json.dumps({"modules": modules}))
    assert mutants.mutants().splitlines()[2:] == [
        "| `ganvae/latents` | 4 | 2 | 1 | 1 | 66.7% |",
        "| `ganvae/metrics` | 1 | 1 | 0 | 0 | 100.0% |",
        "| `ganvae/recipe` | 1 | 0 | 0 | 1 | – |",
        "| all | 6 | 3 | 1 | 2 | 75.0% |",
    ]


def test_survival_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survival, "RESULTS", tmp_path)
    assert "not measured" in survival.survival_told()
    works = {name: {"survived": 49, "kills": 50} for name in ("save", "training", "push", "pull")}
    (tmp_path / "survival.json").write_text(json.dumps({"works": works}))
    assert "pushing came through 49 of 50 times" in survival.survival_told()


def test_what_a_picture_costs_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuned, "RESULTS", tmp_path)
    assert tuned.browser() == tuned.NOT_YET
    one = {"bytes": 1_234_567, "median_ms": 1.24, "p95_ms": 3.0, "max_ms": 9.0, "images": 200}
    found = {"hardware": "a computer, 2 cores", "models": {"a-vae": one}}
    (tmp_path / "decoders.json").write_text(json.dumps(found))
    assert "| `a-vae` | 1.2 MB | 1.2 | 3.0 |" in tuned.browser()
    assert tuned.browser().endswith("a computer, 2 cores.")

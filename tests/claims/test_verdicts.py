"""Each verdict follows from the figures: change them, and it changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ganvae.claims.claim import verdict
from ganvae.claims.convergence import settled, still_falling
from ganvae.claims.evidence import Moment, Seeds
from ganvae.claims.rules import clearly_less
from tests.claims.evidence_files import GANS, VAES, Files

Change = Callable[[Files], None]


def _set(names: tuple[str, ...] | str, value: object, *keys: str) -> Change:
    return lambda files: files.set(names, value, *keys)


def _both(*changes: Change) -> Change:
    def apply(files: Files) -> None:
        for change in changes:
            change(files)

    return apply


def _curves(names: tuple[str, ...], curve: list[tuple[int, int, float]]) -> Change:
    return lambda files: files.curves.update(dict.fromkeys(names, curve))


def _failures(model: str, count: int) -> Change:
    def apply(files: Files) -> None:
        for run in files.stability["runs"]:
            run["failed"] = False
        for run in [run for run in files.stability["runs"] if run["model"] == model][-count:]:
            run["failed"] = True

    return apply


def _same_distances(files: Files) -> None:
    for run in files.stability["runs"]:
        run["distance"] = 100.0


def _remedy(row: int, distance: float) -> Change:
    return lambda files: files.comparison[row].update(distance=distance)


def nothing(files: Files) -> None:
    pass


CALM = (("d_real", 0.52), ("d_fake_before", 0.48))
AT_REST = _both(*(_set(GANS, value, "final", key) for key, value in CALM))
FLAT = [(100, 1, 100.0), (1000, 10, 100.0), (10_000, 100, 95.0)]
SLOW = [(1000, 10, 900.0), (10_000, 100, 500.0), (200_000, 2000, 300.0)]
FACES = ("face-vae-128", "face-gan-128")

CASES: list[tuple[str, Change, str]] = [
    ("vae-blurrier", nothing, "supported"),
    ("vae-blurrier", _set("vae-100", 0.9, "sharpness", "ratio"), "depends"),
    ("vae-blurrier", _set(VAES, 0.9, "sharpness", "ratio"), "refuted"),
    # Noise is not sharpness: it decides nothing, whatever it is beside.
    ("vae-blurrier", _set("gan-100", 6.0, "sharpness", "ratio"), "supported"),
    (
        "vae-blurrier",
        _both(_set(VAES, 0.9, "sharpness", "ratio"), _set("gan-100", 6.0, "sharpness", "ratio")),
        "refuted",
    ),
    ("vae-blurrier", _set(GANS, 6.0, "sharpness", "ratio"), "depends"),
    (
        "vae-blurrier",
        _set(("vae-100", "gan-100"), 0.7, "sharpness", "high_frequency", "ratio"),
        "depends",
    ),
    ("gan-specks", nothing, "supported"),
    ("gan-specks", _set("mlp-gan-100", 0.05, "specks", "per_image"), "depends"),
    ("gan-specks", _set("mlp-vae-20", 1.0, "specks", "per_image"), "depends"),
    ("gan-specks", _set("mlp-gan-100", 1.0, "specks", "real_per_image"), "depends"),
    ("gan-specks", _set("mlp-gan-100", 0.001, "specks", "per_image"), "refuted"),
    ("vae-gloomy", nothing, "supported"),
    ("vae-gloomy", _set("mini-vae-20", 0.95, "sharpness", "ratio"), "depends"),
    ("vae-gloomy", _set("mini-vae-20", 0.8, "precision_recall", "precision"), "depends"),
    (
        "vae-gloomy",
        _both(
            _set("mini-vae-20", 0.95, "sharpness", "ratio"),
            _set("mini-vae-20", 0.8, "precision_recall", "precision"),
        ),
        "refuted",
    ),
    ("gan-samples-better", nothing, "depends"),
    ("gan-samples-better", _set("vae-100", 120.0, "distance", "value"), "supported"),
    (
        "gan-samples-better",
        _both(
            _set("vae-100", 120.0, "distance", "value"),
            _set("vae-100", 0.8, "precision_recall", "precision"),
        ),
        "depends",
    ),
    (
        "gan-samples-better",
        _both(
            _set(GANS, 190.0, "distance", "value"),
            _set(GANS, 0.3, "precision_recall", "precision"),
        ),
        "refuted",
    ),
    ("blurrier-but-closer", nothing, "supported"),
    ("blurrier-but-closer", _set("vae-100", 95.0, "distance", "value"), "depends"),
    ("blurrier-but-closer", _set("gan-100", 2.0, "sharpness", "ratio"), "depends"),
    (
        "blurrier-but-closer",
        _both(
            _set("vae-100", 95.0, "distance", "value"), _set("vae-100", 0.9, "sharpness", "ratio")
        ),
        "refuted",
    ),
    (
        "blurrier-but-closer",
        _both(
            _set("vae-100", 60.0, "inception", "study", "value"),
            _set("gan-100", 50.0, "inception", "study", "value"),
        ),
        "depends",
    ),
    ("vae-converges-faster", nothing, "supported"),
    ("vae-converges-faster", _curves(("vae-100",), SLOW), "depends"),
    ("vae-converges-faster", _curves(VAES, SLOW), "refuted"),
    # Faster, but not by half.
    (
        "vae-converges-faster",
        _curves(VAES, [(100, 1, 900.0), (1000, 10, 500.0), (60_000, 600, 300.0)]),
        "refuted",
    ),
    ("longer-training-helps", nothing, "supported"),
    ("longer-training-helps", _curves(("mini-gan-100",), FLAT), "depends"),
    ("longer-training-helps", _curves(("mini-gan-100", "mini-vae-20"), FLAT), "refuted"),
    ("longer-training-helps", _curves(("gan-100",), FLAT), "supported"),
    ("gan-needs-more", nothing, "supported"),
    ("gan-needs-more", _set("mini-vae-20", 5000, "parameters", "total"), "depends"),
    (
        "gan-needs-more",
        _both(_set(VAES, 1990, "parameters", "total"), _set(VAES, 190.0, "training", "seconds")),
        "refuted",
    ),
    ("gan-needs-more", _set("vae-100", 500.0, "training", "seconds"), "depends"),
    # Another machine's seconds don't count, nor do an unknown one's.
    (
        "gan-needs-more",
        _both(
            _set(("vae-100", "gan-100"), None, "training", "hardware"),
            _set("vae-100", 500.0, "training", "seconds"),
        ),
        "supported",
    ),
    (
        "gan-needs-more",
        _both(
            _set("vae-100", 500.0, "training", "seconds"),
            _set("vae-100", "another", "training", "hardware"),
        ),
        "supported",
    ),
    ("gan-harder", nothing, "supported"),
    ("gan-harder", _failures("gan-100", 1), "depends"),
    ("gan-harder", _same_distances, "depends"),
    ("gan-harder", _both(_failures("gan-100", 1), _same_distances), "refuted"),
    ("gan-harder", _both(_failures("vae-100", 3), _same_distances), "refuted"),
    ("remedies-help", nothing, "supported"),
    ("remedies-help", _remedy(3, 310.0), "depends"),
    ("remedies-help", _both(_remedy(0, 290.0), _remedy(2, 310.0), _remedy(3, 310.0)), "refuted"),
    ("no-equilibrium", nothing, "supported"),
    ("no-equilibrium", AT_REST, "refuted"),
    ("no-equilibrium", _both(AT_REST, _set("gan-100", 0.7, "final", "d_real")), "depends"),
    # Study B tells D that real is .9: both outputs of its equilibrium are .45.
    (
        "no-equilibrium",
        _both(
            AT_REST,
            _set("mini-gan-100", 0.37, "final", "d_real"),
            _set("mini-gan-100", 0.36, "final", "d_fake_before"),
        ),
        "refuted",
    ),
    # Near on either side, but told apart.
    (
        "no-equilibrium",
        _both(
            AT_REST,
            _set("gan-100", 0.58, "final", "d_real"),
            _set("gan-100", 0.42, "final", "d_fake_before"),
        ),
        "depends",
    ),
    ("distance-improves-with-latent", nothing, "supported"),
    ("distance-improves-with-latent", _set("vae-10", 500.0, "distance", "value"), "depends"),
    (
        "distance-improves-with-latent",
        _set(("vae-3", "vae-10", "vae-100"), 200.0, "distance", "value"),
        "refuted",
    ),
    ("reconstruction-improves-with-latent", nothing, "supported"),
    (
        "reconstruction-improves-with-latent",
        _set("vae-10", 100.0, "final", "test_reconstruction"),
        "depends",
    ),
    (
        "reconstruction-improves-with-latent",
        _both(
            _set("vae-3", 100.0, "final", "test_reconstruction"),
            _set("vae-10", 101.0, "final", "test_reconstruction"),
        ),
        "refuted",
    ),
    ("kl-grows-with-latent", nothing, "supported"),
    ("kl-grows-with-latent", _set("vae-100", 10.5, "final", "test_kl"), "depends"),
    ("kl-grows-with-latent", _set("vae-3", 30.0, "final", "test_kl"), "depends"),
    (
        "kl-grows-with-latent",
        _set(("vae-3", "vae-10", "vae-100"), 20.0, "final", "test_kl"),
        "refuted",
    ),
    ("latent-source", nothing, "definition"),
]


@pytest.mark.parametrize(("claim", "change", "expected"), CASES)
def test_the_verdict_follows_from_the_figures(
    measured: Files, claim: str, change: Change, expected: str
) -> None:
    change(measured)
    assert measured.verdicts()[claim] == expected


def test_every_measured_claim_is_tried_both_ways(measured: Files) -> None:
    tried: dict[str, set[str]] = {}
    for claim, _, expected in CASES:
        tried.setdefault(claim, set()).add(expected)
    for name, outcome in measured.verdicts().items():
        if outcome != "definition":
            assert tried[name] == {"supported", "depends", "refuted"}, name


def test_the_figures_stand_in_the_sentences(measured: Files) -> None:
    measured.set("vae-100", 0.314, "sharpness", "ratio")
    measured.set("gan-100", 0.628, "sharpness", "ratio")
    measured.set("mlp-gan-100", 6.24, "sharpness", "ratio")
    claim = measured.judged()["vae-blurrier"]
    assert "vae-100 31 % against 63 % of gan-100 (2.0 times as much)" in claim.measurement
    assert "624 %" in claim.measurement
    assert "Above 100 % (mlp-gan-100) is noise, not sharpness" in claim.measurement
    assert ("sharpness of vae-100", 0.314) in [(f.what, f.value) for f in claim.figures]
    assert set(claim.sources) == {
        f"weights/{name}/metrics.json" for name in (*VAES, *GANS) if name not in ("vae-3", "vae-10")
    }


def test_convergence_is_read_off_the_curves_in_two_ways(measured: Files) -> None:
    measured.curves["vae-100"] = [(100, 1, 350.0), (1000, 10, 290.0), (5000, 50, 109.0)]
    measured.curves["vae-100"].append((10_000, 100, 100.0))
    figures = measured.judged()["vae-converges-faster"].figures
    of_vae = [(f.what, f.value, f.unit) for f in figures if f.what.endswith(" vae-100")]
    assert of_vae == [
        ("convergence, vae-100", 5000, "images"),
        ("convergence, vae-100", 50, "seconds"),
        # Its GAN ends at 300, which it passes earlier.
        ("the worse one's distance, vae-100", 1000, "images"),
        ("the worse one's distance, vae-100", 10, "seconds"),
    ]


def test_what_helps_and_what_does_not_is_named(measured: Files) -> None:
    _remedy(3, 310.0)(measured)
    measured.comparison.append(
        {"command": "python train.py --lr 0.005 --steps 78", "images": 100, "distance": 900.0}
    )
    text = measured.judged()["remedies-help"].measurement
    assert "Clearly better: pre-training by the VAE (300 with it, 600 without); a huge" in text
    assert "Not clearly better: label flips and noise (300 with it, 310 without)" in text
    assert "At a learning rate of 0.005 instead of the recipe's the distance is 900" in text


def test_runs_of_other_lengths_are_not_compared(measured: Files) -> None:
    measured.comparison[2]["images"] = 50
    text = measured.judged()["remedies-help"].measurement
    assert "pre-training" not in text


def test_one_seed_that_disagrees_takes_the_verdict_back(measured: Files) -> None:
    measured.seeds["vae-100"] = [
        {"seed": 1, "distance": 50.0, "sharpness": 0.5},
        {"seed": 2, "distance": 95.0, "sharpness": 0.5},
    ]
    claim = measured.judged()["blurrier-but-closer"]
    assert claim.verdict == "depends"
    assert "65 ± 26" in claim.measurement


def test_the_seed_that_ships_is_not_counted_twice(measured: Files) -> None:
    measured.seeds["vae-100"] = [{"seed": 0, "distance": 95.0, "sharpness": 0.5}]
    claim = measured.judged()["blurrier-but-closer"]
    assert claim.verdict == "supported"
    assert "±" not in claim.measurement


def test_clearly_less_is_by_more_than_a_tenth_for_every_seed() -> None:
    assert clearly_less(0.89, 1.0)
    assert not clearly_less(0.91, 1.0)
    assert clearly_less(Seeds((0.5, 0.8)), Seeds((0.9, 2.0)))
    assert not clearly_less(Seeds((0.5, 0.85)), Seeds((0.9, 2.0)))
    assert not clearly_less(Seeds((2.0, 1.0)), Seeds((1.5,)))


def test_a_verdict_needs_all_or_none() -> None:
    assert verdict([True, True]) == "supported"
    assert verdict([False, True]) == "depends"
    assert verdict([False]) == "refuted"
    with pytest.raises(ValueError, match="at least one"):
        verdict([])


def _moments(*distances: float) -> list[Moment]:
    return [Moment(images, images / 10, value) for images, value in enumerate(distances)]


def test_a_distance_has_settled_once_it_stays_low() -> None:
    found = settled(_moments(9, 3, 7, 4, 3.5), 4)
    assert found is not None
    assert found.images == 3
    assert settled(_moments(9, 3, 7), 4) is None


def test_still_falling_is_by_a_tenth_and_not_rising_at_the_end() -> None:
    assert still_falling(_moments(50, 10, 9.5, 8.9))
    assert not still_falling(_moments(50, 10, 9.5, 9.1))
    assert not still_falling(_moments(50, 10, 5, 6))

"""`python -m ganvae.claims`: what it writes, leaves out and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ganvae import DEFAULT_WEIGHTS, checkpoint
from ganvae.claims import judge
from ganvae.claims.__main__ import main
from ganvae.folders import DEFAULT_RESULTS
from tests.claims.evidence_files import Files

ALL = 17


def run(measured: Files) -> int:
    return main(["--weights", str(measured.weights), "--results", str(measured.results)])


def written(measured: Files) -> list[dict[str, Any]]:
    return json.loads((measured.weights / judge.FILE).read_text())["claims"]


def test_the_committed_claims_are_what_the_command_writes_now() -> None:
    """weights/claims.json; else run python -m ganvae.claims, then scripts/update_readme.py."""
    claims, _ = judge.judge(DEFAULT_WEIGHTS, DEFAULT_RESULTS)
    now = json.loads(json.dumps(judge.content(claims)))
    assert checkpoint.read_json(DEFAULT_WEIGHTS / judge.FILE) == now


def test_every_claim_is_written_with_what_a_reader_needs(measured: Files) -> None:
    measured.write()
    assert run(measured) == 0
    claims = written(measured)
    assert len({claim["id"] for claim in claims}) == len(claims) == ALL
    for claim in claims:
        assert set(claim["studies"]) <= set("ABCD")
        assert claim["studies"]
        assert claim["verdict"] in ("supported", "refuted", "depends", "definition")
        for key in ("claim", "measurement", "rule"):
            assert claim[key].endswith("."), (claim["id"], key)
        if claim["verdict"] != "definition":
            assert claim["sources"]
            assert claim["figures"]
            assert all(set(figure) == {"what", "value", "unit"} for figure in claim["figures"])


def test_ids_are_the_names_of_what_is_left_out(
    measured: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    measured.write()
    run(measured)
    measured_ids = [c["id"] for c in written(measured) if c["verdict"] != "definition"]
    for folder in list(measured.weights.iterdir()):
        if folder.is_dir():
            (folder / "metrics.json").unlink()
            (folder / "history.csv").unlink()
            (folder / "comparison.json").unlink(missing_ok=True)
    (measured.results / "stability.json").unlink()
    capsys.readouterr()
    assert run(measured) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[0] for line in lines] == measured_ids
    assert {claim["verdict"] for claim in written(measured)} == {"definition"}


@pytest.mark.parametrize(
    ("name", "keys", "left_out", "says"),
    [
        ("vae-100", ("sharpness",), "vae-blurrier", "vae-100/metrics.json lacks sharpness.ratio"),
        ("mlp-gan-100", ("specks",), "gan-specks", "mlp-gan-100/metrics.json lacks specks.per_i"),
        ("vae-10", ("final", "test_kl"), "kl-grows", "vae-10/metrics.json lacks final.test_kl"),
        ("gan-100", ("final",), "no-equilibrium", "gan-100/metrics.json lacks final.d_real"),
    ],
)
def test_a_claim_without_its_measurement_is_left_out(
    measured: Files,
    capsys: pytest.CaptureFixture[str],
    name: str,
    keys: tuple[str, ...],
    left_out: str,
    says: str,
) -> None:
    place = measured.metrics[name]
    for key in keys[:-1]:
        place = place[key]
    del place[keys[-1]]
    measured.write()
    assert run(measured) == 0
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith(left_out) and says in line for line in lines)
    assert not any(claim["id"].startswith(left_out) for claim in written(measured))
    assert len(written(measured)) == ALL - len(lines)


def test_optional_measures_may_be_missing(measured: Files) -> None:
    del measured.metrics["vae-100"]["precision_recall"]
    assert "gan-samples-better" in measured.judged()


def test_a_curve_of_two_points_is_none(measured: Files, capsys: pytest.CaptureFixture[str]) -> None:
    measured.curves["mini-gan-100"] = measured.curves["mini-gan-100"][:2]
    measured.write()
    assert run(measured) == 0
    assert "mini-gan-100/history.csv lacks three moments" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("vae-100/metrics.json", "{", "not valid JSON"),
        ("vae-100/metrics.json", "[]", "can't be read from []"),
        ("vae-100/metrics.json", '{"sharpness": "sharp"}', "can't be read from 'sharp'"),
        ("vae-100/metrics.json", '{"sharpness": {"ratio": "half"}}', "must be a number"),
        ("vae-100/metrics.json", '{"sharpness": {"ratio": true}}', "must be a number, not True"),
        ("vae-100/metrics.json", '{"sharpness": {"ratio": NaN}}', "must be a number, not nan"),
        ("vae-100/seeds.json", "{}", "must hold a list of runs"),
        ("vae-100/seeds.json", "[3]", "can't be read from 3"),
        ("vae-100/seeds.json", '[{"seed": 1, "sharpness": "x"}]', "must be a number"),
        ("vae-100/history.csv", "images,seconds,distance\na,b,c\n", "not a table of numbers"),
        (
            "vae-100/history.csv",
            "images,seconds,distance\n" + "1,1,nan\n" * 3,
            "holds numbers that are not finite",
        ),
        ("face-gan-128/comparison.json", '{"a": 1}', "must hold a list of runs"),
        ("face-gan-128/comparison.json", '[{"images": 1, "distance": "x"}]', "must be a number"),
    ],
)
def test_a_bad_file_gives_one_sentence(
    measured: Files, capsys: pytest.CaptureFixture[str], path: str, content: str, says: str
) -> None:
    measured.write()
    (measured.weights / path).write_text(content)
    assert run(measured) == 2
    error = capsys.readouterr().err
    assert error.startswith("ganvae.claims: ")
    assert error.count("\n") == 1
    assert path in error
    assert says in error
    assert not (measured.weights / judge.FILE).exists()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("[]", 2),
        ('{"runs": 3}', 2),
        ('{"runs": [{"seed": 0, "lr": 1, "failed": 1}]}', 2),
        ('{"runs": [{"seed": 0, "lr": 1, "failed": true, "distance": NaN}]}', 2),
        # A run without a learning rate: that claim alone is left out.
        ('{"runs": [{"seed": 0, "failed": true}]}', 0),
    ],
)
def test_bad_short_runs_give_one_sentence(
    measured: Files, capsys: pytest.CaptureFixture[str], content: str, status: int
) -> None:
    measured.write()
    (measured.results / "stability.json").write_text(content)
    assert run(measured) == status
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "stability.json" in error


def test_no_folder_gives_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--weights", str(tmp_path / "none")]) == 2
    assert "There is no weights folder" in capsys.readouterr().err

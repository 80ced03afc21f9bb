"""A push of models, spoken by the real client to a small Hub."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from ganvae import DEFAULT_WEIGHTS, checkpoint
from ganvae.cards.merge import BEGIN, END
from ganvae.commands import cli
from ganvae.hub import remote
from ganvae.training import callbacks, evaluate, finish
from tests.hub.push_server import CUT, READ, UNKNOWN, WRITE, Fault, Hub, connected, running

REPO = "someone/models"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A Hub with nothing on it."""
    with connected(monkeypatch) as one:
        yield one


@pytest.fixture
def weights(tiny_weights: Path, tmp_path: Path) -> Path:
    """Two models with claims, a sweep, a reference, the classifier, and files that are not ours."""
    folder = tmp_path / "weights"
    for name in ("vae-10", "mlp-gan-100"):
        shutil.copytree(tiny_weights / name, folder / name)
    for path in ("claims.json", "sweeps/latent.json", "reference/mnist-32/reference.json"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("{}")
    (folder / "notes.txt").write_text("mine")
    (folder / "vae-10" / "secret.env").write_text("mine")
    (folder / "vae-10" / "snapshots" / "me.png").write_bytes(b"mine")
    return folder


def push(weights: Path, *more: str, repo: str = REPO) -> int:
    """Run train.py --push."""
    return cli.main(["--push", repo, "--weights", str(weights), *more])


def read(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


LINKS = {
    "a sheet": "vae-10/snapshots/samples-99999999.webp",
    "weights": "vae-10/decoder.onnx",
    "what is shared": "sweeps/gan.json",
    "a folder": "reference/secret-32",
}


@pytest.mark.parametrize("kind", LINKS)
def test_no_link_leads_out_of_the_folder(
    hub: Hub, weights: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "reference.json").write_text("{}")
    link = weights / LINKS[kind]
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(secret if kind == "a folder" else secret / "reference.json")
    for more in (["--dry-run"], []):
        status = push(weights, *more)
        told = capsys.readouterr()
        # Python follows no link to a folder where it looks for files: nothing of it is seen.
        if kind == "a folder":
            assert status == 0
            assert "secret" not in told.out
        else:
            assert status == 2
            assert f"{link} is a link that leads out of " in told.err
            assert not hub.repos
    if kind == "a folder":
        assert not [path for path in hub.repo().files() if "secret" in path]


def test_no_model_is_a_link_out_of_the_folder(
    hub: Hub, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (weights / "vae-10").rename(tmp_path / "private")
    (weights / "vae-10").symlink_to(tmp_path / "private")
    assert push(weights) == 2
    assert f"is a link that leads out of {weights}" in capsys.readouterr().err
    assert not hub.repos
    # The folder of all models may be one: it was named.
    (weights / "vae-10").unlink()
    (tmp_path / "private").rename(weights / "vae-10")
    (tmp_path / "link").symlink_to(weights)
    assert push(tmp_path / "link") == 0
    assert "vae-10/model.safetensors" in hub.repo().files()


def test_a_link_within_the_folder_travels_as_what_it_leads_to(hub: Hub, weights: Path) -> None:
    folder = weights / "vae-10" / "snapshots"
    (folder / "samples-99999999.webp").symlink_to(folder / "samples-00000001.webp")
    assert push(weights) == 0
    files = hub.repo().files()
    same = files["vae-10/snapshots/samples-00000001.webp"]
    assert files["vae-10/snapshots/samples-99999999.webp"] == same


def test_everything_travels_in_one_commit(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read(weights)
    assert push(weights) == 0
    repo = hub.repo()
    assert [commit.title for commit in repo.commits.values()] == [
        "initial commit",
        "Add mlp-gan-100, vae-10; update claims, reference, sweeps",
    ]
    files = repo.files()
    mine = {"notes.txt", "vae-10/secret.env", "vae-10/snapshots/me.png"}
    assert set(files) == {*before, "README.md", ".gitattributes", *cards()} - mine
    for path in set(before) - mine - set(cards()):
        assert files[path] == before[path], path
    # What lies here is as it was.
    assert read(weights) == before
    card = ModelCard(files["vae-10/README.md"].decode())
    assert f'ganvae.load("vae-10", source="{REPO}")' in card.text
    assert f"{hub.url}/{REPO}: Add mlp-gan-100, vae-10" in capsys.readouterr().out


def cards() -> tuple[str, ...]:
    """The cards of the models that the fixture has."""
    return ("vae-10/README.md", "mlp-gan-100/README.md")


def test_what_was_pushed_loads(hub: Hub, weights: Path, tmp_path: Path) -> None:
    push(weights)
    for path, content in hub.repo().files().items():
        (tmp_path / "copy" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / path).write_bytes(content)
    ours, theirs = (checkpoint.load(one / "vae-10") for one in (weights, tmp_path / "copy"))
    for name, tensor in ours.state_dict().items():
        assert tensor.equal(theirs.state_dict()[name]), name


def test_a_second_push_has_nothing_to_do(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    push(weights)
    hub.requests.clear()
    capsys.readouterr()
    assert push(weights) == 0
    assert capsys.readouterr().out == f"{REPO} is up to date: nothing to push.\n"
    assert len(hub.repo().commits) == 2
    assert not hub.asked("preupload|PUT|commit/|batch|create")


def test_only_what_changed_travels(hub: Hub, weights: Path) -> None:
    push(weights)
    hub.requests.clear()
    metrics = checkpoint.read_metrics(weights / "vae-10")
    metrics["distance"]["value"] = 12.25
    (weights / "vae-10" / "metrics.json").write_text(json.dumps(metrics))
    (weights / "vae-10" / "snapshots" / "samples-00000001.webp").unlink()
    assert push(weights) == 0
    repo = hub.repo()
    before, after = list(repo.commits.values())[-2:]
    assert after.title == "Update vae-10"
    assert after.parent == before.oid
    assert {path for path in after.files if after.files[path] != before.files[path]} == {
        "README.md",
        "vae-10/README.md",
        "vae-10/metrics.json",
    }
    assert set(before.files) - set(after.files) == {"vae-10/snapshots/samples-00000001.webp"}
    # The weights are large, the same, and stay at home.
    assert not hub.asked("PUT")
    assert "| 12.25 (" in after.files["README.md"].decode()


def test_one_model_leaves_the_others(
    hub: Hub, weights: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    push(weights)
    other = tmp_path / "other"
    shutil.copytree(tiny_weights / "vae-3", other / "vae-3")
    before = hub.repo().files()
    assert push(other) == 0
    after = hub.repo().files()
    assert {path for path in before if after.get(path) != before[path]} == {"README.md"}
    card = ModelCard(after["README.md"].decode())
    for name in ("vae-3", "vae-10", "mlp-gan-100"):
        assert f"[{name}]({name}/README.md)" in card.text
    indexed = [one["name"] for one in yaml_of(after["README.md"])["model-index"]]
    assert sorted(indexed) == ["mlp-gan-100", "vae-10", "vae-3"]


def yaml_of(card: bytes) -> dict[str, object]:
    """The front matter of a card."""
    import yaml

    return yaml.safe_load(card.decode().split("---\n")[1])


def test_a_persons_words_stay(hub: Hub, weights: Path) -> None:
    push(weights)
    repo = hub.repo()
    edited = dict(repo.files())
    for path in ("README.md", "vae-10/README.md"):
        text = edited[path].decode()
        assert BEGIN in text
        text = text.replace("library_name: ganvae", "library_name: ganvae\nlanguage: en")
        edited[path] = text.replace(BEGIN, f"Hand-written above.\n\n{BEGIN}").encode() + b"Below.\n"
    repo.add("main", "Edit", edited)
    # Neither is a person's edit something to push.
    assert push(weights) == 0
    assert len(repo.commits) == 3
    metrics = checkpoint.read_metrics(weights / "vae-10")
    metrics["distance"]["value"] = 12.25
    (weights / "vae-10" / "metrics.json").write_text(json.dumps(metrics))
    assert push(weights) == 0
    for path in ("README.md", "vae-10/README.md"):
        text = repo.files()[path].decode()
        assert "Hand-written above." in text.split(BEGIN)[0]
        assert text.split(END)[1].strip() == "Below."
        assert yaml_of(text.encode())["language"] == "en"
        assert "12.25" in text.split(BEGIN)[1]


def test_words_that_are_only_here_travel(hub: Hub, weights: Path) -> None:
    from ganvae.cards import update_card

    update_card(weights / "vae-10")
    card = weights / "vae-10" / "README.md"
    card.write_text(card.read_text().replace(BEGIN, f"Mine.\n\n{BEGIN}"))
    push(weights)
    text = hub.repo().files()["vae-10/README.md"].decode()
    assert "Mine." in text
    assert f'source="{REPO}"' in text


def test_a_card_that_cannot_be_merged_stays(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = b"---\ntags: [\n---\nmine\n"
    hub.make().add("main", "Edit", {"README.md": broken})
    assert push(weights) == 0
    assert hub.repo().files()["README.md"] == broken
    assert "vae-10/model.safetensors" in hub.repo().files()
    assert f"README.md of {REPO} stays as it is: " in capsys.readouterr().err


def test_a_dry_run_touches_nothing(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(remote, "get_token", lambda: None)
    assert push(weights, "--dry-run", "--private") == 0
    out = capsys.readouterr().out
    assert f"{REPO} would be made, private." in out
    size = (weights / "vae-10" / "config.json").stat().st_size
    assert re.search(rf"^add +{size:,} bytes  vae-10/config.json$", out, re.MULTILINE)
    assert out.endswith("nothing was touched.\n")
    assert not hub.repos
    assert not hub.asked("POST|PUT")


def test_a_private_repository_and_a_branch(hub: Hub, weights: Path) -> None:
    assert push(weights, "--private", "--revision", "try/two") == 0
    repo = hub.repo()
    assert repo.private
    assert set(repo.files("main")) == {".gitattributes"}
    assert "vae-10/model.safetensors" in repo.files("try/two")
    assert push(weights, "--revision", "try/two") == 0
    assert len(repo.commits) == 2


def test_a_broken_model_stays_here(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = weights / "vae-10" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    assert push(weights) == 0
    assert "vae-10 stays here: " in capsys.readouterr().err
    assert not [path for path in hub.repo().files() if path.startswith("vae-10/")]


FAULTS = [
    (Fault("GET /api/whoami", 500), "the Hub has a fault of its own (500)"),
    (Fault("GET /api/whoami", CUT), "the connection to the Hub failed"),
    (Fault("auth-check", 403), "the token has no right"),
    (Fault("GET .*/revision/", 429), "the Hub asks for fewer requests"),
    (Fault("GET .*/tree/", 500), "the Hub has a fault of its own (500)"),
    (Fault("POST /api/repos/create", 403), "the token has no right"),
    (Fault("preupload", 401), "there is no such repository|does not know the token"),
    (Fault("preupload", 429), "the Hub asks for fewer requests"),
    (Fault("objects/batch", 403), "the token has no right"),
    (Fault("PUT /lfs/", 500, spare=2), "the Hub has a fault of its own (500)"),
    (Fault("PUT /lfs/", CUT, spare=1), "the connection to the Hub failed"),
    (Fault("POST /verify", 404), "there is no such repository"),
    (Fault("commit/", 500), "the Hub has a fault of its own (500)"),
    (Fault("commit/", 412), "somebody else changed it"),
    (Fault("commit/", CUT), "the connection to the Hub failed"),
]


def test_a_model_without_measurements_stays_here(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (weights / "vae-10" / "metrics.json").unlink()
    assert push(weights) == 0
    assert "metrics.json lacks what its card says." in capsys.readouterr().err
    assert not [path for path in hub.repo().files() if path.startswith("vae-10/")]


@pytest.mark.parametrize("there", [False, True], ids=["new", "there"])
@pytest.mark.parametrize(
    ("fault", "said"), FAULTS, ids=[f"{one.pattern}-{one.answer}" for one, _ in FAULTS]
)
def test_after_a_fault_the_repository_is_as_it_was(
    hub: Hub,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    fault: Fault,
    said: str,
    there: bool,
) -> None:
    # One model is enough, and quicker.
    shutil.rmtree(weights / "mlp-gan-100")
    old = {"README.md": b"Somebody's words.\n"}
    if there:
        hub.make().add("main", "Edit", old)
    hub.faults.append(Fault(fault.pattern, fault.answer, fault.spare))
    status = push(weights)
    error = capsys.readouterr().err
    if status == 0:
        # The fault lies on a way that this repository does not go.
        assert not hub.asked(fault.pattern) or not there
        return
    assert status == 2
    sentence = error.strip().splitlines()[-1]
    assert sentence.startswith(f"train.py: {REPO} can't be ")
    assert re.search("|".join(re.escape(one) for one in said.split("|")), sentence), sentence
    assert "Traceback" not in error
    if there:
        assert hub.repo().files() == old
    elif hub.repos:
        assert set(hub.repo().files()) == {".gitattributes"}
    # Once it is over, the push succeeds.
    hub.faults.clear()
    assert push(weights) == 0
    assert "vae-10/model.safetensors" in hub.repo().files()


def test_a_fault_that_passes_is_overcome(hub: Hub, weights: Path) -> None:
    hub.faults = [Fault("PUT /lfs/", 500, spare=1, times=2), Fault("preupload", 503, times=1)]
    assert push(weights) == 0
    assert "vae-10/model.safetensors" in hub.repo().files()


def test_two_pushers_do_not_overwrite_each_other(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = hub.make()
    theirs = {**repo.files(), "other/config.json": b"{}"}
    hub.before_commit = lambda: repo.add("main", "Theirs", theirs) and None
    assert push(weights) == 2
    assert "somebody else changed it at the same time" in capsys.readouterr().err
    assert repo.files() == theirs
    hub.before_commit = None
    assert push(weights) == 0
    assert {"other/config.json", "vae-10/config.json"} <= set(repo.files())


@pytest.mark.parametrize(
    ("token", "repo", "said"),
    [
        (None, REPO, "A push needs a token"),
        (UNKNOWN, REPO, "the Hub does not know the token"),
        (READ, REPO, "the token may only read"),
        ("hf_write", "stranger/models", "must begin with someone/ or guild/"),
    ],
)
def test_rights_come_before_the_training(
    hub: Hub,
    tmp_path: Path,
    small_data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    token: str | None,
    repo: str,
    said: str,
) -> None:
    if token is None:
        monkeypatch.setattr(remote, "get_token", lambda: None)
    else:
        monkeypatch.setenv("HF_TOKEN", token)
    where = ["--weights", str(tmp_path / "w"), "--runs", str(tmp_path / "r")]
    model = ["--model", "mini-vae-20", "--steps", "2", "--data-dir", str(small_data)]
    assert cli.main([*model, *where, "--push", repo]) == 2
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert said in sentence
    assert not (tmp_path / "r").exists()
    assert not hub.repos


def test_somebody_elses_repository_is_refused(
    hub: Hub, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.make("stranger/models")
    assert push(weights, repo="stranger/models") == 2
    assert "the token has no right to do that" in capsys.readouterr().err


@pytest.fixture
def training(
    tmp_path: Path, weights: Path, small_data: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """The command line of a training of a second, without a push."""
    monkeypatch.setattr(callbacks, "SCORE_COUNT", 20)
    monkeypatch.setattr(evaluate, "SCORE_COUNT", 30)
    monkeypatch.setattr(evaluate, "_SPEED_COUNT", 10)
    monkeypatch.setattr(finish, "export", lambda folder: None)
    shutil.copytree(DEFAULT_WEIGHTS / "digit-classifier", weights / "digit-classifier")
    return [
        *("--model", "mini-vae-20", "--steps", "2", "--batch-size", "10", "--name", "mine"),
        *("--weights", str(weights), "--runs", str(tmp_path / "r"), "--data-dir", str(small_data)),
        *("--threads", "1", "--device", "cpu"),
    ]


def test_a_training_ends_on_the_hub(hub: Hub, training: list[str], weights: Path) -> None:
    assert cli.main([*training, "--push", REPO]) == 0
    files = hub.repo().files()
    assert files["mine/model.safetensors"] == (weights / "mine" / "model.safetensors").read_bytes()
    assert "mine/history.csv" in files
    assert "digit-classifier/classifier.safetensors" in files
    # Of the models that lie there, that one was asked for.
    assert "vae-10/config.json" not in files


def test_a_push_that_fails_loses_no_training(
    hub: Hub, training: list[str], weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.faults.append(Fault("commit/", 500))
    assert cli.main([*training, "--push", REPO]) == 2
    assert "What was trained is kept; push it with: " in capsys.readouterr().out
    trained = (weights / "mine" / "model.safetensors").read_bytes()
    hub.faults.clear()
    assert cli.main([*training, "--push", REPO, "--resume"]) == 0
    assert hub.repo().files()["mine/model.safetensors"] == trained


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--private"], "--private goes with --push"),
        (["--revision", "x"], "--revision goes with --push"),
        (["--push", "models"], "A push takes USER/NAME"),
        (["--push", "a/b/c"], "A push takes the Hub's USER/NAME"),
        (["--push", "a/b c"], "A push takes the Hub's USER/NAME"),
        (["--push", "a/b", "--push-space", "a/c"], "not both"),
        (["--push", "a/b", "--score", "all"], "Give --push or --score, not both."),
        (["--push", "a/b", "--list"], "Give --push or --list, not both."),
        (["--push", "a/b", "--model", "vae", "--sweep", "latent=1,2"], "Give --push or --sweep"),
        (["--push", "a/b", "--revision", "0" * 40], "not a commit"),
        (["--push", "a/b", "--revision", "../x"], "the name of a branch"),
        (["--push-space", "a/b", "--revision", "x"], "--revision goes with --push"),
        (["--push-space", "a/b", "--model", "vae"], "leave out --model"),
        (["--push", "a/b", "--weights", "/nowhere"], "no weights folder"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    (sentence,) = capsys.readouterr().err.strip().splitlines()
    assert said in sentence


def test_from_here_to_the_hub_and_back(weights: Path, tmp_path: Path) -> None:
    """Endpoint and token come from the Hub's usual places."""
    shutil.rmtree(weights / "mlp-gan-100")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "token").write_text(WRITE)
    own = {"HF_TOKEN", "HF_ENDPOINT", "HF_HUB_OFFLINE"}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    environment |= {"HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=DEFAULT_WEIGHTS.parent,
            env={**environment, "HF_ENDPOINT": hub.url},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    code = (
        f"import ganvae; model = ganvae.load('vae-10', source='{REPO}'); "
        "print(model.recipe.name, sum(t.double().sum().item() for t in model.parameters()))"
    )
    with running() as hub:
        said = run("train.py", "--push", REPO, "--weights", str(weights))
        assert f"{hub.url}/{REPO}: Add vae-10" in said
        name, total = run("-c", code).split()
    model = checkpoint.load(weights / "vae-10")
    assert name == "vae-10"
    assert float(total) == sum(t.double().sum().item() for t in model.parameters())

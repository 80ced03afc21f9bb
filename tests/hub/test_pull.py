"""Downloads from a Hub with and without faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import snapshot_download

import ganvae
from ganvae.errors import UserError
from ganvae.hub.pull import last_good, pull
from tests.hub.conftest import REPO
from tests.hub.pull_server import Hub, files_of

MODEL = "vae-10/model.safetensors"


def changed(files: dict[str, bytes], path: str = "claims.json") -> dict[str, bytes]:
    return {**files, path: b'{"claims": []}'}


def test_a_commit_comes_whole_and_nothing_else(hub: Hub, remote_files: dict[str, bytes]) -> None:
    pulled = pull(REPO)
    expected = dict(remote_files)
    del expected["train.py"], expected["vae-10/model.pt"]
    assert files_of(pulled.folder) == expected
    assert (pulled.commit, pulled.date) == (hub.refs["main"], "2026-05-04")
    assert not {"train.py", "vae-10/model.pt"} & set(hub.asked)


def test_nothing_is_asked_for_twice(hub: Hub, remote_files: dict[str, bytes]) -> None:
    pull(REPO)
    hub.asked.clear()
    first = pull(REPO)
    assert hub.asked == []
    hub.put(changed(remote_files))
    second = pull(REPO)
    assert hub.asked == ["claims.json"]
    assert (first.folder / "claims.json").read_bytes() == b"{}"
    assert (second.folder / "claims.json").read_bytes() == b'{"claims": []}'


def test_a_revision(hub: Hub, remote_files: dict[str, bytes]) -> None:
    old = hub.refs["main"]
    hub.put(changed(remote_files), "next/try")
    assert pull(REPO, "next/try").commit == hub.refs["next/try"] != old
    assert pull(REPO, old).commit == old
    with pytest.raises(UserError, match="no such branch, tag or commit"):
        pull(REPO, "nowhere")


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "."), (403, "."), (404, "."), (429, "fewer requests"), (500, "fault of its own")],
)
def test_a_refusal_is_one_sentence(hub: Hub, status: int, words: str) -> None:
    hub.status = status
    with pytest.raises(UserError, match=words) as caught:
        pull(REPO)
    said = str(caught.value)
    assert said.startswith(f"{REPO} can't be read: ")
    assert "\n" not in said
    assert "http" not in said
    assert last_good(REPO) is None


def fault(hub: Hub, kind: str) -> None:
    if kind == "500":
        hub.late_status = 500
    elif kind == "away":
        hub.status = 503
    else:
        getattr(hub, kind).add(MODEL)


@pytest.mark.parametrize("kind", ["altered", "truncated", "cut", "500", "away"])
def test_a_fault_leaves_the_last_good_copy(
    hub: Hub, remote_files: dict[str, bytes], kind: str
) -> None:
    good = pull(REPO)
    content = remote_files[MODEL]
    # Another value of one weight: still a model.
    hub.put({**remote_files, MODEL: content[:-1] + bytes([content[-1] ^ 1])})
    fault(hub, kind)
    with pytest.raises(UserError) as caught:
        pull(REPO)
    assert "\n" not in str(caught.value)
    assert last_good(REPO) == good
    assert files_of(good.folder)[MODEL] == content
    # A bad file does not stay in the cache.
    hub.heal()
    assert pull(REPO).commit == hub.refs["main"] != good.commit


def test_an_altered_file_is_named(hub: Hub) -> None:
    hub.altered.add(MODEL)
    with pytest.raises(UserError, match=f"^{MODEL} was altered or cut short on its way"):
        pull(REPO)


def test_a_small_file_is_checked_too(hub: Hub) -> None:
    hub.altered.add("vae-10/metrics.json")
    with pytest.raises(UserError, match=r"metrics\.json was altered"):
        pull(REPO)


def test_a_copy_that_was_altered_here_is_not_used(hub: Hub) -> None:
    pulled = pull(REPO)
    path = (pulled.folder / MODEL).resolve()
    path.write_bytes(bytes(path.stat().st_size))
    assert last_good(REPO) is None
    assert pull(REPO) == pulled


def test_what_another_program_downloaded(hub: Hub, tmp_path: Path) -> None:
    snapshot_download(REPO, cache_dir=tmp_path / "home" / "hub", endpoint=hub.url)
    hub.status = 503
    kept = last_good(REPO)
    assert kept is not None
    assert kept.commit == hub.refs["main"]
    path = (kept.folder / MODEL).resolve()
    path.write_bytes(bytes(path.stat().st_size))
    assert last_good(REPO) is None


def test_too_large_a_file_is_never_asked_for(hub: Hub) -> None:
    hub.sizes["vae-10/metrics.json"] = 10**9
    with pytest.raises(UserError, match="larger than the 8 MiB"):
        pull(REPO)
    assert hub.asked == []


def test_a_repository_of_something_else(hub: Hub) -> None:
    hub.put({"pytorch_model.bin": b"1", "config.json": b"{}"})
    with pytest.raises(UserError, match=f"^{REPO} holds no models of ganvae"):
        pull(REPO)


def test_one_bad_model_does_not_take_the_others_down(
    hub: Hub, remote_files: dict[str, bytes]
) -> None:
    hub.put({**remote_files, "gan-100/config.json": b'{"recipe": {"network": "newer"}}'})
    assert (pull(REPO).folder / "gan-100" / "config.json").is_file()
    hub.put({**remote_files, "gan-100/config.json": b"{}", "vae-10/config.json": b'{"recipe": 3}'})
    with pytest.raises(UserError, match="no usable model"):
        pull(REPO)


def test_load_downloads_one_model(hub: Hub) -> None:
    model = ganvae.load("vae-10", source=f"{REPO}@main")
    assert model.recipe.name == "vae-10"
    assert {path.split("/")[0] for path in hub.asked} == {"vae-10"}
    # The copy serves while the Hub is away, and no other model takes its place.
    hub.status = 503
    assert ganvae.load("vae-10", source=REPO).recipe.latent == 10
    with pytest.raises(UserError, match="can't be read"):
        ganvae.load("gan-100", source=REPO)
    hub.heal()
    for name in ("nobody", "../vae-10"):
        with pytest.raises(UserError, match=f"^{REPO} holds no model '{name}'"):
            ganvae.load(name, source=REPO)
    with pytest.raises(UserError, match="write USER/REPO"):
        ganvae.load("vae-10", source="no repository")


def test_where_nothing_can_be_written(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "file" / "home"))
    assert (pull(REPO).folder / MODEL).is_file()

"""The crowd at the page and the soak, each for a moment, at a page of tiny models."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from gradio.queueing import Queue
from gradio.route_utils import delete_files_created_by_app

from benchmarks import load, soak
from benchmarks.load import Plan, Record
from benchmarks.visitors import RefusedError, digest, drawing, find, visit
from ganvae.collection import Collection
from ganvae.inversion.search import Effort
from ganvae.ui import page
from ganvae.ui.limits import PROGRESS_LOOK_SECONDS, QUEUE_LOOK_SECONDS
from ganvae.ui.reconstruct import server
from tests.serving import served

T = TypeVar("T")
PLAN = Plan(
    visitors=4,
    seconds=2.5,
    warm_up=0.5,
    think=(0.0, 0.05),
    drag=0.1,
    idle=0.2,
    alone=1,
    digits=("vae-10", "gan-100"),
    faces=("mlp-vae-20", "mlp-gan-100"),
    count=2,
)


def finished(work: Coroutine[Any, Any, T]) -> T:
    """What comes of it, in a thread of its own: a browser's tests have a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_a_small_crowd(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "effort_for", lambda _: Effort(starts=2, steps=20))
    with served(tiny_weights) as address:
        # On a busy machine it takes longer until each has its turn.
        for seconds in (PLAN.seconds, 10, 40):
            plan = dataclasses.replace(PLAN, seconds=seconds)
            report = finished(load.measure(address, os.getpid(), plan))
            if set(load.SHARES) <= set(report["actions"]):
                break
    assert report["errors"] == {}
    assert set(load.SHARES) <= set(report["actions"])
    isolation = report["isolation"]
    assert isolation["answers"] > PLAN.visitors
    assert (isolation["changed"], isolation["shared"], isolation["other_than_alone"]) == (0, 0, 0)
    for spread in report["actions"].values():
        assert 0 < spread["p50"] <= spread["p95"] <= spread["p99"]
    assert report["memory_mib"]["end"] > 10
    assert report["server_cores"] > 0
    assert report["browser_drags"]["visitors"] == PLAN.visitors


def test_anothers_answer_is_noticed() -> None:
    record = Record()
    record.answered("sample", 1, "a")
    record.answered("sample", 2, "b")
    record.answered("sample", 1, "a")
    assert (record.foreign, record.shared()) == (0, 0)
    record.answered("sample", 1, "b")
    assert record.foreign == 1
    record.answered("sample", 3, "b")
    assert record.shared() == 1


def test_no_two_visitors_draw_the_same() -> None:
    assert len({drawing(number) for number in range(200)}) == 200


def test_a_refusal_is_an_error(tiny_weights: Path) -> None:
    async def ask(address: str) -> None:
        async with visit(await find(address), 1) as visitor:
            await visitor.sample(["vae-10"], 101)

    with served(tiny_weights) as address, pytest.raises(RefusedError, match="from 1 to 100"):
        finished(ask(address))


def test_digests_tell_pictures_apart() -> None:
    assert digest(["a", "b"]) != digest(["ab"]) != digest(["b", "a"])


def test_a_short_soak_leaves_nothing(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "FILE_LIFE_SECONDS", 2)
    monkeypatch.setattr(page, "FILE_SWEEP_SECONDS", 1)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    with served(tiny_weights) as address:
        report = finished(soak.measure(address, os.getpid(), tmp_path, 4, 12, "vae-10", 8))
    assert report["errors"] == {}
    # The pictures of the last calls were there, and are gone.
    assert report["at_the_end"]["files"] >= 1
    assert report["settled"]["files"] == 0
    assert report["settled"]["threads"] <= report["at_the_end"]["threads"]


def test_a_sweep_survives_pictures_that_are_made_meanwhile(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gradio's own sweep goes through a set that changes under it, and never comes again."""
    made = page.build(Collection(tiny_weights))
    old = [tmp_path / f"{number}.png" for number in range(3)]
    api = next(iter(made.blocks.values()))
    for path in old:
        path.touch()
        api.temp_files.add(str(path))
    stat = Path.lstat

    def meanwhile(path: Path) -> os.stat_result:
        for place in (api.temp_files, made.upload_file_set):
            place.add(f"{path}-made-meanwhile")
        return stat(path)

    monkeypatch.setattr(Path, "lstat", meanwhile)
    delete_files_created_by_app(made, age=-1)
    assert [path for path in old if path.exists()] == []
    # Every set that Gradio goes through is the one that its component fills.
    assert any(names is made.upload_file_set for names in made.temp_file_sets)
    assert all(
        any(names is block.temp_files for names in made.temp_file_sets)
        for block in made.blocks.values()
    )


def test_sessions_of_those_who_left_are_forgotten(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_SESSIONS", 3)
    made = page.build(Collection(tiny_weights))

    async def ask(address: str) -> list[str]:
        place = await find(address)
        answers = []
        for number in (1, 2, 3, 4, 5, 6, 1):
            async with visit(place, number) as visitor:
                answers.append(await visitor.sample(["vae-10"], 1))
        return answers

    with served(made) as address:
        answers = finished(ask(address))
        assert len(made.state_holder.session_data) == 3
    # Nobody's answers depend on it.
    assert len(set(answers)) == 6
    assert answers[0] == answers[-1]


def test_an_idle_queue_rests(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = page.build(Collection(tiny_weights))
    looks = []

    def count(queue: Queue) -> int:
        # Other tests' pages may be open in this process.
        if queue is made._queue:
            looks.append(queue)
        return 0

    monkeypatch.setattr(Queue, "__len__", count)
    with served(made) as address:
        httpx.get(f"{address}/config", timeout=30)
        before, began = len(looks), time.monotonic()
        time.sleep(0.5)
        most = (time.monotonic() - began) / QUEUE_LOOK_SECONDS
        # Without the setting it is twenty times as often.
        assert 0 < len(looks) - before <= 2 * most + 2


def test_an_idle_queue_seldom_looks_for_progress(tiny_weights: Path) -> None:
    looks = []

    class Watched(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            looks.append(time.monotonic())
            return super().__iter__()

    made = page.build(Collection(tiny_weights))
    with served(made):
        made._queue.active_jobs = Watched(made._queue.active_jobs)
        time.sleep(2.5 * PROGRESS_LOOK_SECONDS)
        # Without the setting it is a hundred times as often.
        assert 1 <= len(looks) <= 4


def test_an_endpoint_that_has_too_many_in_line_says_so(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_QUEUED", 0)
    with served(tiny_weights) as address:
        answer = httpx.post(f"{address}/gradio_api/call/models", json={"data": []}, timeout=30)
    assert answer.status_code == 503
    assert "Queue is full" in answer.text

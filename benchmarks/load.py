"""A crowd at the page: visitors who sample, walk, drag, compare and invert, with time to think.

    python -m benchmarks.load                                (100 visitors, 5 minutes, 2 cores)
    python -m benchmarks.load --visitors 20 --minutes 1 --output /tmp/load.json

The page runs in a process of its own, kept to --cores; the visitors speak its real protocol without
a browser (benchmarks/visitors.py) and hold their sessions open. Each does what comes by lot, then
thinks for 5 to 15 seconds. The first --warm-up seconds are not counted.

Every visitor has a seed and a drawing that nobody else has. Each answer must be the visitor's first
to that request once more, no two visitors may get the same, and afterwards, alone, some ask again
and must get the same as in the crowd.

At the end comes the crowd whose browsers run the decoders. All sessions are open, and during a drag
such a page sends nothing (benchmarks/results/explorer.json counts its requests in a real browser).

Writes benchmarks/results/load.json: calls a second; median, p95 and p99 in seconds of each action;
errors; the server's memory and its share of a core.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import platform
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import server_process
from benchmarks.visitors import Place, RefusedError, Visitor, find, visit
from ganvae import files

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "load.json"
# How often visitors do what; a drag holds dozens of calls.
SHARES = {
    "sample 64 digits": 4,
    "sample 64 faces": 2,
    "walk": 2,
    "drag": 2,
    "compare": 2,
    "invert": 1,
}
FRAME = 1 / 60


@dataclass(frozen=True)
class Plan:
    """What a crowd does.

    Attributes:
        digits, faces: a VAE and a GAN each.
        think: seconds between two actions, from the one to the other.
        drag: seconds that a drag lasts.
        alone: how many visitors ask again when the others are gone.
    """

    visitors: int = 100
    seconds: float = 300
    warm_up: float = 60
    think: tuple[float, float] = (5, 15)
    drag: float = 3
    idle: float = 30
    alone: int = 10
    digits: tuple[str, str] = ("vae-100", "gan-100")
    faces: tuple[str, str] = ("face-vae-128", "face-gan-128")
    count: int = 64


@dataclass
class Record:
    """What happened, by action."""

    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    # What each visitor was answered: {action: {number: digest}}.
    answers: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    foreign: int = 0
    longest_line: int = 0
    counting: bool = False

    def answered(self, action: str, number: int, digest: str) -> None:
        """Keep an answer, or compare it with the one that is kept."""
        self.foreign += self.answers[action].setdefault(number, digest) != digest

    def shared(self) -> int:
        """How many answers two visitors have in common: each should have its own."""
        return sum(len(own) - len(set(own.values())) for own in self.answers.values())


async def measure(address: str, process: int, plan: Plan) -> dict[str, Any]:
    """Let the crowd in; the report."""
    place = await find(address)
    latents = await _latents(place, plan.digits)
    record = Record()
    start_memory = server_process.memory(process)
    crowd = [
        asyncio.create_task(_stay(place, number, latents, plan, record))
        for number in range(plan.visitors)
    ]
    await asyncio.sleep(plan.warm_up)
    busy = server_process.processor_seconds(process)
    record.counting = True
    began = time.perf_counter()
    held = await _watch_memory(process, plan.seconds)
    lasted = time.perf_counter() - began
    record.counting = False
    busy = server_process.processor_seconds(process) - busy
    # What is being drawn at a moment weighs hundreds of MiB: medians tell what stays.
    tenth = max(1, len(held) // 10)
    warm_memory, end_memory = statistics.median(held[:tenth]), statistics.median(held[-tenth:])
    for task in crowd:
        task.cancel()
    await asyncio.gather(*crowd, return_exceptions=True)
    differing = await _ask_alone(place, plan, record)
    return {
        "plan": dataclasses.asdict(plan),
        "actions": {action: _spread(record.taken[action]) for action in sorted(record.taken)},
        "calls_per_second": round(sum(map(len, record.taken.values())) / lasted, 2),
        "errors": dict(record.errors),
        "isolation": {
            "answers": sum(map(len, record.answers.values())),
            "changed": record.foreign,
            "shared": record.shared(),
            "other_than_alone": differing,
        },
        "longest_line": record.longest_line,
        "memory_mib": {
            "start": round(start_memory),
            "warm": round(warm_memory),
            "end": round(end_memory),
            "growth": round(end_memory - warm_memory, 1),
            "peak": round(max(held)),
        },
        "server_cores": round(busy / lasted, 3),
        "browser_drags": await _browsers(place, process, plan),
    }


async def _watch_memory(process: int, seconds: float) -> list[float]:
    """MiB, twice a second."""
    held, end = [], time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        held.append(server_process.memory(process))
        await asyncio.sleep(min(0.5, left))
    return held


async def _latents(place: Place, models: tuple[str, str]) -> dict[str, int]:
    async with visit(place, 0) as visitor:
        return {
            name: (await visitor.call("explore", "find_axes", {"model": name}))["latent"]
            for name in models
        }


async def _stay(
    place: Place, number: int, latents: dict[str, int], plan: Plan, record: Record
) -> None:
    """One visitor, until cancelled."""
    generator = random.Random(number)
    async with visit(place, number) as visitor:
        # They come one by one.
        await asyncio.sleep(generator.uniform(0, plan.think[1]))
        await _timed(record, "open the page", visitor.load)
        while True:
            await asyncio.sleep(generator.uniform(*plan.think))
            action = generator.choices(list(SHARES), list(SHARES.values()))[0]
            if action == "drag":
                await _drag(visitor, latents, generator, plan, record)
            else:
                digest = await _timed(record, action, _deed(visitor, action, plan, record))
                if digest is not None:
                    record.answered(action, number, digest)


async def _timed(
    record: Record, action: str, deed: Callable[[], Awaitable[str | None]]
) -> str | None:
    counted = record.counting
    began = time.perf_counter()
    try:
        answer = await deed()
    except (RefusedError, httpx.HTTPError, KeyError, ValueError) as error:
        record.errors[f"{action}: {type(error).__name__} {error}"[:200]] += 1
        return None
    # What began in the warm-up is not counted, nor what ends after the end.
    if counted and record.counting:
        record.taken[action].append(time.perf_counter() - began)
    return answer


def _deed(
    visitor: Visitor, action: str, plan: Plan, record: Record
) -> Callable[[], Awaitable[str]]:
    async def invert() -> str:
        digest, ahead = await visitor.invert(*plan.digits)
        record.longest_line = max(record.longest_line, ahead)
        return digest

    return {
        "sample 64 digits": lambda: visitor.sample(list(plan.digits), plan.count),
        "sample 64 faces": lambda: visitor.sample(list(plan.faces), plan.count),
        "walk": lambda: visitor.walk(list(plan.digits)),
        "compare": lambda: visitor.compare(*plan.digits),
        "invert": invert,
    }[action]


async def _drag(
    visitor: Visitor, latents: dict[str, int], generator: random.Random, plan: Plan, record: Record
) -> None:
    """One call in flight, the next with the next frame of the screen."""
    until = time.perf_counter() + plan.drag
    while (began := time.perf_counter()) < until:
        if await _timed(record, "drag", lambda: visitor.move(latents, generator)) is None:
            return
        await asyncio.sleep(max(0, FRAME - (time.perf_counter() - began)))


async def _ask_alone(place: Place, plan: Plan, record: Record) -> int:
    """How many answers differ from those of a visitor who is alone at the page."""
    differing = 0
    # Searches of those who left are forgotten first.
    for action, own in record.answers.items():
        for number, digest in list(own.items())[: plan.alone]:
            async with visit(place, number) as visitor:
                again = await _timed(record, action, _deed(visitor, action, plan, record))
                differing += again != digest
    return differing


async def _browsers(place: Place, process: int, plan: Plan) -> dict[str, Any]:
    """The server's share of a core while sessions are open whose browsers draw by themselves."""
    async with contextlib.AsyncExitStack() as stack:
        for number in range(plan.visitors):
            visitor = await stack.enter_async_context(visit(place, number))
            await visitor.load()
        # What opening the page leaves to do is done.
        await asyncio.sleep(min(5, plan.idle))
        busy = server_process.processor_seconds(process)
        began = time.perf_counter()
        await asyncio.sleep(plan.idle)
        used = server_process.processor_seconds(process) - busy
        share = used / (time.perf_counter() - began)
    return {"visitors": plan.visitors, "seconds": plan.idle, "share_of_a_core": round(share, 4)}


def _spread(taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    at = {f"p{share}": ordered[int(share / 100 * (len(ordered) - 1))] for share in (50, 95, 99)}
    return {"calls": len(ordered), **{key: round(value, 4) for key, value in at.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--visitors", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--warm-up", type=float, default=60, help="seconds")
    parser.add_argument("--cores", type=int, default=2, help="that the server may use")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    plan = Plan(options.visitors, 60 * options.minutes, options.warm_up)
    load = os.getloadavg()[0]
    with server_process.serve(options.weights, options.cores) as server:
        report = asyncio.run(measure(server.address, server.process, plan))
    report |= {
        "cores": options.cores,
        "load_1min_before": round(load, 2),
        "python": platform.python_version(),
    }
    files.write_text(options.output, json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

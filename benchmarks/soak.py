"""What thousands of visits leave behind: temporary files, threads, open files, memory.

    python -m benchmarks.soak                              (2,000 page loads, 20,000 calls)
    python -m benchmarks.soak --loads 50 --calls 500 --output /tmp/soak.json

The page runs in a process of its own with a temporary folder of its own. A page load is the page
and a session held open for a moment; a call is, in turn, a sample by the Sample tab and one by the
named endpoint `sample`, which writes a picture into Gradio's folder: its caller fetches it a moment
later, and the page deletes it when it is as old as FILE_LIFE_SECONDS in ganvae/ui/limits.py. So the
benchmark waits that long at the end; with --settle 0 it doesn't, and those files still lie there.

Writes benchmarks/results/soak.json: what there was before (after a few visits, so that all is
loaded that is loaded once) and after, and the errors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks import server_process
from benchmarks.visitors import Place, RefusedError, find, visit
from ganvae import files
from ganvae.ui.limits import FILE_LIFE_SECONDS, FILE_SWEEP_SECONDS

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "soak.json"
# So many at once: each waits for its answer.
AT_ONCE = 8
# Threads of a pool end when they had nothing to do for so long.
_POOL_SECONDS = 12


async def measure(
    address: str, process: int, folder: Path, loads: int, calls: int, model: str, settle: float
) -> dict[str, Any]:
    """Visit the page; the report.

    Args:
        process: the server's.
        folder: where the server writes temporary files.
        settle: seconds to wait at the end until files are deleted.
    """
    place = await find(address)
    errors: Counter[str] = Counter()

    async def load(number: int) -> None:
        async with visit(place, number) as visitor:
            await visitor.load()

    async def call(number: int) -> None:
        if number % 2:
            await _endpoint(place, model, number)
        else:
            async with visit(place, number) as visitor:
                await visitor.sample([model], 1)

    # Those numbers never come again.
    await _all(load, range(AT_ONCE), errors)
    await _all(call, range(10**6, 10**6 + 4 * AT_ONCE), errors)
    before = _seen(process, folder)
    began = time.perf_counter()
    await _all(load, range(loads), errors)
    await _all(call, range(calls), errors)
    seconds = time.perf_counter() - began
    busiest = _seen(process, folder)
    await asyncio.sleep(settle)
    return {
        "loads": loads,
        "calls": calls,
        "seconds": round(seconds, 1),
        "errors": dict(errors),
        "before": before,
        "at_the_end": busiest,
        "settled": _seen(process, folder),
        "settle_seconds": settle,
    }


async def _endpoint(place: Place, model: str, seed: int) -> None:
    """A picture by the named endpoint, fetched as its caller would."""
    async with httpx.AsyncClient(timeout=120, verify=False) as client:
        address = f"{place.address}/gradio_api/call/sample"
        # Not the visitors' seeds: every call makes a file of its own.
        asked = await client.post(address, json={"data": [model, seed, 1, 1.0, False]})
        event = asked.raise_for_status().json()["event_id"]
        told = (await client.get(f"{address}/{event}")).raise_for_status().text
        if "event: complete" not in told:
            raise RefusedError(told[:100])
        answer = json.loads(told.rpartition("data: ")[2])[0]
        picture = await client.get(f"{place.address}/gradio_api/file={answer['path']}")
        if not picture.raise_for_status().content.startswith(b"\x89PNG"):
            raise RefusedError("sample: no PNG")


async def _all(
    deed: Callable[[int], Awaitable[None]], numbers: range, errors: Counter[str]
) -> None:
    """Do it for each number, a few at once."""
    left = iter(numbers)

    async def some() -> None:
        for number in left:
            try:
                await deed(number)
            except (RefusedError, httpx.HTTPError, KeyError, ValueError) as error:
                errors[f"{type(error).__name__} {error}"[:200]] += 1

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


def _seen(process: int, folder: Path) -> dict[str, float]:
    return {
        "files": server_process.entries_in(folder),
        "threads": server_process.threads(process),
        "open_files": server_process.open_files(process),
        "memory_mib": round(server_process.memory(process)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--loads", type=int, default=2000)
    parser.add_argument("--calls", type=int, default=20000)
    parser.add_argument("--model", default="vae-100")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument(
        "--settle",
        type=float,
        default=FILE_LIFE_SECONDS + 2 * FILE_SWEEP_SECONDS + _POOL_SECONDS,
        help="seconds to wait at the end",
    )
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    with server_process.serve(options.weights) as server:
        report = asyncio.run(
            measure(
                server.address,
                server.process,
                server.folder,
                options.loads,
                options.calls,
                options.model,
                options.settle,
            )
        )
    files.write_text(options.output, json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()

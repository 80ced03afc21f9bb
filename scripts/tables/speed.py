"""The benchmarks' results."""

from __future__ import annotations

from typing import Any

from ganvae import checkpoint
from tables.markdown import RESULTS, ROOT, table

_RUNTIME = ROOT / "ganvae" / "ui" / "engine" / "runtime.json"
_WHO = {"browser": "drawn by the browser", "server": "drawn by the server"}


def speed() -> str:
    """The benchmarks' results, as far as they were run."""
    rows = []
    training = _result("training.json")
    if training:
        rows += [
            f"| training `{name}`, {way}, against the conventional loop ({hardware}) | "
            f"{ratio:.2f}×{share} |"
            for name, way, hardware, ratio, share in _ratios(training)
        ]
    startup = _result("startup.json")
    if startup:
        median = startup["median"]
        rows += [
            f"| from `python app.py` to the first samples | {median['samples_visible_s']:.1f} s |",
            f"| memory of the page's process, peak | {median['peak_memory_mib']:.0f} MiB |",
        ]
    space = _result("space.json")
    if space:
        median = space["median"]
        rows += [
            f"| the same in the environment of a Space | {median['samples_visible_s']:.1f} s |",
            f"| memory there, peak | {median['peak_memory_mib']:.0f} MiB |",
        ]
    explorer = _result("explorer.json")
    if explorer:
        rows += [
            f"| a slider's move to both pictures, {name}, {_WHO[drawer]}: median (p95) | "
            f"{drag['median_ms']:.0f} ms ({drag['p95_ms']:.0f} ms) |"
            for drawer in _WHO
            for name, drag in explorer[drawer].items()
        ]
        rows += [
            f"| frames a second in a steady drag, {name}, {_WHO['browser']} | "
            f"{drag['frames_per_second']:.0f} |"
            for name, drag in explorer["browser"].items()
        ]
        drags = explorer["browser"]["digits"]
        rows.append(
            f"| requests to the server in {drags['moves']} moves, {_WHO['browser']} | "
            f"{drags['requests']} |"
        )
        crowd = explorer["sessions"]
        rows.append(
            f"| {crowd['sessions']} sessions that drag at once, {_WHO['server']}: median (p95) | "
            f"{crowd['median_ms']:.0f} ms ({crowd['p95_ms']:.0f} ms) |"
        )
    runtime = checkpoint.read_json(_RUNTIME)
    size = sum(file["bytes"] for file in runtime["files"].values())
    rows.append(
        f"| what a browser fetches once to draw: ONNX Runtime Web {runtime['version']} | "
        f"{size / 1e6:.0f} MB |"
    )
    turned = _result("map.json")
    if turned:
        rows += [
            f"| a frame of a map of {view['points']:,} points, {view['side']} pixels a side: "
            f"median (p95) | {view['median_ms']:.0f} ms ({view['p95_ms']:.0f} ms), "
            f"{view['frames_per_second']:.0f} frames a second |"
            for view in (turned["single"], turned["double"])
        ]
    return table("| what | measured |", rows)


def _ratios(training: Any) -> list[tuple[str, str, str, float, str]]:
    return [
        (
            name,
            way,
            result["hardware"],
            values["speed_ratio"],
            f", {values['of_floor']:.0%} of the floor" if "of_floor" in values else "",
        )
        for name, result in training["models"].items()
        for way, values in result["ways"].items()
        if way != "conventional" and not way.endswith(" floor")
    ]


def _result(name: str) -> Any:
    path = RESULTS / name
    return checkpoint.read_json(path) if path.is_file() else None

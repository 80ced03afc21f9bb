"""Many sessions that drag at once on the server's decoding, over the page's own protocol.

No browser takes part: each session is a thread of another process that sends what the Explore tab
sends while a slider is dragged, one call in flight, the next as soon as the answer is there but not
more often than a screen is drawn.

    python -m benchmarks.sessions http://127.0.0.1:7860 20 vae-100 gan-100
"""

from __future__ import annotations

import base64
import http.client
import json
import random
import statistics
import struct
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10
FRAME = 1 / 60


class Session:
    """One visitor: a connection that stays open."""

    def __init__(self, address: str, component: int, latents: dict[str, int]) -> None:
        self.host = urlsplit(address).netloc
        self.component = component
        self.latents = latents
        self.hash = uuid.uuid4().hex
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def call(self, function: str, data: dict[str, Any]) -> Any:
        """What a server function of the tab answers."""
        body = {
            "data": data,
            "component_id": self.component,
            "fn_name": function,
            "session_hash": self.hash,
        }
        self.connection.request(
            "POST",
            "/gradio_api/component_server",
            json.dumps(body),
            {"Content-Type": "application/json"},
        )
        answer = json.loads(self.connection.getresponse().read())
        if answer.get("error"):
            raise SystemExit(answer["error"])
        return answer

    def drag(self, seconds: float) -> list[float]:
        """Seconds that each call took."""
        taken = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            requests = []
            for name, latent in self.latents.items():
                z = struct.pack(f"<{latent}f", *(random.gauss(0, 1) for _ in range(latent)))
                requests.append({"model": name, "z": base64.b64encode(z).decode()})
            began = time.perf_counter()
            self.call("decode", {"requests": requests})
            taken.append(time.perf_counter() - began)
            time.sleep(max(0, FRAME - taken[-1]))
        return taken


def explore_component(address: str) -> int:
    """The number of the Explore tab's component in Gradio's configuration of the page."""
    with urllib.request.urlopen(f"{address}/config") as answer:
        components = json.load(answer)["components"]
    return next(
        component["id"]
        for component in components
        if "explorer/explore.js" in (component["props"].get("js_on_load") or "")
    )


def run(address: str, count: int, models: list[str]) -> dict[str, Any]:
    """Let so many sessions drag at once for ten seconds."""
    component = explore_component(address)
    first = Session(address, component, {})
    latents = {name: first.call("find_axes", {"model": name})["latent"] for name in models}
    taken: list[float] = []
    threads = [
        threading.Thread(
            target=lambda: taken.extend(Session(address, component, latents).drag(SECONDS))
        )
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(taken)
    return {
        "sessions": count,
        "models": models,
        "calls_per_second": round(len(taken) / SECONDS, 1),
        "median_ms": round(1000 * statistics.median(ordered), 1),
        "p95_ms": round(1000 * ordered[int(0.95 * (len(ordered) - 1))], 1),
        "max_ms": round(1000 * ordered[-1], 1),
    }


def drag_at_once(address: str, models: list[str], count: int) -> dict[str, Any]:
    """`run` in a process of its own, as visitors are elsewhere."""
    command = [sys.executable, "-m", "benchmarks.sessions", address, str(count), *models]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), sys.argv[3:])))

"""Scripts and style sheets as the server hands them out, and how the scripts hang together."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ganvae.ui.modules import Modules, modules
from ganvae.ui.page import html_head

UI = Path(__file__).resolve().parents[2] / "ganvae" / "ui"
ENTRIES = ("entry.js", "watch/entry.js")
# Run by itself, in a worker.
WORKER = "engine/worker.js"
MOST_DEPTH = 3


@pytest.fixture(scope="module")
def known() -> Modules:
    return modules()


@pytest.fixture(scope="module")
def client(known: Modules) -> TestClient:
    return TestClient(Starlette(routes=known.routes()))


def scripts(known: Modules) -> list[str]:
    return [path for path in known.files if path.endswith(".js") and path != WORKER]


def parts(known: Modules) -> list[str]:
    """What `mount` imports: those that export one."""
    there = [path for path in scripts(known) if path not in (*ENTRIES, "static/mount.js")]
    return [path for path in there if b"export function mount(" in known.files[path]]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_every_file_is_served_for_ever(known: Modules, client: TestClient, encoding: str) -> None:
    assert len(known.files) > 60
    for path in known.files:
        answer = client.get(known.address(path), headers={"Accept-Encoding": encoding})
        assert answer.content == (UI / path).read_bytes()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers.get("content-encoding", "identity") == encoding
        kind = "text/javascript" if path.endswith(".js") else "text/css"
        assert answer.headers["content-type"].split(";")[0] == kind


@pytest.mark.parametrize(
    "path", ["page.py", "../../app.py", "%2e%2e/app.py", "engine/runtime.json", "", "entry"]
)
def test_nothing_else_is(known: Modules, client: TestClient, path: str) -> None:
    assert client.get(f"/ganvae/{known.version}/{path}").status_code == 404


def test_another_version_is_not_this_one(client: TestClient) -> None:
    assert client.get("/ganvae/0123456789abcdef/entry.js").status_code == 404


def test_the_version_is_that_of_the_contents(known: Modules, client: TestClient) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", known.version)
    assert modules() is known


def test_what_is_packed_is_smaller(known: Modules) -> None:
    plain = sum(map(len, known.files.values()))
    assert sum(len(gzip.compress(one, 9)) for one in known.files.values()) < plain / 2


def test_every_import_is_a_file_of_ours(known: Modules) -> None:
    for path in scripts(known):
        text = known.files[path].decode()
        written = re.findall(r'^(?:import|export|\}).* from "', text, re.MULTILINE)
        assert len(known.imported(path)) == len(written), path
        for other in known.imported(path):
            assert other in known.files, f"{path} imports {other}"


def test_every_script_is_imported(known: Modules) -> None:
    # Types are for the checker alone.
    assert set(known.needed([*ENTRIES, *parts(known)])) == {
        path for path in scripts(known) if path != "static/types.js"
    }


def test_no_two_scripts_know_each_other_in_a_circle(known: Modules) -> None:
    done: set[str] = set()

    def visit(path: str, above: tuple[str, ...]) -> None:
        assert path not in above, " -> ".join((*above, path))
        if path in done:
            return
        for other in known.imported(path):
            visit(other, (*above, path))
        done.add(path)

    for path in scripts(known):
        visit(path, ())


def test_what_all_tabs_share_knows_none_of_them_and_they_not_each_other(known: Modules) -> None:
    shared = {"static", "engine", "words"}
    # The page of a training shows the same curves.
    allowed = {("watch", "training_tab")}
    for path in scripts(known):
        room = path.split("/")[0]
        for other in known.imported(path):
            to = other.split("/")[0]
            assert to in (room, *shared) or (room, to) in allowed, f"{path}: {other}"
            assert room not in ("static", "engine") or to in shared


def test_a_browser_that_follows_imports_needs_few_steps(known: Modules) -> None:
    """Without `modulepreload` every step would be a journey to the server and back."""
    for start in (*ENTRIES, *parts(known)):
        # The entry is there before it mounts anything.
        there = set(known.needed(["entry.js"])) if start not in ENTRIES else {start}
        level, seen, depth = [start], there | {start}, 0
        while level:
            depth += 1
            level = [
                other
                for path in level
                for other in dict.fromkeys(known.imported(path))
                if other not in seen and not seen.add(other)  # type: ignore[func-returns-value]
            ]
        assert depth <= MOST_DEPTH, f"{start} needs {depth} steps"


def test_all_that_the_page_needs_is_fetched_at_once(known: Modules) -> None:
    head = html_head({})
    told = re.findall(r'<link rel="modulepreload" href="([^"]+)"', head)
    wanted = known.needed(["entry.js", *(one for one in parts(known) if "watch/" not in one)])
    assert sorted(told) == sorted(map(known.address, wanted))
    assert head.index("importmap") < head.index("modulepreload")


def test_no_script_assigns_a_global(known: Modules) -> None:
    for path in scripts(known):
        text = known.files[path].decode()
        assert not re.search(r"(window|globalThis|self)(\.\w+|\[[^]]+\]) = ", text), path
        assert "window.ganvae" not in text, path

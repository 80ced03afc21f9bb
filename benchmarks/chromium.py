"""What every benchmark of the page in a browser has: its options, and the browser."""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from scripts.browsers import FLAGS, find_browser

ROOT = Path(__file__).resolve().parent.parent


def options(doc: str | None, result: Path) -> argparse.ArgumentParser:
    """A parser of --weights, --runtime, --chromium and --output; more may be added to it.

    Args:
        doc: of the benchmark, whose first line says what it measures.
        result: where it is written unless --output says otherwise.
    """
    parser = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--runtime", type=Path, default=ROOT / ".runtime")
    add_browser(parser)
    parser.add_argument("--output", type=Path, default=result, help="JSON file")
    return parser


def add_browser(parser: argparse.ArgumentParser) -> None:
    """Give a parser --chromium alone."""
    parser.add_argument(
        "--chromium",
        default=find_browser(),
        help="the browser's program; by default the one that the tests find, else Playwright's own",
    )


def launch(playwright: Playwright, program: str | None) -> Browser:
    """A headless Chromium without a GPU."""
    return playwright.chromium.launch(executable_path=program, args=list(FLAGS))

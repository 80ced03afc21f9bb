"""What a crowd and thousands of visits cost the server: tables of docs/performance.md."""

from __future__ import annotations

from ganvae import checkpoint
from tables.markdown import RESULTS, table

_LOAD = "| action | calls | median, s | p95, s | p99, s |"
_SOAK = "| | before | at the end | when settled |"
_NONE = "\n\nNot measured yet."


def load() -> str:
    """How long visitors waited, action by action, and what the server used."""
    path = RESULTS / "load.json"
    if not path.is_file():
        return table(_LOAD, []) + _NONE
    found = checkpoint.read_json(path)
    rows = [
        f"| {action} | {spread['calls']:,} | {spread['p50']:.2f} | {spread['p95']:.2f} | "
        f"{spread['p99']:.2f} |"
        for action, spread in found["actions"].items()
    ]
    plan, memory, isolation = found["plan"], found["memory_mib"], found["isolation"]
    wrong = isolation["changed"] + isolation["shared"] + isolation["other_than_alone"]
    drags = found["browser_drags"]
    return "\n".join(
        [
            table(_LOAD, rows),
            "",
            f"- {plan['visitors']} visitors, {plan['seconds'] / 60:g} minutes, server on "
            f"{found['cores']} cores: {found['calls_per_second']:.1f} calls a second.",
            f"- Errors: {sum(found['errors'].values())}. Answers that were another visitor's or "
            f"other than alone: {wrong} of {isolation['answers']:,}.",
            f"- Longest line for a search: {found['longest_line']} ahead.",
            f"- Memory: {memory['start']} MiB at the start, {memory['warm']} when warm and "
            f"{memory['end']} at the end ({memory['growth']:+.0f}; medians of the first and "
            f"the last tenth of the time), {memory['peak']} at most.",
            f"- The server used {found['server_cores']:.2f} cores; with {drags['visitors']} "
            f"visitors whose browsers run the decoders {drags['share_of_a_core']:.1%} of one.",
        ]
    )


def soak() -> str:
    """What thousands of visits left behind."""
    path = RESULTS / "soak.json"
    if not path.is_file():
        return table(_SOAK, []) + _NONE
    found = checkpoint.read_json(path)
    rows = [
        f"| {told} | {found['before'][key]:g} | {found['at_the_end'][key]:g} | "
        f"{found['settled'][key]:g} |"
        for key, told in (
            ("files", "temporary files and folders"),
            ("threads", "threads"),
            ("open_files", "open files and connections"),
            ("memory_mib", "memory, MiB"),
        )
    ]
    errors = sum(found["errors"].values())
    return "\n".join(
        [
            table(_SOAK, rows),
            "",
            f"{found['loads']:,} page loads and {found['calls']:,} calls; {errors} errors.",
        ]
    )

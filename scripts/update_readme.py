"""python scripts/update_readme.py: fill the tables of README and docs/ from commands' files.

Each table stands between `<!-- NAME -->` and `<!-- /NAME -->`. With --check nothing is written, and
the exit status is 1 if a table is not up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tables import load, performance, tuned  # noqa: E402
from tables.architecture import architecture  # noqa: E402
from tables.bridge import bridge, bridge_drift, bridge_told  # noqa: E402
from tables.claims import claims, claims_in_full  # noqa: E402
from tables.detector import detector  # noqa: E402
from tables.directions import directions  # noqa: E402
from tables.inversion import inversion  # noqa: E402
from tables.memorisation import memorisation  # noqa: E402
from tables.mixtures import mixtures  # noqa: E402
from tables.models import ablation, faces, headline, models  # noqa: E402
from tables.mutants import mutants  # noqa: E402
from tables.scores import scores, stability  # noqa: E402
from tables.settings import settings  # noqa: E402
from tables.speed import speed  # noqa: E402
from tables.studies import reported, studies  # noqa: E402
from tables.survival import survival, survival_told  # noqa: E402

from ganvae import files  # noqa: E402

TABLES: dict[str, Callable[[], str]] = {
    "architecture": architecture,
    "headline": headline,
    "models": models,
    "faces": faces,
    "ablation": ablation,
    "studies": studies,
    "settings": settings,
    "speed": speed,
    "claims": claims,
    "claims-in-full": claims_in_full,
    "scores": scores,
    "detector": detector,
    "reported": reported,
    "directions": directions,
    "stability": stability,
    "inversion": inversion,
    "memorisation": memorisation,
    "survival": survival,
    "survival-told": survival_told,
    "mutants": mutants,
    "mixtures": mixtures,
    "training-speed": performance.ratios,
    "training-phases": performance.phases,
    "training-variants": performance.variants,
    "load": load.load,
    "soak": load.soak,
    "bridge": bridge,
    "bridge-told": bridge_told,
    "bridge-drift": bridge_drift,
    "tuned-targets": tuned.targets,
    "tuned-browser": tuned.browser,
    **{name: partial(tuned.ablation, name) for name in tuned.TUNED},
    **{f"{name}-curve": partial(tuned.curve, name) for name in tuned.TUNED},
}
# Tables stand in the README and in pages of docs/.
PAGES = (
    ROOT / "README.md",
    *(
        ROOT / "docs" / f"{name}.md"
        for name in (
            "results",
            "faces",
            "measured",
            "claims",
            "performance",
            "tuned",
            "bridge",
            "testing",
            "settings",
            "architecture",
        )
    ),
)


def filled(text: str) -> str:
    """A page with every table in it made anew."""
    for name, make in TABLES.items():
        block = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
        # A backslash in the new text would be read as a reference to a group.
        new = block.replace("\\", r"\\")
        text = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", new, text, flags=re.DOTALL)
    return text


def main(arguments: list[str]) -> int:
    """Fill the pages, or only check them; the exit status."""
    status = 0
    for page in PAGES:
        old = page.read_text(encoding="utf-8")
        new = filled(old)
        if "--check" not in arguments:
            files.write_text(page, new)
        elif new != old:
            print(f"{page} is not up to date: python scripts/update_readme.py")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

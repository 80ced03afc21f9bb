"""python scripts/fetch_runtime.py [FOLDER]: what browsers need to run models, to serve yourself.

Gets the files that ganvae/ui/engine/runtime.json names from their npm package, checks their digests
and puts them into FOLDER (.runtime by default). `GANVAE_ORT_URL=FOLDER python app.py` then serves
them from there, so that no other server is asked. Needs npm.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT / "ganvae" / "ui" / "engine" / "runtime.json"
DEFAULT_FOLDER = ROOT / ".runtime"


def fetch(folder: Path) -> None:
    """Put the runtime's files into a folder, if they aren't there already.

    Raises:
        SystemExit: there is no npm, it can't get the package, or a file is not what it should be.
    """
    known = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    if is_complete(folder, known):
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch onnxruntime-web (Debian and Ubuntu: apt-get install npm).")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        temporary = Path(name)
        package = f"{known['package']}@{known['version']}"
        packed = subprocess.run(
            [npm, "pack", "--silent", package], cwd=temporary, stdout=subprocess.DEVNULL
        )
        if packed.returncode:
            sys.exit(f"npm could not get {package}.")
        with tarfile.open(next(temporary.glob("*.tgz"))) as archive:
            for file in known["files"]:
                content = archive.extractfile(f"package/dist/{file}")
                assert content is not None
                (temporary / file).write_bytes(content.read())
        for file, facts in known["files"].items():
            if not is_same(temporary / file, facts["integrity"]):
                sys.exit(f"{file} of {package} is not the file it should be.")
            (temporary / file).replace(folder / file)


def is_complete(folder: Path, known: dict[str, Any]) -> bool:
    """Whether a folder has all files as they should be."""
    return all(
        (folder / file).is_file() and is_same(folder / file, facts["integrity"])
        for file, facts in known["files"].items()
    )


def is_same(path: Path, integrity: str) -> bool:
    """Whether a file has the digest of an integrity such as sha384-..."""
    algorithm, _, wanted = integrity.partition("-")
    digest = hashlib.new(algorithm, path.read_bytes()).digest()
    return base64.b64encode(digest).decode() == wanted


if __name__ == "__main__":
    fetch(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER)

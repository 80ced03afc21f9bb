"""Where data sets lie."""

from __future__ import annotations

import os
from pathlib import Path

DATA_VARIABLE = "GANVAE_DATA"
DOWNLOAD_FOLDER = Path(__file__).resolve().parents[2] / "data"


def find_data_dir(data_dir: Path | None = None) -> Path | None:
    """The folder that was asked for: the argument, else `GANVAE_DATA`, else None."""
    if data_dir is not None:
        return data_dir
    from_environment = os.environ.get(DATA_VARIABLE)
    return Path(from_environment) if from_environment else None

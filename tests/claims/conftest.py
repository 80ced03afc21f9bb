from __future__ import annotations

from pathlib import Path

import pytest

from tests.claims.evidence_files import Files


@pytest.fixture
def measured(tmp_path: Path) -> Files:
    return Files(tmp_path)

"""What the tests of the ground share: homes of their own, short enough for sockets, that leave nothing behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from steward.kernel.database import bundled


@pytest.fixture
def home() -> Iterator[Path]:
    """Lend a home; end its server and delete it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="steward-test-"))
    # As a home is by default: others may pass through, which PostgreSQL's own user needs.
    folder.chmod(0o755)
    yield folder
    bundled.remove(folder)
    shutil.rmtree(folder, ignore_errors=True)

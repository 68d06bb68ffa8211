"""What the tests of the ground share: homes of their own, short enough for sockets, that leave nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from steward.kernel.database import bundled

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """Lend a home; end its server and delete it afterwards."""
    yield from lent()


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """Make a home whose tables stand and whose server is at rest: a copy of it is ready at once."""
    for folder in lent():
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("STEWARD_", "DJANGO_"))}
        environment |= {"STEWARD_HOME": str(folder)}
        subprocess.run(
            [sys.executable, "-m", "steward.interfaces.cli", "migrate"], cwd=ROOT, env=environment, check=True
        )
        bundled.stop(folder)
        yield folder


def lent() -> Iterator[Path]:
    """Make a home, and end its server and delete it once it is given back."""
    folder = Path(tempfile.mkdtemp(prefix="steward-test-"))
    # As a home is by default: others may pass through, which PostgreSQL's own user needs.
    folder.chmod(0o755)
    yield folder
    bundled.remove(folder)
    shutil.rmtree(folder, ignore_errors=True)

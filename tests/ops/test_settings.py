"""Settings that contradict each other stop the start with a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _start(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STEWARD_HOME": str(home), **settings}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-c", "import steward.settings"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("threads", "fits"), [("11", True), ("12", False), ("40", False)])
def test_more_threads_than_connections_are_refused_by_name(tmp_path: Path, threads: str, fits: bool) -> None:
    ended = _start(tmp_path, STEWARD_WEB_THREADS=threads, STEWARD_DATABASE_POOL="12")

    assert (ended.returncode == 0) == fits
    assert ("STEWARD_DATABASE_POOL=12" in ended.stderr) != fits
    assert "Traceback" not in ended.stderr

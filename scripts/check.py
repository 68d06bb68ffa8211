"""Run every check and say at the end which failed, so that one run shows everything there is to mend."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"

CHECKS: list[tuple[str, list[str]]] = [
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy", "."]),
    ("architecture", ["lint-imports"]),
    ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("translations", ["steward", "messages", "check"]),
    ("configuration", ["python", "manage.py", "check", "--fail-level", "WARNING"]),
]


def main() -> None:
    """Run the checks; exit with 1 when one failed."""
    failed = []
    for name, (program, *arguments) in CHECKS:
        begun = time.monotonic()
        code = subprocess.run([str(BIN / program), *arguments], cwd=ROOT).returncode
        print(f"check: {name}: {'passed' if code == 0 else 'FAILED'} ({time.monotonic() - begun:.1f} s)", flush=True)
        if code != 0:
            failed.append(name)
    if failed:
        sys.exit(f"check: failed: {', '.join(failed)}")
    print("check: all passed")


if __name__ == "__main__":
    main()

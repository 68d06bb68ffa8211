"""Open customers' own pages with a million orders loaded: what each kind of page takes at the server.

Signed-in customers of thirty orders and three requests each open their pages one after another over HTTP; nothing else
runs, so what is measured is the server's time and loopback. The data lie on tmpfs.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from bench import _stage
from steward.kernel.database import bundled

NAME = "portal"
GOAL_MS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add sizes."""
    parser.add_argument("--orders", type=int, default=1_000_000, help="orders loaded (default a million)")
    parser.add_argument("--visitors", type=int, default=40, help="customers who open their pages (default 40)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each opens every page (default 5)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a database of its own, measure, and return figures with their goals."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        begun = time.perf_counter()
        command = [sys.executable, "-m", "bench._portal_fill", str(args.orders), str(args.visitors)]
        done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
        fill_s = round(time.perf_counter() - begun)
        browsers = json.loads(done.stdout.splitlines()[-1])
        port = _stage.free_port()
        web = [sys.executable, "-m", "steward.interfaces.cli", "web", "--address", f"127.0.0.1:{port}"]
        with _stage.process(environment, web, port, "/readyz"):
            _opened(port, browsers[:3], 1)  # what a process remembers is read once
            load = os.getloadavg()[0]
            took = _opened(port, browsers, args.rounds)
    figures = [_figure(kind, times) for kind, times in took.items()]
    return {"orders": args.orders, "figures": figures, "fill_s": fill_s, "load": round(load, 2)}


def _opened(port: int, browsers: list[dict[str, Any]], rounds: int) -> dict[str, list[float]]:
    """Let every browser open every page, one at a time; return how long each kind took. Units: seconds."""
    took: dict[str, list[float]] = {}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in range(rounds):
        for browser in browsers:
            order = browser["orders"][number * 5 % len(browser["orders"])]
            for kind, address in _pages(order).items():
                headers = {"Cookie": f"steward_my={browser['key']}", "Accept-Language": "zh-Hans"}
                begun = time.perf_counter()
                line.request("GET", address, headers=headers)
                answer = line.getresponse()
                body = answer.read()
                took.setdefault(kind, []).append(time.perf_counter() - begun)
                if answer.status != 200 or len(body) < 500:
                    raise RuntimeError(f"{address} answered {answer.status} with {len(body)} bytes")
    return took


def _pages(order: str) -> dict[str, str]:
    return {
        "my orders": "/my/",
        "one order": f"/my/orders/{order}",
        "asking for after-sales": f"/my/orders/{order}/return",
        "my requests": "/my/cases",
        "my appointments": "/my/visits",
        "help": "/my/help",
        "my data": "/my/me",
    }


def _figure(kind: str, times: list[float]) -> dict[str, Any]:
    ordered = sorted(times)
    median, p99 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "name": f"{kind}, median",
        "value": round(median * 1_000, 1),
        "unit": "ms",
        "reference": GOAL_MS,
        "ratio": round(GOAL_MS / (median * 1_000), 2),
        "p99_ms": round(p99 * 1_000, 1),
    }

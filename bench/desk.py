"""Work in the desk with a million tickets and five million messages: fifty agents open pages, customers write.

Agents open something every five seconds: the first page of a queue, a page from its middle, a ticket of the list (its
conversation, then what stands beside it, as the browser asks for them), now and then the whole page of a ticket; what
they wait for is measured at their end of the connection, server time and loopback together. Nothing else runs. Then
messages come in over HTTP, one a request, and are followed until each is a ticket that is sorted, owned and on the
clock; the reference is pgbench running the rows' statements. The data lie on tmpfs.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import _load, _stage
from steward.kernel.database import bundled

NAME = "desk"
PATH = "/api/v1/messages/incoming"
WORDS = ("快递三天没有更新了", "我要退货退款", "地址写错了能改吗", "发票什么时候开", "帐篷少了一根杆子", "付款没有显示")
QUEUES = ("mine", "mine", "mine", "active", "unassigned", "team", "waiting", "closed")
LISTS, PANE, BESIDE, WHOLE = ("first page", "page from the middle"), "ticket of the list", "beside it", "whole ticket"
KINDS = (*LISTS, PANE, BESIDE, WHOLE)
PARTS = {PANE: "dk-pane", BESIDE: "dk-context"}
GOAL_MEDIAN_MS, GOAL_P99_MS, GOAL_SEARCH_MS = 150, 400, 300
# Words that are in every fifth text, in few, in none.
SEARCHED = ("退货", "发票", "保修", "杆子", "魔方")
SEARCHES_EACH = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add sizes."""
    parser.add_argument("--tickets", type=int, default=1_000_000, help="tickets loaded (default a million)")
    parser.add_argument("--active", type=int, default=20_000, help="of them not yet solved (default 20,000)")
    parser.add_argument("--agents", type=int, default=50, help="people at work (default 50)")
    parser.add_argument("--seconds", type=float, default=60, help="how long they work (default 60)")
    parser.add_argument("--every", type=float, default=5, help="seconds between two pages of one agent (default 5)")
    parser.add_argument("--messages", type=int, default=2_000, help="messages taken in (default 2,000)")
    parser.add_argument("--workers", type=int, default=1, help="web processes (default 1)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill a database of its own, measure, and return figures with their goals."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        environment = _stage.environment(url, folder)
        _stage.steward(environment, "migrate")
        begun = time.perf_counter()
        filled = _inside(environment, "bench._desk_fill", str(args.tickets), str(args.active), str(args.agents))
        fill_s = round(time.perf_counter() - begun)
        port = _stage.free_port()
        web = [sys.executable, "-m", "steward.interfaces.cli", "web", "--address", f"127.0.0.1:{port}"]
        with _stage.process(environment, [*web, "--workers", str(args.workers)], port, "/readyz"):
            _pages(port, filled, args, seconds=5)  # what a process remembers is read once
            took = _pages(port, filled, args, seconds=args.seconds)
            found = _searches(port, filled["cookies"][0])
    figures = [figure for kind, times in took.items() for figure in _figures(kind, times)]
    figures.append(
        {
            "name": "search for a word of two characters, the slowest of all words' medians",
            "value": round(max(statistics.median(times) for times in found.values()) * 1_000, 1),
            "unit": "ms",
            "reference": GOAL_SEARCH_MS,
        }
    )
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        figures += _taking_in(_stage.environment(url, folder), url, folder, args)
    return {"figures": figures, "fill_s": fill_s, "pages": {kind: len(times) for kind, times in took.items()}}


def _taking_in(environment: dict[str, str], url: str, folder: Path, args: argparse.Namespace) -> list[dict[str, Any]]:
    """Let customers write, one message a request; follow them until each is sorted, owned and on the clock."""
    environment = environment | {"STEWARD_API_CALLS_PER_MINUTE": "10000000"}  # one program sends it all
    _stage.steward(environment, "migrate")
    token = _inside(environment, "bench._desk_taking", "prepare", str(args.agents))["token"]
    reference = _stage.reference(url)
    slow = _stage.pgbench(reference, _stage.REFERENCE / "take_ticket.pgb", clients=8, seconds=10)
    port = _stage.free_port()
    steward = [sys.executable, "-m", "steward.interfaces.cli"]
    requests = [_load.http_post(PATH, token, _message(n), key=f"m{n}") for n in range(args.messages)]
    _load.write_requests(folder / "messages", requests)
    with (
        _stage.process(environment, [*steward, "web", "--address", f"127.0.0.1:{port}"], port, "/readyz"),
        _stage.beside(environment, [*steward, "worker"]),
    ):
        begun = time.perf_counter()
        load = [sys.executable, "-m", "bench._load", "127.0.0.1", str(port), str(folder / "messages"), "600", "16"]
        sent = subprocess.run(load, check=True, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
        sent_s = time.perf_counter() - begun
        _inside(environment, "bench._desk_taking", "wait", str(args.messages))
        whole_s = time.perf_counter() - begun
    if (bad := json.loads(sent.stdout.splitlines()[-1])["bad"]) > 0:
        raise RuntimeError(f"{bad} messages were refused")
    return [
        {
            "name": f"{args.messages} messages over HTTP, each a sorted, owned ticket on the clock (goal 0.3)",
            "value": round(args.messages / whole_s, 1),
            "unit": "1/s",
            "reference": round(slow, 1),
            "ratio": round(args.messages / whole_s / slow, 3),
        },
        {"name": "of it, until each was answered", "value": round(args.messages / sent_s, 1), "unit": "1/s"},
    ]


def _message(number: int) -> bytes:
    """Write one message of one customer."""
    words = WORDS[number % len(WORDS)]
    one = {"id": f"b{number}", "box": "bench", "sender": {"user_id": f"u{number}"}, "text": f"{words}，{number}"}
    return json.dumps({"messages": [one]}).encode()


def _inside(environment: dict[str, str], module: str, *arguments: str) -> Any:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _pages(port: int, filled: dict[str, Any], args: argparse.Namespace, *, seconds: float) -> dict[str, list[float]]:
    """Let every agent open pages for a time; return how long each kind took. Units: seconds."""
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    until = time.monotonic() + seconds
    people = [
        threading.Thread(target=_agent, args=(port, cookie, filled["deep"], args, until, number, took))
        for number, cookie in enumerate(filled["cookies"])
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return took


def _searches(port: int, cookie: str) -> dict[str, list[float]]:
    """Search for each word several times, one search after another; return how long each took. Units: seconds."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took: dict[str, list[float]] = {word: [] for word in SEARCHED}
    for word in SEARCHED * SEARCHES_EACH:
        took[word].append(_opened(line, f"/desk/search?q={quote(word)}", cookie))
    return took


def _opened(line: http.client.HTTPConnection, address: str, cookie: str, parts: str = "") -> float:
    """Open a page, or parts of it, as somebody signed in; return how long it took. Raises: RuntimeError. Units: s."""
    begun = time.perf_counter()
    headers = {"Cookie": f"sessionid={cookie}", "Accept-Language": "zh-Hans"}
    line.request("GET", address, headers=headers | ({"X-Parts": parts} if parts else {}))
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200 or len(body) < (1_000 if parts else 5_000):
        raise RuntimeError(f"{address} answered {answer.status} with {len(body)} bytes")
    return time.perf_counter() - begun


def _agent(
    port: int,
    cookie: str,
    deep: dict[str, str],
    args: argparse.Namespace,
    until: float,
    number: int,
    took: dict[str, list[float]],
) -> None:
    """Open a page every few seconds, as one person does."""
    chance = random.Random(number)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(args.every * chance.random())
    while time.monotonic() < until:
        begun = time.monotonic()
        kind, address = _page(chance, deep, args)
        for part in (PANE, BESIDE) if kind == PANE else (kind,):
            took[part].append(_opened(line, address, cookie, PARTS.get(part, "")))
        time.sleep(max(0.0, args.every - (time.monotonic() - begun)))


def _page(chance: random.Random, deep: dict[str, str], args: argparse.Namespace) -> tuple[str, str]:
    """Choose what is opened next: half of the time a queue, else its middle or a ticket."""
    draw = chance.random()
    if draw < 0.5:
        return LISTS[0], f"/desk/?queue={chance.choice(QUEUES)}"
    if draw < 0.7:
        queue = chance.choice(("active", "closed"))
        return LISTS[1], f"/desk/?queue={queue}&after={deep[queue].replace('+', '%2B')}"
    ticket = args.tickets - chance.randrange(args.active)
    return PANE if draw < 0.95 else WHOLE, f"/desk/?queue=mine&ticket=TK-2026-{ticket:07d}"


def _figures(kind: str, times: list[float]) -> list[dict[str, Any]]:
    ordered = sorted(times)
    median, p99 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return [
        {"name": f"{kind}, median", "value": round(median * 1_000, 1), "unit": "ms", "reference": GOAL_MEDIAN_MS},
        {"name": f"{kind}, 99 of 100", "value": round(p99 * 1_000, 1), "unit": "ms", "reference": GOAL_P99_MS},
    ]

"""Take orders in over HTTP, singly and in bulk, beside pgbench's bare statements and a plain ORM shop, in one run.

(a) is the reference work (bench/reference/take_order.pgb: customer, three guarded reservations, order, three lines,
event, clock, one commit) by pgbench with 8 clients on the same server. (b) sends single orders over keep-alive
connections, 16 and 64 in flight, (c) 100 orders a request, (e) is the same single order through a Django view with
the ORM. Checks, token, idempotency key, promises, events, jobs and clocks are all on; the worker is off, since it
would take the cores of whoever is measured. Rounds interleave reference and subject; ratios are medians of
round-wise ratios. The data lie on tmpfs, so the figures compare processors, not disks.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import _imports, _load, _naive, _orders, _stage
from steward.kernel.database import bundled

NAME = "intake"
BULK = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the size of the run."""
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (default 3)")
    parser.add_argument("--seconds", type=float, default=8, help="seconds of each sample (default 8)")
    parser.add_argument("--workers", type=int, default=2, help="web worker processes (default 2)")
    parser.add_argument("--skip-import", action="store_true", help="leave (d) out")
    parser.add_argument("--skip-naive", action="store_true", help="leave (e) out")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Prepare the databases, measure, and return figures with their reference and ratio."""
    with _stage.folder() as folder, bundled.temporary_server(folder / "server") as url:
        reference = _stage.reference(url)
        own = _stage.database(url, "bench")
        environment = _stage.environment(own, folder)
        token = prepare(environment)
        return _measure(args, environment, reference, token, folder)


def prepare(environment: dict[str, str], *, units: int = 1_000_000_000, skus: int = _orders.SKUS) -> str:
    """Migrate and fill Steward's database. Returns an API token."""
    _stage.steward(environment, "migrate")
    command = [sys.executable, "-m", "bench._prepare_intake", str(units), str(skus), "50000"]
    done = subprocess.run(command, check=True, env=environment, cwd=_stage.ROOT, capture_output=True, text=True)
    return next(line for line in done.stdout.splitlines() if line.startswith("TOKEN ")).split()[1]


def _measure(
    args: argparse.Namespace, environment: dict[str, str], reference: str, token: str, folder: Path
) -> dict[str, Any]:
    port, naive_port = _stage.free_port(), _stage.free_port()
    web = [sys.executable, "-m", "steward.interfaces.cli", "web", "--address", f"127.0.0.1:{port}"]
    rounds: list[dict[str, float]] = []
    with _stage.process(environment, [*web, "--workers", str(args.workers)], port, "/readyz"):
        _single(args, token, port, "warm", 64, folder)  # the first orders fill what a process remembers
        for number in range(args.rounds):
            sample = {
                "a": _stage.pgbench(reference, _stage.REFERENCE / "take_order.pgb", clients=8, seconds=args.seconds)
            }
            for name, in_flight in (("b16", 16), ("b64", 64)):
                sample[name] = _single(args, token, port, f"{name}-{number}", in_flight, folder)
            sample["c"] = _bulk(args, token, port, f"c-{number}", folder)
            if not args.skip_naive:
                sample["e"] = _naive.measure(reference, naive_port, args.seconds, folder)
            rounds.append(sample)
            print(json.dumps({"round": number + 1, **{key: round(value) for key, value in sample.items()}}), flush=True)
    figures = _figures(rounds)
    file = None if args.skip_import else _imports.data_file()
    if file is None:
        print("(d) is left out: no real data (set STEWARD_DATA), or --skip-import")
        return {"figures": figures, "rounds": rounds}
    taken = _imports.measure(environment, reference, file)
    per_second = {name: round(taken["lines"] / taken[f"{name}_s"]) for name in ("import", "bare")}
    figures.append(
        {
            "name": "(d) file import against a bare insert",
            "value": per_second["import"],
            "unit": "lines/s",
            "reference": per_second["bare"],
            "ratio": round(taken["bare_s"] / taken["import_s"], 3),
        }
    )
    memory = {"name": "(d) memory of the import above its start", "value": round(taken["above_start_mb"]), "unit": "MB"}
    figures.append(memory)
    return {"figures": figures, "rounds": rounds, "import": taken}


def _single(args: argparse.Namespace, token: str, port: int, seed: str, in_flight: int, folder: Path) -> float:
    count = int(args.seconds * 14_000)
    requests = [_load.http_post("/api/v1/orders", token, body, key=n) for n, body in _orders.bodies(count, seed)]
    return load(requests, port, args.seconds, in_flight, folder)["rate"]


def _bulk(args: argparse.Namespace, token: str, port: int, seed: str, folder: Path) -> float:
    bodies = [body for _number, body in _orders.bodies(int(args.seconds * 16_000), seed)]
    requests = [
        _load.http_post(
            "/api/v1/orders/bulk", token, b"\n".join(bodies[at : at + BULK]), content_type="application/x-ndjson"
        )
        for at in range(0, len(bodies), BULK)
    ]
    return load(requests, port, args.seconds, 8, folder)["rate"] * BULK


def load(requests: list[bytes], port: int, seconds: float, in_flight: int, folder: Path) -> dict[str, float]:
    """Send requests from a process of its own; the bench's own memory must not slow the sender."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        _load.write_requests(Path(file.name), requests)
        command = [sys.executable, "-m", "bench._load", "127.0.0.1", str(port), file.name, str(seconds), str(in_flight)]
        done = subprocess.run(command, check=True, cwd=_stage.ROOT, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(done.stdout)
    if result["bad"]:
        raise SystemExit(f"{result['bad']:.0f} requests were not answered well")
    return result


def _figures(rounds: list[dict[str, float]]) -> list[dict[str, Any]]:
    names = {
        "b16": ("single orders, 16 in flight", "a"),
        "b64": ("single orders, 64 in flight", "a"),
        "c": (f"bulk, {BULK} a request", "a"),
    }
    if "e" in rounds[0]:
        names |= {"b16_e": ("single orders, 16 in flight, against the ORM", "e")}
    figures = [_figure("(a) pgbench take_order, 8 clients", [r["a"] for r in rounds], None)]
    if "e" in rounds[0]:
        figures.append(_figure("(e) ORM view over HTTP, 16 in flight", [r["e"] for r in rounds], None))
    for key, (label, against) in names.items():
        own = [r[key.partition("_")[0]] for r in rounds]
        figures.append(_figure(label, own, [r[against] for r in rounds]))
    return figures


def _figure(name: str, values: list[float], references: list[float] | None) -> dict[str, Any]:
    figure: dict[str, Any] = {"name": name, "value": round(statistics.median(values)), "unit": "orders/s"}
    if references:
        ratios = [value / reference for value, reference in zip(values, references, strict=True)]
        figure |= {
            "reference": round(statistics.median(references)),
            "ratio": round(statistics.median(ratios), 3),
            "ratios": [round(ratio, 3) for ratio in ratios],
        }
    return figure

"""Serve and load the naive shop of bench/_naive_app.py, in processes of its own."""

import json
import os
import random
import sys
import time
from pathlib import Path

from bench import _load, _stage

WORKERS = 2


def measure(url: str, port: int, seconds: float, folder: Path) -> float:
    """Serve and load the naive shop. Returns orders per second with 16 in flight."""
    rng, run = random.Random(port), time.time_ns()
    requests = []
    for index in range(int(seconds * 2_000)):
        customer, qty = rng.randint(1, 60_000), rng.randint(1, 3)
        skus = [rng.randint(1, 3300), rng.randint(3301, 6600), rng.randint(6601, 10_000)]
        body = {
            "number": f"N{run}-{index}",
            "email": f"c{customer}@example.com",
            "name": f"Customer {customer}",
            "lines": [{"sku": sku, "qty": qty} for sku in skus],
        }
        requests.append(_load.http_post("/orders", "none", json.dumps(body).encode()))
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        str(WORKERS),
        "--blocking-threads",
        "8",
        "--log-level",
        "error",
        "bench._naive_app:application",
    ]
    with _stage.process({**os.environ, "BENCH_REFERENCE_URL": url}, command, port, "/orders-ready"):
        file = folder / "naive.requests"
        _load.write_requests(file, requests)
        return _load.run("127.0.0.1", port, requests, seconds, 16)["rate"]
